from django.urls import path

from images_app.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/unread/", views.notices_unread, name="notices_unread"),
    path("notices/reading/", views.notices_reading, name="notices_reading"),
    path("notices/settings/", views.notice_settings, name="notice_settings"),
    path("notices/unsubscribing/<str:token>/", views.notices_unsubscribing, name="notices_unsubscribing"),
    path("notices/<uuid:id>/", views.notice, name="notice"),
    path("notices/<uuid:id>/reading/", views.notice_reading, name="notice_reading"),
    path("notices/<uuid:id>/joining/", views.notice_joining, name="notice_joining"),
]

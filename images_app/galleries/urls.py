from django.urls import path

from images_app.galleries import views

urlpatterns = [
    path("library/", views.library, name="library"),
    path("images/<uuid:id>/", views.image, name="image"),
]

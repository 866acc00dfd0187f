from django.urls import path

from images_app.people import views

urlpatterns = [
    path("accounts/strikes/", views.own_strikes, name="account_strikes"),
    path("looking/ending/", views.impersonation_ending, name="impersonation_ending"),
]

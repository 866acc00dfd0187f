"""The first start; allauth's addresses stand under /accounts/."""

from django.urls import path

from images_app.teams.views import WelcomeView

urlpatterns = [path("welcome/", WelcomeView.as_view(), name="welcome")]

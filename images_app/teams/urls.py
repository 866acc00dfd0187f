"""The first start, and how teams work; allauth's addresses stand under /accounts/."""

from django.urls import path

from images_app.teams.views import WelcomeView, team, teams

urlpatterns = [
    path("welcome/", WelcomeView.as_view(), name="welcome"),
    path("teams/", teams, name="teams"),
    path("teams/<slug:slug>/", team, name="team"),
]

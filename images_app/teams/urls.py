"""The first start and the sessions; allauth's other addresses stand under /accounts/."""

from django.urls import path

from images_app.teams.views import NameView, SessionsView, WelcomeView, session_ending

urlpatterns = [
    path("welcome/", WelcomeView.as_view(), name="welcome"),
    path("accounts/name/", NameView.as_view(), name="account_name"),
    path("accounts/sessions/", SessionsView.as_view(), name="usersessions_list"),
    path("accounts/sessions/<int:id>/ending/", session_ending, name="session_ending"),
]

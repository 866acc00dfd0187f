"""Teams, their people and their end."""

from django.urls import path

from images_app.teamwork import spend_views, views

urlpatterns = [
    path("teams/", views.teams, name="teams"),
    path("team/<slug:slug>/choice/", views.team_choice, name="team_choice"),
    path("team/<slug:slug>/people/", views.people, name="team_people"),
    path("team/<slug:slug>/people/<uuid:id>/role/", views.person_role, name="person_role"),
    path("team/<slug:slug>/people/<uuid:id>/removal/", views.person_removal, name="person_removal"),
    path("team/<slug:slug>/invitations/", views.team_invitations, name="team_invitations"),
    path(
        "team/<slug:slug>/invitations/<uuid:id>/revocation/",
        views.invitation_revocation,
        name="invitation_revocation",
    ),
    path("team/<slug:slug>/leaving/", views.team_leaving, name="team_leaving"),
    path("team/<slug:slug>/settings/", views.settings, name="team_settings"),
    path("team/<slug:slug>/handover/", views.team_handover, name="team_handover"),
    path("team/<slug:slug>/end/", views.team_end, name="team_end"),
    path("team/<slug:slug>/end/undo/", views.team_end_undo, name="team_end_undo"),
    path("team/<slug:slug>/spend/", spend_views.team_spend, name="team_spend"),
    path("team/<slug:slug>/spend/export/", spend_views.team_spend_export, name="team_spend_export"),
    path("team/<slug:slug>/spend/limits/", spend_views.team_limits, name="team_limits"),
    path(
        "team/<slug:slug>/spend/limits/<int:id>/removal/",
        spend_views.team_limit_removal,
        name="team_limit_removal",
    ),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
]

"""Gathers the rooms' addresses."""

from django.urls import include, path

from images_app.jobs.views import ops

urlpatterns = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("", include("images_app.teams.urls")),
    path("", include("images_app.jobs.urls")),
    path("", include("images_app.images.urls")),
    path("", include("images_app.notices.urls")),
    path("", include("images_app.asks.urls")),
    path("", include("images_app.people.urls")),
    path("", include("images_app.galleries.urls")),
    path("", include("images_app.cases.urls")),
    path("", include("images_app.teamwork.urls")),
    path("", include("images_app.oversight.urls")),
]

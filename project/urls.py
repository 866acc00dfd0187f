"""Gathers the rooms' addresses."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from images_app.jobs.views import ops

ROOMS = ("teams", "jobs", "images", "galleries")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", ops.healthz, name="healthz"),
    path("readyz", ops.readyz, name="readyz"),
    path("metrics", ops.metrics, name="metrics"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
# While the rooms are being built some have no addresses yet.
urlpatterns += [
    path("", include(f"images_app.{room}.urls")) for room in ROOMS if find_spec(f"images_app.{room}.urls")
]

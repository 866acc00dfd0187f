"""Every address of the site: the app's own, accounts and the admin."""

from django.contrib import admin
from django.urls import include, path

handler400 = "images_app.teams.views.bad_request"

urlpatterns = [
    path("", include("images_app.urls")),  # first: some of allauth's pages are ours
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

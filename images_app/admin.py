"""Gathers the rooms' admin classes: Django's admin looks for them here."""

from images_app.audit import admin as audit_admin
from images_app.budgets import admin as budgets_admin
from images_app.cases import admin as cases_admin
from images_app.galleries import admin as galleries_admin
from images_app.images import admin as images_admin
from images_app.jobs import admin as jobs_admin
from images_app.moderation import admin as moderation_admin
from images_app.people import admin as people_admin
from images_app.providers import admin as providers_admin
from images_app.teams import admin as teams_admin
from images_app.trials import admin as trials_admin

__all__ = [
    "audit_admin",
    "budgets_admin",
    "cases_admin",
    "galleries_admin",
    "images_admin",
    "jobs_admin",
    "moderation_admin",
    "people_admin",
    "providers_admin",
    "teams_admin",
    "trials_admin",
]

"""Gathers the rooms' models: Django looks for them here."""

from images_app.images.models import StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent, Turn
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import Membership, Team, User

__all__ = [
    "Attempt",
    "Generation",
    "ImageJob",
    "ImageModel",
    "JobEvent",
    "Membership",
    "ModelPrice",
    "Provider",
    "StoredImage",
    "Team",
    "Turn",
    "User",
]

"""Gathers the rooms' models: Django looks for them here."""

from images_app.galleries.models import Collection, CollectionItem, Comment, SavedView
from images_app.images.models import Favourite, Leftover, PictureText, StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent, Preset, Turn
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import Membership, Team, User

__all__ = [
    "Attempt",
    "Collection",
    "CollectionItem",
    "Comment",
    "Favourite",
    "Generation",
    "ImageJob",
    "ImageModel",
    "JobEvent",
    "Leftover",
    "Membership",
    "ModelPrice",
    "PictureText",
    "Preset",
    "Provider",
    "SavedView",
    "StoredImage",
    "Team",
    "Turn",
    "User",
]

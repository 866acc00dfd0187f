"""Gathers the rooms' models: Django looks for them here."""

from images_app.audit.models import AuditEntry, AuditSeal
from images_app.collections.models import Collection, CollectionItem, Contributor
from images_app.galleries.models import (
    Comment,
    CommentMention,
    Guest,
    Publication,
    SavedView,
    ShareItem,
    ShareLink,
    Vote,
)
from images_app.images.models import Favourite, Leftover, PictureText, StoredImage
from images_app.jobs.models import Attempt, Generation, ImageJob, JobEvent, Preset, Turn
from images_app.notices.models import Letter, Notice, NoticeSetting, Walk
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import Happening, Invitation, Membership, Team, User

__all__ = [
    "Attempt",
    "AuditEntry",
    "AuditSeal",
    "Collection",
    "CollectionItem",
    "Comment",
    "CommentMention",
    "Contributor",
    "Favourite",
    "Generation",
    "Guest",
    "Happening",
    "ImageJob",
    "ImageModel",
    "Invitation",
    "JobEvent",
    "Leftover",
    "Letter",
    "Membership",
    "ModelPrice",
    "Notice",
    "NoticeSetting",
    "PictureText",
    "Preset",
    "Provider",
    "Publication",
    "SavedView",
    "ShareItem",
    "ShareLink",
    "StoredImage",
    "Team",
    "Turn",
    "User",
    "Vote",
    "Walk",
]

"""Gathers the rooms' models: Django looks for them here."""

from images_app.asks.models import Ask
from images_app.audit.models import AuditEntry, AuditSeal
from images_app.budgets.models import Budget, BudgetAlarm, LedgerEntry, Tally
from images_app.cases.models import Case, Decision, Opening, Report
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
from images_app.moderation.models import (
    CategoryThreshold,
    ChangedPrompt,
    FlaggedPrompt,
    ModerationEndpoint,
    PromptRule,
    RefusedPrompt,
)
from images_app.notices.models import Letter, Notice, NoticeSetting, Walk
from images_app.oversight.models import HourTally, StorageTally, UsageLine
from images_app.people.models import Impersonation, Strike, StrikeLift, Suspension
from images_app.providers.models import ImageModel, ModelPrice, Provider
from images_app.teams.models import Happening, Invitation, Membership, Team, User
from images_app.trials.models import Trial

__all__ = [
    "Ask",
    "Attempt",
    "AuditEntry",
    "AuditSeal",
    "Budget",
    "BudgetAlarm",
    "Case",
    "CategoryThreshold",
    "ChangedPrompt",
    "Collection",
    "CollectionItem",
    "Comment",
    "CommentMention",
    "Contributor",
    "Decision",
    "Favourite",
    "FlaggedPrompt",
    "Generation",
    "Guest",
    "Happening",
    "HourTally",
    "ImageJob",
    "ImageModel",
    "Impersonation",
    "Invitation",
    "JobEvent",
    "LedgerEntry",
    "Leftover",
    "Letter",
    "Membership",
    "ModelPrice",
    "ModerationEndpoint",
    "Notice",
    "NoticeSetting",
    "Opening",
    "PictureText",
    "Preset",
    "PromptRule",
    "Provider",
    "Publication",
    "RefusedPrompt",
    "Report",
    "SavedView",
    "ShareItem",
    "ShareLink",
    "StorageTally",
    "StoredImage",
    "Strike",
    "StrikeLift",
    "Suspension",
    "Tally",
    "Team",
    "Trial",
    "Turn",
    "UsageLine",
    "User",
    "Vote",
    "Walk",
]

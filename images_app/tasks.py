"""Gathers the rooms' tasks: Celery looks for them here."""

from images_app.audit.tasks import seal
from images_app.galleries.tasks import tell_closed
from images_app.jobs.tasks import adopt, collect, generate, media, sweep, tidy
from images_app.notices.tasks import deliver, look
from images_app.notices.tasks import tidy as tidy_notices
from images_app.teamwork.tasks import end_due_teams

__all__ = [
    "adopt",
    "collect",
    "deliver",
    "end_due_teams",
    "generate",
    "look",
    "media",
    "seal",
    "sweep",
    "tell_closed",
    "tidy",
    "tidy_notices",
]

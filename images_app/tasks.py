"""Gathers the rooms' tasks: Celery looks for them here."""

from images_app.jobs.tasks import adopt, generate, media, sweep, tidy

__all__ = ["adopt", "generate", "media", "sweep", "tidy"]

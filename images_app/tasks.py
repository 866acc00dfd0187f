"""Gathers the rooms' tasks: Celery looks for them here."""

from images_app.jobs.tasks import adopt, collect, generate, media, sweep, tidy

__all__ = ["adopt", "collect", "generate", "media", "sweep", "tidy"]

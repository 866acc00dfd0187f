"""Celery's door into the moderation room."""

from celery import shared_task

from images_app.moderation.actions import forget_refused


@shared_task(name="moderation.forget")
def forget() -> None:
    """What was refused longer ago than it is kept."""
    forget_refused()

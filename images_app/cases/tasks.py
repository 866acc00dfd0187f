"""Celery's door into the cases room."""

from celery import shared_task

from images_app.cases import actions


@shared_task(name="cases.gather")
def gather() -> None:
    """Flagged prompts come to the desk, and pictures that everybody saw before anybody had looked."""
    actions.gather()
    actions.gather_shown()

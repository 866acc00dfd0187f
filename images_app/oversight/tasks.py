"""Celery's doors into the oversight room."""

from celery import shared_task

from images_app.oversight import actions


@shared_task(name="oversight.count_hours")
def count_hours() -> None:
    """What ended in the last hours."""
    actions.count_hours()


@shared_task(name="oversight.count_storage")
def count_storage() -> None:
    """What lies in storage."""
    actions.count_storage()

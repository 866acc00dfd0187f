"""Celery's door."""

from celery import shared_task

from images_app.people import actions


@shared_task(name="people.restore")
def restore_due() -> None:
    actions.restore_due()

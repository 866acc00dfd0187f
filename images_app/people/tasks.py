"""Celery's door."""

from celery import shared_task

from images_app.people import actions, looking


@shared_task(name="people.restore")
def restore_due() -> None:
    actions.restore_due()
    looking.end_due()

"""Celery's door into the asks room."""

from celery import shared_task

from images_app.asks import actions


@shared_task(name="asks.look")
def look() -> None:
    """What was approved and did not go on; what nobody answered."""
    actions.look()

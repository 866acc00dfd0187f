"""Celery's doors into the notices room."""

from celery import shared_task

from images_app.notices import alarms, post, presses
from images_app.notices.tidy import tidy as forget


@shared_task(name="notices.look")
def look() -> None:
    presses.look()
    alarms.look()


@shared_task(name="notices.deliver")
def deliver() -> None:
    post.deliver()


@shared_task(name="notices.tidy")
def tidy() -> None:
    forget()

"""Celery's doors into the galleries."""

from celery import shared_task

from images_app.galleries import rounds


@shared_task(name="galleries.tell_closed")
def tell_closed() -> None:
    rounds.tell_closed()

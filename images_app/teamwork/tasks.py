"""Celery's doors."""

from celery import shared_task

from images_app.teamwork import ending


@shared_task(name="teams.end")
def end_due_teams() -> None:
    ending.end_due_teams()

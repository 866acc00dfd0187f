"""Celery's doors into the trials room: load, call, nothing else."""

from uuid import UUID

from celery import shared_task

from images_app.trials import actions, run


@shared_task(name="trials.call")
def call(trial_id: str) -> None:
    """Reach the provider and make the one call of a trial."""
    run.call(UUID(trial_id))


@shared_task(name="trials.store")
def store(trial_id: str) -> None:
    """Check and store the picture of a trial."""
    run.store(UUID(trial_id))


@shared_task(name="trials.sweep")
def sweep() -> None:
    """Look after trials whose hint was lost or whose worker died."""
    actions.sweep()

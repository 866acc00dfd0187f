"""Celery's doors into the jobs room: load, call, nothing else."""

from uuid import UUID

from celery import shared_task

from images_app.jobs import collect as collecting
from images_app.jobs import duties, worker


@shared_task(name="jobs.generate")
def generate() -> None:
    """There may be work: take the next runnable jobs until there is none."""
    worker.engine.run_until_dry()


@shared_task(name="jobs.collect")
def collect(job_id: str) -> None:
    """Fetch the bytes of a received picture again."""
    collecting.collect(UUID(job_id))


@shared_task(name="jobs.media")
def media(job_id: str) -> None:
    """Check and store a received picture."""
    collecting.store_pictures(UUID(job_id))


@shared_task(name="jobs.sweep")
def sweep() -> None:
    duties.sweep.do()


@shared_task(name="jobs.adopt")
def adopt() -> None:
    duties.adopt.do()


@shared_task(name="jobs.tidy")
def tidy() -> None:
    duties.tidy.do()

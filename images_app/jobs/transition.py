"""The one way a job's state changes: a guarded UPDATE, its event in the same transaction, its news on commit."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q

from images_app.jobs.models import ImageJob, JobEvent
from images_app.jobs.states import ARROWS, FINAL, IN_FLIGHT, State
from images_app.lib import bus
from images_app.lib.dbtime import from_now
from images_app.teams.models import User


def move(
    job: ImageJob,
    sources: Iterable[State],
    to: State,
    *,
    guard: Q | None = None,
    actor: User | None = None,
    note: str = "",
    **fields: Any,
) -> bool:
    """Move ``job`` from one of ``sources`` to ``to``; False where someone else was first.

    ``guard`` narrows the UPDATE (a fence, a live lease); ``fields`` are set with the state; ``note`` is the event's
    reason. Leaving flight ends the lease. On success ``job`` carries the new state and the plain fields.
    """
    if to not in IN_FLIGHT:
        fields.update(lease_owner="", lease_until=None)
    if to in FINAL:
        fields.setdefault("finished_at", from_now(0))
    for source in sources:
        if to not in ARROWS[source]:
            raise ValueError(f"no arrow from {source} to {to}")
        with transaction.atomic(savepoint=False):
            rows = ImageJob.objects.filter(guard or Q(), pk=job.pk, state=source)
            if rows.update(state=to, **fields) != 1:
                continue
            record(job, source, to, actor=actor, note=note)
        job.state = to
        for name, value in fields.items():
            if not hasattr(value, "resolve_expression"):
                setattr(job, name, value)
        return True
    return False


def record(
    job: ImageJob, source: State | str, to: State, *, actor: User | None = None, note: str = ""
) -> None:
    """Write the event of a change and tell the live pages once it is committed."""
    JobEvent.objects.create(job_id=job.pk, from_state=source, to_state=to, actor=actor, reason=note[:200])
    message = {
        "kind": "job",
        "person": str(job.person_id),
        "team": str(job.team_id),
        "job": str(job.pk),
        "generation": str(job.generation_id),
        "state": str(to),
    }
    transaction.on_commit(lambda: bus.announce(message), robust=True)

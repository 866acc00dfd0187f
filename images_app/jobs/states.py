"""The state machine of a job: the only place that names the arrows.

Every change goes through :func:`images_app.jobs.transition.move`, one UPDATE that must change exactly one row.
"""

from collections.abc import Iterable

from django.db import models


class State(models.TextChoices):
    """Values are stored; labels are what people read."""

    QUEUED = "queued", "Waiting"
    CLAIMED = "claimed", "Starting"
    SENT = "sent", "Generating"
    RECEIVED = "received", "Saving"
    SUCCEEDED = "succeeded", "Done"
    REJECTED = "rejected", "Refused"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    UNKNOWN = "unknown", "Needs your decision"
    LOST = "lost", "Lost"


ARROWS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.CLAIMED, State.CANCELLED, State.RECEIVED}),
    State.CLAIMED: frozenset({State.QUEUED, State.SENT, State.RECEIVED}),
    State.SENT: frozenset({State.QUEUED, State.REJECTED, State.RECEIVED, State.UNKNOWN}),
    State.UNKNOWN: frozenset({State.QUEUED, State.RECEIVED, State.FAILED}),
    State.RECEIVED: frozenset({State.SUCCEEDED, State.LOST}),
    # A paid result that arrives after a decision is kept all the same.
    State.FAILED: frozenset({State.RECEIVED}),
    State.REJECTED: frozenset({State.RECEIVED}),
    State.CANCELLED: frozenset({State.RECEIVED}),
    State.LOST: frozenset({State.RECEIVED}),
    State.SUCCEEDED: frozenset(),
}
IN_FLIGHT = frozenset({State.CLAIMED, State.SENT})
PENDING = frozenset({State.QUEUED, State.CLAIMED, State.SENT, State.RECEIVED})
# Their recipe may be tried once more, as a new and newly paid picture.
REPEATABLE = frozenset({State.REJECTED, State.FAILED, State.LOST, State.CANCELLED})
FINAL = frozenset({State.SUCCEEDED, State.REJECTED, State.FAILED, State.CANCELLED, State.LOST})


def written_out(states: Iterable[State]) -> str:
    """SQL for a job's being in one of ``states``, in the order of the partial index that is meant: SQLite does not know
    such an index by values it is handed."""
    return f"state IN ({', '.join(repr(str(state)) for state in states)})"

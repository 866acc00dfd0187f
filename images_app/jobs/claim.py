"""Which job is next: fair order under the provider's limits, by guarded UPDATEs.

The provider's row is locked while its limits are counted (on SQLite the IMMEDIATE transaction is the lock), so that two
workers never pass a limit together. The lock is held for a few milliseconds and never over a network call.
"""

import threading
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from images_app.jobs.fairness import clock_of
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import IN_FLIGHT, State
from images_app.jobs.transition import move
from images_app.lib.dbtime import from_now
from images_app.providers.models import Provider

MINUTE_S = 60.0
# The threads of a process would wait for the database's lock anyway, and it wakes them less promptly than this one.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Claim:
    """A job that is ours until the lease ends, or until someone claims it with a higher fence.

    ``job`` comes with its generation, model and provider as they were then.
    """

    job: ImageJob
    fence: int
    owner: str

    def guard(self) -> Q:
        """What must still be true for us to go on."""
        return Q(fence=self.fence, lease_owner=self.owner, lease_until__gt=Now())


def open_providers() -> list[Provider]:
    """Providers that may be called now and have a runnable job; no lock is taken."""
    waiting = ImageJob.objects.filter(state=State.QUEUED, run_after__lte=Now()).values("provider_id")
    return list(
        Provider.objects.filter(enabled=True, paused_at=None, pk__in=waiting)
        .filter(Q(cooldown_until=None) | Q(cooldown_until__lte=Now()))
        .order_by("?")  # no provider is always served first
    )


def claim_next(owner: str, lease_s: float) -> Claim | None:
    """The next job of any open provider, or None where nothing may run now."""
    connection.ensure_connection()  # never waited for under the lock: those who wait for it hold connections
    with _one_at_a_time:
        for provider in open_providers():
            if claimed := _claim_from(provider, owner, lease_s):
                return claimed
    return None


def room(provider: Provider) -> int:
    """How many calls may start now under this provider's limits."""
    in_flight = ImageJob.objects.filter(provider=provider, state__in=IN_FLIGHT).count()
    free = provider.max_in_flight - in_flight
    if provider.images_per_minute is not None and free > 0:
        recent = Attempt.objects.filter(provider=provider, sent_at__gt=from_now(-MINUTE_S)).count()
        starting = ImageJob.objects.filter(provider=provider, state=State.CLAIMED).count()
        free = min(free, provider.images_per_minute - recent - starting)
    return max(free, 0)


def next_in_line(provider: Provider) -> QuerySet[ImageJob]:
    """Those that may run now, in their order: what waits until it is quiet comes behind all the others."""
    runnable = ImageJob.objects.filter(provider=provider, state=State.QUEUED, run_after__lte=Now())
    return runnable.order_by("quiet", "turn", "id")


@transaction.atomic
def _claim_from(candidate: Provider, owner: str, lease_s: float) -> Claim | None:
    provider = (
        # Rows that refer to the provider may be written meanwhile: submitting never waits for a claim, nor it for them.
        Provider.objects.select_for_update(no_key=True)
        .filter(
            Q(cooldown_until=None) | Q(cooldown_until__lte=Now()),
            pk=candidate.pk,
            enabled=True,
            paused_at=None,
        )
        .first()
    )
    if provider is None or not room(provider):
        return None
    job = next_in_line(provider).select_related("generation__model").first()
    if job is None:
        return None
    fence = job.fence + 1
    moved = move(
        job,
        [State.QUEUED],
        State.CLAIMED,
        guard=Q(fence=job.fence),
        fence=F("fence") + 1,
        lease_owner=owner,
        lease_until=from_now(lease_s),
    )
    if not moved:
        return None
    clock = clock_of(job.quiet)
    if job.turn > getattr(provider, clock):
        Provider.objects.filter(pk=provider.pk, **{f"{clock}__lt": job.turn}).update(**{clock: job.turn})
    job.provider = provider
    return Claim(job=job, fence=fence, owner=owner)

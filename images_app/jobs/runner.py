"""One job from claim to stored reply, as a pipe of small steps.

claim ▶ SENT committed ▶ endpoint called ▶ reply on disk ▶ outcome settled ▶ bytes fetched ▶ media told.
No database connection is held while the endpoint works.
"""

import itertools
import logging
import random
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.models import Q
from django.db.models.functions import Now

from images_app.jobs import collect, settle, spool
from images_app.jobs.claim import Claim
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.lib.crypto import SealError
from images_app.lib.failpoints import failpoint
from images_app.providers import client
from images_app.providers.client import Endpoint, ImageRequest, Reply
from images_app.providers.errors import Outcome
from images_app.providers.models import Provider

logger = logging.getLogger(__name__)

# Where the reply lies in the spool; what is only in memory is held for as long as this process lives.
DATABASE_TRIES = 5
# Goes on while the machine sleeps, where the system has such a clock (macOS's monotonic one does by itself).
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class TooLate(Exception):
    """The process was stopped for so long between committing SENT and connecting that the claim may be gone."""


@dataclass(frozen=True)
class Call:
    """An authorised call, committed as SENT and not yet made."""

    attempt: Attempt
    endpoint: Endpoint
    request: ImageRequest


def run(claim: Claim) -> None:
    """See a claimed job through. Whatever goes wrong after SENT is for the adopter and the sweeper to find."""
    failpoint("claimed")
    call = mark_sent(claim)
    if call is None:
        return
    failpoint("sent")
    reply = make_call(call)
    failpoint("answered")
    if reply is None:
        return
    if reply.outcome in {Outcome.DONE, Outcome.UNKNOWN} and reply.status is not None:
        keep(call.attempt, reply)
    failpoint("spooled")
    if not _settle_with_patience(call.attempt, reply):
        return
    failpoint("settled")
    if reply.to_fetch:
        collect.collect(claim.job.pk)
    failpoint("collected")


def mark_sent(claim: Claim) -> Call | None:
    """CLAIMED to SENT with its Attempt row, committed before any byte leaves; None where the job is not ours to send."""
    job = claim.job
    provider = Provider.objects.annotate(cooling=Q(cooldown_until__gt=Now())).get(pk=job.provider_id)
    try:
        endpoint = provider.endpoint()  # before SENT: from there on a failure would have to be decided on
    except SealError as error:
        provider.pause(f"field_key: {error}")
        release(claim, "the provider's key cannot be opened")
        return None
    if provider.paused_at is not None or provider.cooling:
        release(claim, "the endpoint's rate limit" if provider.cooling else "the provider is paused")
        return None
    with transaction.atomic():
        wanted = claim.guard() & Q(cancel_requested=False)
        if not move(job, [State.CLAIMED], State.SENT, guard=wanted, sent_at=Now()):
            release(claim, "cancelled before it was sent")
            return None
        attempt = Attempt.objects.create(
            job=job,
            provider=provider,
            number=job.attempts.count() + 1,
            cause=job.next_cause,
            actor_id=job.next_actor_id,
            price_usd=job.price_usd,
            sent_at=Now(),  # the limit of images per minute compares it with the database's clock
        )
    generation = job.generation
    profile = generation.model
    request = ImageRequest(
        model=profile.name,
        prompt=generation.prompt,
        size=generation.size,
        quality=generation.quality or None,
        style=generation.style or None,
        response_format=profile.response_formats[0] if profile.response_formats else None,
        extras=profile.extras,
        attempt_id=str(attempt.pk),
        position=job.position,
    )
    return Call(attempt=attempt, endpoint=endpoint, request=request)


def release(claim: Claim, why: str) -> bool:
    """CLAIMED back to QUEUED: nothing was sent, nothing is owed. A cancelled one goes on to CANCELLED."""
    job = claim.job
    if not move(job, [State.CLAIMED], State.QUEUED, guard=claim.guard(), note=why):
        return False
    if ImageJob.objects.filter(pk=job.pk, cancel_requested=True).exists():
        settle.cancelled(job, why)
    return True


def make_call(call: Call) -> Reply | None:
    """The paid call. None where it was not made because we came too late: the sweeper asks for a decision."""
    committed = time.clock_gettime(CLOCK)
    patience_s = settings.LEASE_SECONDS / 2

    def still_ours() -> None:
        if time.clock_gettime(CLOCK) - committed > patience_s:
            raise TooLate

    connections.close_all()
    try:
        return client.generate(call.endpoint, call.request, before_send=still_ours)
    except TooLate:
        logger.warning("attempt %s was not sent: this process had been stopped for too long", call.attempt.pk)
        return None


def keep(attempt: Attempt, reply: Reply) -> None:
    """Put a reply on disk. Tried until it works: the reply is paid and exists nowhere else."""
    kept = spool.Spooled(
        attempt_id=attempt.pk,
        job_id=attempt.job_id,
        status=reply.status or 0,
        headers=reply.headers,
        body=reply.raw,
    )
    pause_s = 1.0
    while True:
        try:
            spool.write(kept)
            return
        except OSError as error:
            logger.critical(
                "attempt %s: the spool cannot be written (%s); trying again", attempt.pk, error.strerror
            )
            time.sleep(pause_s)
            pause_s = min(pause_s * 2, 30.0)


def _settle_with_patience(attempt: Attempt, reply: Reply) -> bool:
    """Settle, with tries while the database is away; on False it is the adopter's and the sweeper's.

    Without an answer from the endpoint there is nothing to spool, and only we know that nothing was sent: we go on
    trying, or the person would be asked to decide about a call that was never made.
    """
    for tries in itertools.count():
        try:
            return settle.settle(attempt, reply)
        except (DatabaseError, InterfaceError) as error:
            connections.close_all()
            logger.warning("attempt %s not settled yet: %s", attempt.pk, type(error).__name__)
            away = isinstance(error, OperationalError | InterfaceError)
            if tries + 1 >= DATABASE_TRIES and (reply.status is not None or not away):
                break
            time.sleep(2.0 ** min(tries, 3) * random.uniform(0.5, 1.0))  # noqa: S311  (jitter, not a secret)
    if reply.status is not None:
        keep(attempt, reply)  # a refusal or a rate limit too: else the person would be asked about it
    return False

"""What an outcome does to its attempt and job; the same for a live worker and for the adopter of a spooled reply."""

import random
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from images_app.budgets.limits import OverBudget
from images_app.jobs import books, spool
from images_app.jobs.hints import hint
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.lib.dbtime import from_now
from images_app.lib.words import money
from images_app.providers.client import Reply
from images_app.providers.errors import Outcome
from images_app.providers.models import Provider

EXCERPT_BYTES = 4096
# A paid result is kept wherever the job has got to meanwhile; a retry that was not sent yet is no longer needed.
LATE = [State.UNKNOWN, State.QUEUED, State.CLAIMED, State.FAILED, State.REJECTED, State.CANCELLED, State.LOST]


def settle(attempt: Attempt, reply: Reply) -> bool:
    """Write down what ``reply`` means. True for the one caller who settled this attempt."""
    with transaction.atomic():
        sources = [Attempt.Outcome.OPEN]
        if reply.outcome is Outcome.DONE:
            sources.append(Attempt.Outcome.UNKNOWN)  # the sweeper had given it up
        settled = Attempt.objects.filter(pk=attempt.pk, outcome__in=sources).update(
            outcome=reply.outcome.value,
            reason=reply.reason[:60],
            status=reply.status,
            request_id=(reply.request_id or "")[:200],
            usage=reply.usage,
            raw_excerpt=excerpt(reply) if reply.outcome is Outcome.UNKNOWN else "",
            answered_at=Now(),
        )
        if not settled:
            return False
        if reply.outcome is Outcome.DONE:
            _done(attempt, reply)
        else:
            _SETTLERS[reply.outcome](ImageJob.objects.get(pk=attempt.job_id), reply)
        books.book([attempt.job_id])
    if reply.outcome is Outcome.UNKNOWN:
        spool.set_aside(attempt.pk)
    return True


def give_up_waiting(attempt: Attempt) -> bool:
    """The lease is over and no reply was kept: nobody can say whether the call was executed."""
    with transaction.atomic():
        settled = Attempt.objects.filter(pk=attempt.pk, outcome=Attempt.Outcome.OPEN).update(
            outcome=Attempt.Outcome.UNKNOWN, reason="worker_lost", answered_at=Now()
        )
        if not settled:
            return False
        job = ImageJob.objects.get(pk=attempt.job_id)
        _unclear(job, "worker_lost", "The worker stopped while the picture was being made.")
        books.book([job.pk])
    return True


def excerpt(reply: Reply) -> str:
    """The beginning of an unclear reply as text a database takes (no NUL)."""
    return reply.raw[:EXCERPT_BYTES].decode("utf-8", "replace").replace("\x00", "\ufffd")


def _done(attempt: Attempt, reply: Reply) -> None:
    """Of the job only what never changes is used, so that the worker's own copy of the row will do."""
    job, step = attempt.job, "collect" if reply.to_fetch else "store"
    fields: dict[str, Any] = {"reason": step, "message": "", "run_after": from_now(0), "media_tries": 0}
    if not move(job, [State.SENT], State.RECEIVED, **fields):
        move(
            job,
            LATE,
            State.RECEIVED,
            note="a late result",
            charged_usd=None,
            finished_at=None,
            **fields,
        )
    if step == "store":
        hint("jobs.media", "media", str(job.pk))
    if attempt.provider.rate_limit_strikes:
        Provider.objects.filter(pk=attempt.provider_id).update(rate_limit_strikes=0)


def _not_sent(job: ImageJob, reply: Reply) -> None:
    _queue_again(job, reply, _wait(job.requeues))


def _not_executed(job: ImageJob, reply: Reply) -> None:
    """A 429: the whole line waits, so that the order is kept."""
    strikes = job.provider.rate_limit_strikes
    if reply.retry_after_s is None:
        wait = _wait(strikes)
        Provider.objects.filter(pk=job.provider_id).update(rate_limit_strikes=min(strikes + 1, 12))
    else:
        wait = timedelta(seconds=reply.retry_after_s)
    job.provider.cool_down(wait.total_seconds())
    _queue_again(job, reply, wait)


def _blocked(job: ImageJob, reply: Reply) -> None:
    job.provider.pause(f"{reply.reason}: {reply.message}")
    _queue_again(job, reply, timedelta(0))


def _queue_again(job: ImageJob, reply: Reply, wait: timedelta) -> None:
    moved = move(
        job,
        [State.SENT],
        State.QUEUED,
        note=f"{reply.reason}: {reply.message}",
        reason=reply.reason[:60],
        message=reply.message,
        run_after=from_now(wait.total_seconds()),
        requeues=job.requeues + 1,
        next_cause="requeue",
        next_actor=None,
    )
    if moved and job.cancel_requested:
        move(job, [State.QUEUED], State.CANCELLED, note="cancelled by the owner", charged_usd=owed(job))


def _refused(job: ImageJob, reply: Reply) -> None:
    if _keep_earlier_result(job):
        return
    move(
        job,
        [State.SENT],
        State.REJECTED,
        note=reply.reason,
        reason=reply.reason[:60],
        message=reply.message,
        charged_usd=owed(job),
    )


def _unknown(job: ImageJob, reply: Reply) -> None:
    _unclear(job, reply.reason, reply.message)


def _unclear(job: ImageJob, reason: str, message: str) -> None:
    if _keep_earlier_result(job):
        return
    moved = move(job, [State.SENT], State.UNKNOWN, note=reason, reason=reason[:60], message=message)
    may_retry = job.team.retry_unknown_once and not job.attempts.filter(cause="policy").exists()
    if moved and may_retry and not job.cancel_requested:
        _try_once_more(job)


def _try_once_more(job: ImageJob) -> None:
    """By the team's rule; where a budget has no room for another call a person decides, as without the rule."""
    note = f"the team's rule: try once more, at the risk of another {money(job.price_usd)}"
    try:
        with transaction.atomic():
            move(job, [State.UNKNOWN], State.QUEUED, note=note, next_cause="policy", run_after=from_now(0))
            books.book([job.pk], limited=True)
    except OverBudget:
        return
    hint("jobs.generate", "generate")


def _keep_earlier_result(job: ImageJob) -> bool:
    """Where an earlier attempt's late result has arrived, the job has its picture whatever this attempt came to."""
    if not job.attempts.filter(outcome=Attempt.Outcome.DONE).exists():
        return False
    return move(job, [State.SENT], State.RECEIVED, note="an earlier call's result", reason="collect")


def _wait(tries: int) -> timedelta:
    """Exponential backoff with jitter: about 1, 2, 4 ... seconds, five minutes at most."""
    ceiling: float = min(2.0 ** min(tries, 12), 300.0)
    return timedelta(seconds=ceiling * random.uniform(0.5, 1.0))  # noqa: S311  (jitter, not a secret)


def owed(job: ImageJob) -> Decimal:
    """What earlier attempts of a job that ends without a picture are known or feared to have cost."""
    risky = job.attempts.filter(outcome__in=[Attempt.Outcome.UNKNOWN, Attempt.Outcome.DONE])
    return sum((attempt.cost or Decimal(0) for attempt in risky), Decimal(0))


def feared(job: ImageJob) -> Decimal | None:
    """What a job is taken to have cost that is given up as charged; None where the price is not known."""
    return None if job.price_usd is None else owed(job)


@transaction.atomic
def cancelled(job: ImageJob, note: str) -> bool:
    """A job that waits again and was to be cancelled; False where somebody has taken it meanwhile."""
    moved = move(job, [State.QUEUED], State.CANCELLED, note=note, charged_usd=owed(job))
    if moved:
        books.book([job.pk])
    return moved


_SETTLERS = {
    Outcome.NOT_SENT: _not_sent,
    Outcome.NOT_EXECUTED: _not_executed,
    Outcome.BLOCKED: _blocked,
    Outcome.REFUSED: _refused,
    Outcome.UNKNOWN: _unknown,
}

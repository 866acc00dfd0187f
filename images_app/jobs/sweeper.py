"""Finding what was left behind: claims nobody holds, replies nobody wrote down, pictures nobody stored.

Everything here may run at any time, in any number of processes, and twice.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from images_app.images.actions import purge
from images_app.jobs import books, collect, settle, spool
from images_app.jobs.hints import backlog, send
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.lib.dbtime import from_now
from images_app.lib.download import DownloadError
from images_app.providers.client import sort_reply
from images_app.providers.errors import Outcome

logger = logging.getLogger(__name__)

BATCH = 500
DECISION_DAYS = 14
UNCLEAR_DAYS = 30


_DATABASE_AWAY = (OperationalError, InterfaceError)
_Item = TypeVar("_Item")
_judge_from = 0.0  # monotonic; before it, a lease that is over says nothing about its worker


def sweep() -> dict[str, int]:
    """One round; counts of what was found, for the log and the tests."""
    begun = time.monotonic()
    try:
        found = {
            "released": _each(_release, _expired(State.CLAIMED)),
            "unclear": _each(_ask, _unanswered(begun)),
            "hinted": _hint_received(),
            "overdue": _each(_close, _undecided()),
        }
    except _DATABASE_AWAY:
        wait_for_heartbeats()
        raise
    if any(found.values()):
        logger.info("sweep: %s", found)
    return found


def adopt(older_than_s: float | None = None) -> int:
    """Settle spooled replies whose worker is gone. Returns how many were adopted."""
    age = settings.LEASE_SECONDS / 2 if older_than_s is None else older_than_s
    return _each(_adopt_one, _unfinished(list(spool.waiting(age, time.time()))))


def _each(work: Callable[[_Item], bool], items: Iterable[_Item]) -> int:
    """How many were dealt with; one that cannot be must not keep the others waiting."""
    done = 0
    for item in items:
        try:
            done += work(item)
        except _DATABASE_AWAY:
            raise  # it would be the same for the others
        except Exception:
            logger.exception("%s could not be dealt with; going on", item)
    return done


def _unanswered(begun: float) -> list[ImageJob]:
    """Calls whose lease is over. None while the database was just away: no worker could renew anything then."""
    jobs = _expired(State.SENT)
    if time.monotonic() - begun > settings.LEASE_SECONDS / 4:
        wait_for_heartbeats()  # it answers, but it had been frozen
    return jobs if time.monotonic() >= _judge_from else []


def wait_for_heartbeats() -> None:
    """Judges no call for as long as a live worker may take to renew its lease: the database was away until now, or
    this process has only begun and cannot know whether it was (a migration holds the jobs for minutes)."""
    global _judge_from
    _judge_from = time.monotonic() + settings.LEASE_SECONDS / 2


def tidy() -> int:
    """Forget unclear replies, what died half-written, and pictures in the trash, after 30 days; returns how many."""
    at_work = map(spool.attempt_of, spool.folder().glob("*.reply"))
    return _forget_files() + purge(but=list(filter(None, at_work)))


def _forget_files() -> int:
    age = timedelta(days=UNCLEAR_DAYS).total_seconds()
    old = [p for p in spool.folder().glob("unclear/*.reply") if p.stat().st_mtime < time.time() - age]
    old += spool.abandoned(age, time.time())
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _expired(state: State) -> list[ImageJob]:
    return list(ImageJob.objects.filter(state=state, lease_until__lt=Now()).order_by("lease_until")[:BATCH])


def _release(job: ImageJob) -> bool:
    """A claim whose worker is gone; nothing was sent, so it waits again at its old place."""
    expired = Q(fence=job.fence, lease_until__lt=Now())
    if not move(
        job,
        [State.CLAIMED],
        State.QUEUED,
        guard=expired,
        note="its worker stopped before sending",
    ):
        return False
    if job.cancel_requested:
        settle.cancelled(job, "cancelled")
    else:
        send("jobs.generate", "generate")
    return True


def _ask(job: ImageJob) -> bool:
    """A call whose worker is gone: adopt its reply where one was kept, else ask for a decision. Never resent."""
    attempt = job.attempts.order_by("-number").first()
    if attempt is None:
        logger.error("job %s is SENT without an attempt", job.pk)
        return False
    path = spool.reply_path(attempt.pk)
    if path.exists():
        return _adopt_one(path)
    if attempt.outcome == Attempt.Outcome.OPEN and not _lease_is_over(job):
        return False
    return settle.give_up_waiting(attempt)


def _lease_is_over(job: ImageJob) -> bool:
    """Once more, from the row: a heartbeat may have come since the list was read."""
    return ImageJob.objects.filter(
        pk=job.pk, state=State.SENT, fence=job.fence, lease_until__lt=Now()
    ).exists()


def _hint_received() -> int:
    """Pictures that wait to be fetched or stored and whose last try is over."""
    due = ImageJob.objects.filter(state=State.RECEIVED, run_after__lte=Now()).order_by("run_after")
    rows = due.values_list("pk", "reason")[:BATCH]
    for step, task, queue in (("store", "jobs.media", "media"), ("collect", "jobs.collect", "generate")):
        jobs = [str(job_id) for job_id, reason in rows if (reason == "store") == (step == "store")]
        if jobs and backlog(queue) < BATCH:  # else nobody reads them: more would only fill Redis
            for job_id in jobs:
                send(task, queue, job_id)
    return len(rows)


def _undecided() -> list[ImageJob]:
    """Jobs that have asked for a decision for a fortnight."""
    limit = from_now(-timedelta(days=DECISION_DAYS).total_seconds())
    fresh = Attempt.objects.filter(job=OuterRef("pk"), answered_at__gt=limit)
    return list(ImageJob.objects.filter(~Exists(fresh), state=State.UNKNOWN)[:BATCH])


@transaction.atomic
def _close(job: ImageJob) -> bool:
    closed = move(
        job,
        [State.UNKNOWN],
        State.FAILED,
        note=f"no decision within {DECISION_DAYS} days: taken as charged",
        reason="no_decision",
        charged_usd=settle.feared(job),
    )
    if closed:
        books.book([job.pk])
    return closed


def _unfinished(paths: list[Path]) -> Iterator[Path]:
    """Without those that are settled and wait for storage: a long outage must not have them read every few seconds."""
    for start in range(0, len(paths), BATCH):
        batch = paths[start : start + BATCH]
        names = [attempt_id for path in batch if (attempt_id := spool.attempt_of(path))]
        waiting = Attempt.objects.filter(
            pk__in=names, outcome=Attempt.Outcome.DONE, job__state=State.RECEIVED
        ).values_list("pk", flat=True)
        settled = set(waiting)
        yield from (path for path in batch if spool.attempt_of(path) not in settled)


def _adopt_one(path: Path) -> bool:
    try:
        kept = spool.read(path)
    except FileNotFoundError:
        return False
    except ValueError as error:
        logger.error("spool file %s cannot be read (%s); left where it is", path.name, type(error).__name__)
        return False
    attempt = Attempt.objects.select_related("job").filter(pk=kept.attempt_id).first()
    if attempt is None:
        logger.error("spool file %s belongs to no attempt; left where it is", path.name)
        return False
    reply = sort_reply(kept.status, kept.headers, kept.body)
    if settle.settle(attempt, reply):
        logger.warning("attempt %s: a reply left behind was adopted (%s)", attempt.pk, reply.outcome.value)
        if reply.outcome is Outcome.DONE:
            _on_with_it(attempt)
        return True
    _clear_up(attempt, reply.outcome)
    return False


def _on_with_it(attempt: Attempt) -> None:
    state = ImageJob.objects.values_list("state", flat=True).get(pk=attempt.job_id)
    if state == State.RECEIVED:
        send("jobs.collect", "generate", str(attempt.job_id))
    elif state == State.SUCCEEDED:
        _store_late(attempt)


def _clear_up(attempt: Attempt, outcome: Outcome) -> None:
    """A reply that was settled before: its file is still here because someone died between two steps."""
    attempt.refresh_from_db(fields=["outcome"])
    job = attempt.job
    if outcome is not Outcome.DONE:
        spool.set_aside(attempt.pk)
    elif job.state == State.SUCCEEDED:
        if job.images.filter(attempt=attempt).exists():
            spool.discard(attempt.pk)
        else:
            _store_late(attempt)
    elif job.state == State.LOST and job.reason == collect.REPLY_GONE:
        collect.find_again(job)
    elif job.state == State.LOST:
        spool.set_aside(attempt.pk)


def _store_late(attempt: Attempt) -> None:
    try:
        collect.store_late(attempt)
    except DownloadError as error:
        logger.warning("attempt %s: a late result could not be fetched (%s)", attempt.pk, error.reason)
        if error.permanent or timezone.now() - (attempt.answered_at or timezone.now()) > collect.URL_LIFE:
            spool.set_aside(attempt.pk)

"""From a kept reply to pictures in storage: fetch what is only a url, then store what was fetched or came with it.

Both halves may be repeated at any time: the reply and what was fetched lie under the attempt's name until storage has
them, and storing the same bytes twice finds the first row. ``run_after`` is the soft lease: whoever moves it forward
does the next try.
"""

import logging
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from images_app.collections.actions import land
from images_app.images.actions import BadPicture, store
from images_app.jobs import spool
from images_app.jobs.hints import send
from images_app.jobs.models import Attempt, ImageJob
from images_app.jobs.states import State
from images_app.jobs.transition import move
from images_app.lib.dbtime import from_now
from images_app.lib.download import DownloadError, fetch
from images_app.lib.failpoints import failpoint
from images_app.providers.client import Picture, sort_reply

logger = logging.getLogger(__name__)

FETCH_WAITS_S = (2, 5, 15, 60, 300, 600)
URL_LIFE = timedelta(minutes=70)  # endpoints say 60; the last tries come after that
# Bytes from a url may have been cut on the way; not for longer than this.
BAD_BYTES_FOR = timedelta(minutes=10)
SPOOL_AWAY_FOR = timedelta(minutes=30)  # a spool that is not mounted looks empty
MOST_TRIES = 6  # of bytes that kill the worker who opens them
DOWNLOAD_S = 45.0
STORAGE_WAIT_S = 10.0
NOT_FETCHED = "not_fetched"
REPLY_GONE = "reply_gone"


def collect(job_id: UUID) -> None:
    """Fetch every paid picture of a job that is only a url, then tell the media workers."""
    job = _take(job_id, "collect")
    if job is None:
        return None
    paid = _paid(job)
    try:
        failed = _fetch_all(job, paid)
    except OSError:  # a full disk, a spool that is away
        _again_soon(job, "collect")
        raise
    if failed is not None and not _hopeless(paid, failed):
        return _fetch_later(job, failed)
    if failed is not None and not _has_bytes(job, paid):
        words = f"The picture's address stopped answering: {failed.message}"
        return _lose(job, f"fetch_{failed.reason}"[:60], words)
    moved = ImageJob.objects.filter(pk=job.pk, state=State.RECEIVED).update(
        reason="store", message="", run_after=from_now(0), media_tries=0
    )
    if moved:
        send("jobs.media", "media", str(job.pk))
    return None


def store_pictures(job_id: UUID) -> None:
    """Check and store the paid pictures, then RECEIVED to SUCCEEDED. Storage errors are raised and retried."""
    job = _take(job_id, "store")
    if job is None:
        return None
    paid = _paid(job)
    bad: BadPicture | None = None
    try:
        for attempt in paid:
            bad = _store_attempt(job, attempt) or bad
    except Exception as error:
        # Storage or database trouble is no fault of the picture: it does not count against its tries.
        waits = _again_soon(job, "store")
        if isinstance(error, FileNotFoundError) and not waits:
            logger.info("job %s: another worker finished while it was being stored", job.pk)
            return None
        raise
    failpoint("stored")
    if job.images.exists():
        return _finish(job, paid, set_aside=bad is not None)
    if bad is None or bad.reason == NOT_FETCHED:
        return _bytes_gone(job, paid)
    return _bad_bytes(job, paid, bad)


def find_again(job: ImageJob) -> bool:
    """A job given up because its reply was gone, whose reply is here after all."""
    return move(
        job,
        [State.LOST],
        State.RECEIVED,
        note="its reply was found",
        reason="collect",
        message="",
        run_after=from_now(0),
        media_tries=0,
        charged_usd=None,
        finished_at=None,
    )


def store_late(attempt: Attempt) -> None:
    """A paid result that came when its job had long got its picture from another call: kept beside it."""
    job = ImageJob.objects.get(pk=attempt.job_id)
    for position, picture in enumerate(_pictures(attempt)):
        _fetch_one(job, attempt, position, picture)
    bad = _store_attempt(job, attempt)
    ImageJob.objects.filter(pk=job.pk, state=State.SUCCEEDED).update(charged_usd=_charge(_paid(job)))
    if bad is None:
        spool.discard(attempt.pk)
    else:
        spool.set_aside(attempt.pk)


def _store_attempt(job: ImageJob, attempt: Attempt) -> BadPicture | None:
    """Store every picture of one reply that can be had; the error of one that is none, where there was one."""
    bad = None
    for position, picture in enumerate(_pictures(attempt)):
        path = spool.bytes_path(attempt.pk, position)
        if (content := picture.content()) is not None:
            spool.write_quickly(path, content)  # the reply it is made from is the copy that lasts
        elif not path.exists():
            if not job.images.filter(attempt=attempt, position=position).exists():
                bad = bad or BadPicture(NOT_FETCHED, "The picture could not be fetched.")
            continue
        revised = (picture.revised_prompt or "").replace("\x00", "")
        try:
            store(
                path,
                job=job,
                attempt=attempt,
                position=position,
                revised_prompt=revised,
                also=lambda image: land(image, job.generation.collection_id),
            )
        except BadPicture as error:
            bad = error
    return bad


def _take(job_id: UUID, step: str) -> ImageJob | None:
    """Win the right to the next try of ``step``; None where there is nothing to do or someone else is at it."""
    # After this its worker is taken for dead and another may repeat the try, which does no harm.
    patience_s = DOWNLOAD_S + 5 if step == "collect" else settings.LEASE_SECONDS / 2
    won = ImageJob.objects.filter(
        pk=job_id, state=State.RECEIVED, reason=step, run_after__lte=from_now(0)
    ).update(run_after=from_now(patience_s), media_tries=F("media_tries") + 1)
    if not won:
        return None
    job = ImageJob.objects.get(pk=job_id)
    if job.media_tries > MOST_TRIES and step == "store":
        _lose(job, "bad_picture", "The picture could not be opened, however often it was tried.")
        return None
    return job


def _paid(job: ImageJob) -> list[Attempt]:
    return list(job.attempts.filter(outcome=Attempt.Outcome.DONE).order_by("number"))


def _pictures(attempt: Attempt) -> tuple[Picture, ...]:
    """What the kept reply holds; nothing where it was stored before and is gone."""
    try:
        kept = spool.read(spool.reply_path(attempt.pk))
    except FileNotFoundError:
        return ()
    return sort_reply(kept.status, kept.headers, kept.body).pictures


def _fetch_all(job: ImageJob, paid: list[Attempt]) -> DownloadError | None:
    """Fetch whatever can be had; the error of a picture that cannot, the one worth trying again first."""
    failed: DownloadError | None = None
    for attempt in paid:
        for position, picture in enumerate(_pictures(attempt)):
            try:
                _fetch_one(job, attempt, position, picture)
            except DownloadError as error:
                logger.warning("job %s: a result could not be fetched (%s)", job.pk, error.reason)
                if failed is None or failed.permanent:
                    failed = error
    return failed


def _fetch_one(job: ImageJob, attempt: Attempt, position: int, picture: Picture) -> None:
    """Bring one picture to disk, where it is not there and did not come with the reply."""
    path = spool.bytes_path(attempt.pk, position)
    if picture.b64 is None and picture.url is not None and not path.exists():
        endpoint = job.provider.endpoint()
        fetch(
            picture.url,
            to=path,
            allowed_origins=endpoint.allowed_origins(),
            ports=endpoint.ports(),
            hosts=endpoint.result_hosts,
            total_s=DOWNLOAD_S,
        )


def _age(paid: list[Attempt]) -> timedelta:
    """How long ago the latest reply came."""
    now = timezone.now()
    return min((now - (attempt.answered_at or now) for attempt in paid), default=timedelta(0))


def _hopeless(paid: list[Attempt], error: DownloadError) -> bool:
    return error.permanent or _age(paid) > URL_LIFE


def _has_bytes(job: ImageJob, paid: list[Attempt]) -> bool:
    """Whether at least one picture was fetched, came with a reply, or is stored already."""
    fetched = any(any(spool.folder().glob(f"{attempt.pk}-*.bin")) for attempt in paid)
    came = any(picture.b64 is not None for attempt in paid for picture in _pictures(attempt))
    return fetched or came or job.images.exists()


def _again_soon(job: ImageJob, step: str) -> bool:
    """The try did not count; False where the job has left ``step`` meanwhile."""
    waits = ImageJob.objects.filter(pk=job.pk, state=State.RECEIVED, reason=step).update(
        media_tries=max(job.media_tries - 1, 0), run_after=from_now(STORAGE_WAIT_S)
    )
    return waits == 1


def _fetch_later(job: ImageJob, error: DownloadError) -> None:
    wait = FETCH_WAITS_S[min(job.media_tries - 1, len(FETCH_WAITS_S) - 1)]
    ImageJob.objects.filter(pk=job.pk, state=State.RECEIVED).update(
        run_after=from_now(wait), message=error.message
    )


def _bad_bytes(job: ImageJob, paid: list[Attempt], error: BadPicture) -> None:
    """Bytes from a url may have been cut on the way: fetch them again. Bytes from the reply itself will not change."""
    by_url = any(picture.url for attempt in paid for picture in _pictures(attempt))
    if not by_url or _age(paid) > BAD_BYTES_FOR:
        return _lose(job, error.reason, error.message)
    for attempt in paid:
        for path in spool.folder().glob(f"{attempt.pk}-*.bin"):
            path.unlink(missing_ok=True)
    # As long again as it has taken so far: 2, 4, 8 ... seconds, without a count to keep.
    _collect_again(job, max(_age(paid).total_seconds(), 2.0), error.message)
    return None


def _bytes_gone(job: ImageJob, paid: list[Attempt]) -> None:
    """Nothing on disk to store: fetched again, or waited for where the whole spool seems to be away."""
    if any(spool.reply_path(attempt.pk).exists() for attempt in paid):
        _collect_again(job, 2.0, "")
    elif _age(paid) < SPOOL_AWAY_FOR:
        logger.error("job %s: its reply is not in the spool; is the spool mounted?", job.pk)
        _again_soon(job, "store")
    else:
        _lose(job, REPLY_GONE, "The endpoint's reply was kept, but is no longer on disk.")


def _collect_again(job: ImageJob, wait_s: float, message: str) -> None:
    ImageJob.objects.filter(pk=job.pk, state=State.RECEIVED, reason="store").update(
        reason="collect", message=message, run_after=from_now(wait_s), media_tries=0
    )


def _lose(job: ImageJob, reason: str, message: str) -> None:
    """Paid and gone, or unusable: an incident that stays listed, with the reply kept."""
    paid = _paid(job)
    logger.error("job %s: a paid picture is lost (%s)", job.pk, reason)
    moved = move(
        job,
        [State.RECEIVED],
        State.LOST,
        note=reason,
        reason=reason[:60],
        message=message,
        charged_usd=_charge(paid),
    )
    if moved:
        for attempt in paid:
            spool.set_aside(attempt.pk)


def _finish(job: ImageJob, paid: list[Attempt], *, set_aside: bool) -> None:
    done = move(job, [State.RECEIVED], State.SUCCEEDED, reason="", message="", charged_usd=_charge(paid))
    failpoint("succeeded")
    if done:
        for attempt in paid:
            if set_aside:
                spool.set_aside(attempt.pk)
            spool.discard(attempt.pk)


def _charge(paid: list[Attempt]) -> Decimal | None:
    """The cost of every call known to be executed; None where one of them is unknown."""
    prices = [attempt.cost for attempt in paid]
    return None if None in prices else sum((price for price in prices if price is not None), Decimal(0))

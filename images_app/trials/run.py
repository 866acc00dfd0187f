"""One trial from its hint to its end, each step written down as it ends.

reach, authenticate ▶ SENT committed ▶ one paid call ▶ bytes on disk ▶ RECEIVED ▶ checked and stored by a media worker.
What stops a trial before SENT costs nothing; nothing sends it twice.
"""

import logging
import os
import time
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.db.models.functions import Now

from images_app.images.apart import keep
from images_app.images.headers import BadPicture
from images_app.jobs.hints import send
from images_app.lib.crypto import SealError
from images_app.lib.dbtime import from_now
from images_app.lib.disk import sync_folder
from images_app.lib.download import DownloadError, fetch
from images_app.lib.failpoints import failpoint
from images_app.providers import client, probe
from images_app.providers.client import Endpoint, ImageRequest, Reply
from images_app.providers.errors import SENTENCES, Outcome
from images_app.trials.actions import MOST_TRIES, ended_unknown
from images_app.trials.lease import Lease
from images_app.trials.models import Trial
from images_app.trials.steps import FAILED, MENDS, OK, UNCLEAR, Step

logger = logging.getLogger(__name__)

PROMPT = "A small paper boat on a calm lake at dawn"
DOWNLOAD_S = 45.0
ELSEWHERE_S = 2.0


class TooLate(Exception):
    """The process was stopped between committing SENT and connecting: the sweep may have spoken already."""


def call(trial_id: UUID) -> None:
    """Everything up to the bytes on disk. Does nothing where another worker has the trial."""
    trial = _take(trial_id, Trial.State.ASKED, Trial.State.REACHING)
    if trial is None:
        return
    with Lease(trial):
        endpoint = _endpoint(trial)
        if endpoint is None or not _reach(trial, endpoint):
            return
        if trial.kind == Trial.Kind.KEY:
            _move(trial, Trial.State.DONE, finished_at=Now())
            return
        failpoint("trial reached")
        reply = _generate(trial, endpoint)
        if reply is not None and _bring(trial, endpoint, reply):
            send("trials.store", "media", str(trial.pk))


def store(trial_id: UUID) -> None:
    """Check the bytes and put them where pictures lie."""
    trial = _take(trial_id, Trial.State.RECEIVED, Trial.State.RECEIVED)
    if trial is None:
        return
    path = spool_path(trial.pk)
    start = time.monotonic()
    try:
        kept = keep(path, f"trials/{trial.pk}")
    except BadPicture as error:
        _fail(trial, "store", error.message, start, "Test another model: this one sent no picture.")
    except FileNotFoundError:
        if trial.tries < MOST_TRIES:  # another machine's worker may have them: the sweep asks again
            _move(trial, Trial.State.RECEIVED, lease_until=from_now(ELSEWHERE_S))
            return
        _fail(trial, "store", "The bytes are not in the spool.", start, "Mount SPOOL_DIR on every worker.")
    except Exception as error:
        # The outside's words may hold a signed address: the kind alone is shown.
        logger.exception("trial %s: the storage refuses its picture", trial.pk)
        _fail(
            trial,
            "store",
            f"The storage refuses the picture ({type(error).__name__}).",
            start,
            "Run python manage.py doctor where the workers run: it looks at the storage.",
        )
    else:
        step = Step("store", OK, f"{kept.width} × {kept.height}, {kept.size:,} bytes", _ms(start))
        _move(
            trial,
            Trial.State.DONE,
            step,
            original_key=kept.original_key,
            preview_key=kept.preview_key,
            finished_at=Now(),
        )
    path.unlink(missing_ok=True)


def spool_path(trial_id: UUID) -> Path:
    """Where the bytes wait for the media worker."""
    folder = Path(settings.SPOOL_DIR) / "trials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{trial_id}.bin"


def _take(trial_id: UUID, state: Trial.State, to: Trial.State) -> Trial | None:
    """Win a trial that nobody works on; None where it is somebody's, or in another state."""
    token = uuid4()
    free = Trial.objects.filter(pk=trial_id, state=state).exclude(lease_until__gt=Now())
    if not free.update(
        state=to, token=token, lease_until=from_now(settings.LEASE_SECONDS), tries=F("tries") + 1
    ):
        return None
    return Trial.objects.select_related("provider", "model").get(pk=trial_id)


def _move(trial: Trial, state: Trial.State, *steps: Step, **columns: object) -> bool:
    """Write down steps and the next state, where the trial is still ours. A late result of a paid call is kept."""
    rows = [*trial.steps, *(step.row() for step in steps)]
    mine = Trial.objects.filter(pk=trial.pk, token=trial.token, state=trial.state)
    if not mine.update(state=state, steps=rows, **columns):
        return False
    trial.state, trial.steps = state, rows
    return True


def _fail(trial: Trial, name: str, finding: str, start: float | None, mend: str) -> None:
    step = Step(name, FAILED, finding, None if start is None else _ms(start), mend)
    _move(trial, Trial.State.FAILED, step, finished_at=Now())


def _endpoint(trial: Trial) -> Endpoint | None:
    spare = trial.which_key == Trial.Which.SPARE
    try:
        return trial.provider.endpoint(spare=spare)
    except SealError:
        _fail(trial, "authenticate", "The key that is kept cannot be opened.", None, MENDS["field_key"])
        return None


def _reach(trial: Trial, endpoint: Endpoint) -> bool:
    """The free question, which answers for the first two steps."""
    connections.close_all()
    answer = probe.ask(endpoint)
    if answer.status is None:
        step = "authenticate" if answer.trouble == "api_key" else "reach"
        finding = f"{SENTENCES[answer.trouble].partition(' The picture may')[0]} ({answer.detail})"
        failed = Step(step, FAILED, finding, round(answer.elapsed_s * 1000), MENDS[answer.trouble])
        _move(trial, Trial.State.FAILED, failed, finished_at=Now())
        return False
    reached = Step("reach", OK, f"{endpoint_host(trial)} answers.", round(answer.connected_s * 1000))
    known = _authenticated(trial, answer)
    if known.outcome == FAILED:
        _move(trial, Trial.State.FAILED, reached, known, finished_at=Now())
        return False
    if known.outcome == UNCLEAR and trial.kind == Trial.Kind.KEY:
        _move(trial, Trial.State.UNKNOWN, reached, known, finished_at=Now())
        return False
    return _move(trial, Trial.State.REACHING, reached, known)


def endpoint_host(trial: Trial) -> str:
    return trial.provider.origin.partition("://")[2]


def _authenticated(trial: Trial, answer: probe.Probe) -> Step:
    status, ms = answer.status or 0, round((answer.elapsed_s - answer.connected_s) * 1000)
    if status in (401, 403):
        return Step("authenticate", FAILED, f"The endpoint refuses the key ({status}).", ms, MENDS["api_key"])
    if status == 429:
        return Step("authenticate", FAILED, "The endpoint asks us to wait (429).", ms, MENDS["rate_limit"])
    if status >= 500:
        return Step("authenticate", FAILED, f"The endpoint is in trouble ({status}).", ms, MENDS["broken"])
    if status != 200 or answer.models is None:
        words = (
            f"The endpoint lists no models ({status}), so only a picture can tell whether it takes the key."
        )
        return Step("authenticate", UNCLEAR, words, ms)
    listed = f"The endpoint takes the key and lists {len(answer.models)} models"
    if trial.kind == Trial.Kind.PICTURE:
        there = "among them" if trial.model_name in answer.models else "but not"
        listed = f"{listed}, {there} {trial.model_name}"
    return Step("authenticate", OK, f"{listed}.", ms)


def _generate(trial: Trial, endpoint: Endpoint) -> Reply | None:
    """The paid call, made once; None where it brought no picture, or another one spoke meanwhile."""
    profile = trial.model
    if profile is None:
        _fail(trial, "generate", "The model was deleted meanwhile.", None, "Test another model.")
        return None
    if not _move(trial, Trial.State.SENT, sent_at=Now(), lease_until=from_now(settings.LEASE_SECONDS)):
        return None
    committed = time.monotonic()

    def still_ours() -> None:
        if time.monotonic() - committed > settings.LEASE_SECONDS / 2:
            raise TooLate

    request = ImageRequest(
        model=profile.name,
        prompt=PROMPT,
        size=trial.size or None,
        quality=trial.quality or None,
        style=profile.styles[0] if profile.styles else None,
        response_format=profile.response_formats[0] if profile.response_formats else None,
        extras=profile.extras,
        attempt_id=str(trial.pk),
    )
    failpoint("trial sent")
    connections.close_all()
    start = time.monotonic()
    try:
        reply = client.generate(endpoint, request, before_send=still_ours)
    except TooLate:
        logger.warning("trial %s was not sent: this process had been stopped for too long", trial.pk)
        return None
    failpoint("trial answered")
    if reply.outcome is Outcome.DONE:
        return reply
    if reply.outcome is Outcome.UNKNOWN:
        columns = ended_unknown(trial, reply.message, _ms(start))
        Trial.objects.filter(pk=trial.pk, token=trial.token, state=Trial.State.SENT).update(**columns)
        return None
    mend = MENDS.get(
        reply.reason, "Read what the endpoint says, and correct the provider or the model's profile."
    )
    _fail(trial, "generate", reply.message, start, mend)
    return None


def _bring(trial: Trial, endpoint: Endpoint, reply: Reply) -> bool:
    """The first picture of a paid reply onto the disk."""
    made = Step("generate", OK, "The endpoint answered with a picture.", round(reply.elapsed_s * 1000))
    picture, path, start = reply.pictures[0], spool_path(trial.pk), time.monotonic()
    try:
        if (content := picture.content()) is not None:
            _write(path, content)
            finding = f"{len(content):,} bytes came with the answer."
        else:
            assert picture.url is not None
            got = fetch(
                picture.url,
                to=path,
                allowed_origins=endpoint.allowed_origins(),
                ports=endpoint.ports(),
                hosts=endpoint.result_hosts,
                total_s=DOWNLOAD_S,
            )
            finding = f"{got.size:,} bytes from the address in the answer."
    except DownloadError as error:
        mend = "Ask the model for b64_json first (its profile), or let this machine reach the host of the pictures."
        failed = Step("download", FAILED, error.message, _ms(start), mend)
        return _late(trial, Trial.State.FAILED, made, failed)
    except OSError as error:
        failed = Step(
            "download",
            FAILED,
            f"The spool cannot be written ({type(error).__name__}).",
            _ms(start),
            "Make room on the disk, or mend the rights of SPOOL_DIR.",
        )
        return _late(trial, Trial.State.FAILED, made, failed)
    return _late(trial, Trial.State.RECEIVED, made, Step("download", OK, finding, _ms(start)))


def _late(trial: Trial, state: Trial.State, *steps: Step) -> bool:
    """As :func:`_move`, also where the sweep took us for dead: a paid result that turns up is kept. Whether there are
    bytes to store."""
    columns: dict[str, object] = {"cost": Trial.Cost.PAID, "tries": 0}
    # A media worker may take it at once.
    columns |= {"lease_until": None} if state == Trial.State.RECEIVED else {"finished_at": Now()}
    rows = [*trial.steps, *(step.row() for step in steps)]
    mine = Trial.objects.filter(
        pk=trial.pk, token=trial.token, state__in=[Trial.State.SENT, Trial.State.UNKNOWN]
    )
    moved = mine.update(state=state, steps=rows, **columns)
    return bool(moved) and state == Trial.State.RECEIVED


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def _ms(start: float) -> int:
    return round((time.monotonic() - start) * 1000)

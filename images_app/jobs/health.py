"""How the whole thing is doing, from the database, Redis, the storages and the spool; for probes and commands."""

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import connection, connections
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from redis.exceptions import RedisError

from images_app.jobs import spool
from images_app.jobs.models import ImageJob, JobEvent
from images_app.jobs.states import IN_FLIGHT, State
from images_app.lib import bus
from images_app.lib.clock import Deadline

LEASE_GRACE = timedelta(seconds=60)  # the sweep comes every ten
PATIENCE = timedelta(minutes=10)
PART_S = 2.0
FRESH_S = 1.0  # however often probes ask, the parts are asked once in this time
QUEUES = ("generate", "media", "upkeep")

log = structlog.get_logger(__name__)


# --- jobs ------------------------------------------------------------------------------------------------------
def counts() -> dict[str, Any]:
    """``{"states": {every state: n}, "oldest_waiting_s": seconds, "stuck": n}``, in a handful of queries."""
    return {
        "states": states(),
        "oldest_waiting_s": oldest_waiting_s(),
        "stuck": sum(kind.count for kind in stuck()),
    }


def states() -> dict[str, int]:
    found = dict(ImageJob.objects.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in State.values}


def oldest_waiting_s() -> int:
    oldest = ImageJob.objects.filter(state=State.QUEUED).aggregate(at=Min("created_at"))["at"]
    return max(0, int((timezone.now() - oldest).total_seconds())) if oldest else 0


@dataclass(frozen=True)
class Stuck:
    """Things that nothing moves on: a name for metrics, how many, what they are, and the mend."""

    name: str
    count: int
    what: str
    mend: str


def stuck() -> list[Stuck]:
    """Every kind, those with none of it too."""
    now = timezone.now()
    late = ImageJob.objects.filter(state__in=IN_FLIGHT, lease_until__lt=now - LEASE_GRACE)
    fresh = JobEvent.objects.filter(job=OuterRef("pk"), to_state=State.RECEIVED, at__gte=now - PATIENCE)
    unsaved = ImageJob.objects.filter(~Exists(fresh), state=State.RECEIVED)
    return [
        Stuck(
            "lease_over",
            late.count(),
            "calls whose worker is gone",
            "start an upkeep worker, and beat",
        ),
        Stuck(
            "not_saved",
            unsaved.count(),
            "paid pictures not in storage for ten minutes",
            "look at storage and the media worker's log",
        ),
        Stuck("not_started", _not_started(), "runnable jobs without any worker", "start a generate worker"),
        Stuck(
            "spooled",
            len(list(spool.waiting(PATIENCE.total_seconds(), time.time()))),
            "replies in the spool for ten minutes",
            "start an upkeep worker where the spool is; read its log",
        ),
    ]


def _not_started() -> int:
    now = timezone.now()
    runnable = ImageJob.objects.filter(
        Q(provider__cooldown_until=None) | Q(provider__cooldown_until__lt=Now()),
        state=State.QUEUED,
        created_at__lt=now - PATIENCE,
        run_after__lt=now - PATIENCE,
        provider__enabled=True,
        provider__paused_at=None,
    ).count()
    return runnable if runnable and not any("generate" in worker.queues for worker in workers()) else 0


# --- workers ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class WorkerSign:
    """A worker process's last sign of life (jobs/worker.py writes them; they fade after 30 s)."""

    queues: tuple[str, ...]
    host: str
    pid: int
    in_flight: int
    at: float


def workers() -> list[WorkerSign]:
    """The workers alive; none where Redis cannot tell."""
    redis = bus.connection(settings.REDIS_URL)
    try:
        names = list(redis.scan_iter("easel:worker:*", count=1000))
        signs: list[Any] = redis.mget(names) if names else []
    except (RedisError, OSError):
        return []
    return [_sign(json.loads(sign)) for sign in signs if sign]


def _sign(sign: dict[str, Any]) -> WorkerSign:
    return WorkerSign(
        queues=tuple(str(sign["queue"]).split(",")),
        host=str(sign["host"]),
        pid=int(sign["pid"]),
        in_flight=int(sign["in_flight"]),
        at=float(sign["at"]),
    )


# --- the parts we stand on -------------------------------------------------------------------------------------
def parts() -> dict[str, bool]:
    """Whether the database, Redis and the storage answer; each has two seconds."""
    asked = {name: _asked(name) for name in _PARTS}
    wait(asked.values(), timeout=PART_S)
    return {name: future.done() and future.result() for name, future in asked.items()}


def _asked(name: str) -> "Future[bool]":
    """The answer under way or just given: a part that hangs holds one thread, however often it is asked for."""
    kept = _kept.get(name)
    if kept is not None and (not kept[0].done() or not kept[1].passed):
        return kept[0]
    future = _threads().submit(_answers, name)
    _kept[name] = (future, Deadline(FRESH_S))
    return future


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=len(_PARTS), thread_name_prefix="health")


def _answers(name: str) -> bool:
    try:
        _PARTS[name]()
    except Exception as error:  # noqa: BLE001 - whatever it is, this part does not work
        log.warning("a part does not answer", part=name, error=type(error).__name__)
        return False
    finally:
        connections.close_all()
    return True


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_redis() -> None:
    bus.connection(settings.REDIS_URL).ping()


def _ask_storage() -> None:
    for alias in ("originals", "previews"):
        look_at(storages[alias])


def look_at(storage: Storage) -> None:
    """Whether a storage answers and may be written to, without writing. Raises OSError or botocore's errors."""
    if bucket := getattr(storage, "bucket", None):
        bucket.meta.client.head_bucket(Bucket=bucket.name)
        return
    folder = Path(storage.path(""))
    while not folder.exists():  # made at the first write
        folder = folder.parent
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"{folder} cannot be written to")


_PARTS: dict[str, Callable[[], None]] = {
    "database": _ask_database,
    "redis": _ask_redis,
    "storage": _ask_storage,
}
_kept: "dict[str, tuple[Future[bool], Deadline]]" = {}

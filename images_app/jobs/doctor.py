"""What `manage.py doctor` looks at. Each check answers in words, or raises Ailment with the mend.

No check spends money, and none prints a key, a password or a signed address.
"""

import os
import resource
import shutil
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from images_app.jobs import health, spool
from images_app.lib.crypto import SealError
from images_app.providers import attention, probe
from images_app.providers.models import ImageModel, Provider
from images_app.teams.models import User

MiB = 1024**2
LEAST_FREE = 1024 * MiB
LONG_TRANSACTION_S = 60
LARGE_WAL = 256 * MiB
SKEW_S = 2.0
LEAST_FILES = 1024


class Ailment(Exception):
    """What is wrong, and what to do about it."""

    def __init__(self, finding: str, mend: str) -> None:
        super().__init__(finding)
        self.finding = finding
        self.mend = mend


def examine(check: Callable[[], str]) -> str:
    """Run a check; the errors of the parts become Ailments, named by kind only (their texts may hold secrets)."""
    try:
        return check()
    except (DatabaseError, RedisError, BotoCoreError, ClientError, OSError, SealError) as error:
        finding, mend = _WORDS.get(_kind(error), (f"{type(error).__name__}", "read the log"))
        raise Ailment(f"{finding} ({type(error).__name__})", mend) from error


def database() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _sqlite(cursor)
        cursor.execute("SELECT current_setting('server_version'), current_setting('max_connections')::int")
        version, allowed = cursor.fetchone()
        cursor.execute(
            "SELECT count(*), coalesce(max(extract(epoch FROM now() - xact_start)), 0)::int"
            " FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        open_now, longest = cursor.fetchone()
    if longest > LONG_TRANSACTION_S:
        raise Ailment(
            f"a transaction has been open for {longest} s",
            "find it in pg_stat_activity (xact_start) and end it with pg_terminate_backend(pid)",
        )
    if open_now > allowed * 0.9:
        raise Ailment(
            f"{open_now} of {allowed} connections are open", "lower DATABASE_POOL or raise max_connections"
        )
    return f"PostgreSQL {version}, {open_now} of {allowed} connections, longest transaction {longest} s"


def _sqlite(cursor: Any) -> str:
    cursor.execute("PRAGMA journal_mode")
    mode = cursor.fetchone()[0]
    if mode != "wal":
        raise Ailment(
            f"SQLite's journal is {mode}, not wal", "put DATA_DIR on a local disk, not a network share"
        )
    wal = f"{connection.settings_dict['NAME']}-wal"
    size = os.path.getsize(wal) if os.path.exists(wal) else 0  # noqa: PTH202, PTH110 - a name, not a Path
    if size > LARGE_WAL:
        raise Ailment(
            f"the write-ahead log has grown to {size // MiB} MiB", "stop and start: a reader never ends"
        )
    with transaction.atomic():  # IMMEDIATE: waits for the file as every writer does
        cursor.execute("SELECT 1")
    return f"SQLite, WAL of {size // MiB} MiB, writable"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Ailment(f"{len(missing)} not applied", "python manage.py migrate")
    return "all applied"


def redis() -> str:
    with _redis() as client:
        server: Any = client.info()
    version = server.get("valkey_version") or server.get("redis_version")
    told = [f"{'Valkey' if 'valkey_version' in server else 'Redis'} {version}"]
    if server.get("maxmemory") and server.get("maxmemory_policy") != "noeviction":
        raise Ailment(
            f"maxmemory-policy is {server.get('maxmemory_policy')}",
            "set maxmemory-policy noeviction: another one throws hints away when memory is short",
        )
    if not server.get("aof_enabled"):
        told.append(
            "hint: with appendonly yes a restart keeps the hints (without it work is found a little later)"
        )
    return ", ".join(told)


def workers() -> str:
    with _redis() as client:
        client.ping()
    alive = Counter(queue for worker in health.workers() for queue in worker.queues)
    missing = [queue for queue in health.QUEUES if not alive[queue]]
    if missing:
        pools = {"generate": "threads", "media": "prefork", "upkeep": "threads"}
        mends = [f"celery -A project worker -Q {queue} -P {pools[queue]}" for queue in missing]
        raise Ailment(f"no sign of life from {', '.join(missing)}", f"bin/start, or {'; '.join(mends)}")
    return ", ".join(f"{queue} {alive[queue]}" for queue in health.QUEUES)


def stuck() -> str:
    found = [kind for kind in health.stuck() if kind.count]
    if found:
        raise Ailment(
            "; ".join(f"{kind.count} {kind.what}" for kind in found), "; ".join(kind.mend for kind in found)
        )
    return "no job is stuck"


def storage() -> str:
    told = []
    for alias in ("originals", "previews"):
        files, content = storages[alias], uuid.uuid4().bytes
        started = time.monotonic()
        name = files.save(f"doctor/{uuid.uuid4()}", ContentFile(content))
        try:
            with files.open(name) as file:
                back = file.read()
        finally:
            files.delete(name)
        if back != content:
            raise Ailment(f"{alias} gave back other bytes than it was given", "check the bucket or the disk")
        if files.exists(name):
            raise Ailment(f"{alias} does not delete", "allow s3:DeleteObject, or mend the folder's rights")
        told.append(f"{alias} {(time.monotonic() - started) * 1000:.0f} ms")
    return f"put, get and delete in {', '.join(told)}"


def spool_folder() -> str:
    path = spool.folder() / f".doctor-{uuid.uuid4()}"
    started = time.monotonic()
    spool.write_durably(path, b"doctor")
    path.unlink()
    return f"{spool.folder()} writes through to the disk in {(time.monotonic() - started) * 1000:.0f} ms"


def disk() -> str:
    told = []
    for folder in dict.fromkeys((settings.DATA_DIR, spool.folder())):
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE:
            raise Ailment(f"{free // MiB} MiB free at {folder}", "make room: paid pictures need it")
        told.append(f"{free // MiB:,} MiB free at {folder}")
    return ", ".join(told)


def clocks() -> str:
    with _redis() as client:
        before = time.time()
        seconds, microseconds = client.time()
        ours = (before + time.time()) / 2
    redis_skew = seconds + microseconds / 1e6 - ours
    database_skew = _database_time() - time.time()
    for name, skew in (("Redis", redis_skew), ("the database", database_skew)):
        if abs(skew) > SKEW_S:
            raise Ailment(
                f"{name} is {skew:+.1f} s from this machine", "run a time service (NTP) on every machine"
            )
    return f"Redis {redis_skew * 1000:+.0f} ms, database {database_skew * 1000:+.0f} ms"


def _database_time() -> float:
    """Seconds since the epoch, in the database's opinion."""
    question = (
        "SELECT (julianday('now') - 2440587.5) * 86400.0"
        if connection.vendor == "sqlite"
        else "SELECT extract(epoch FROM clock_timestamp())"
    )
    with connection.cursor() as cursor:
        cursor.execute(question)
        return float(cursor.fetchone()[0])


def limits() -> str:
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(LEAST_FILES, settings.GENERATE_CONCURRENCY * 4 + 256)
    if files != resource.RLIM_INFINITY and files < wanted:
        raise Ailment(f"{files} open files allowed", f"ulimit -n {wanted} (LimitNOFILE= in a systemd unit)")
    return f"{'any number of' if files == resource.RLIM_INFINITY else files} open files"


def providers() -> str:
    told = [_reach(provider) for provider in Provider.objects.filter(enabled=True)]
    if not told:
        raise Ailment("no provider is enabled", "python manage.py sync_provider, or enable one in the admin")
    return ", ".join([*told, *_ending()])


def _ending() -> list[str]:
    """A word of warning, not a failure: everything works until then."""
    in_use = ImageModel.objects.filter(enabled=True, provider__enabled=True).select_related("provider")
    soon = [model for model in in_use if model.ends_within(attention.SHUTDOWN_DAYS)]
    return [f"hint: {model.name} at {model.provider.slug} {attention.ending(model)}" for model in soon]


def _reach(provider: Provider) -> str:
    """Ask for the list of models, which costs nothing."""
    if provider.paused_at:
        raise Ailment(
            f"{provider.slug} is paused: {provider.pause_reason or 'no reason given'}",
            "mend the cause (key, bill), then resume it in the admin",
        )
    answer = probe.ask(provider.endpoint())
    if answer.trouble == "address_refused":
        raise Ailment(
            f"{provider.slug}: the address is refused ({answer.detail})",
            "correct the base URL; IMAGE_API_ALLOW_PRIVATE=true allows a private one",
        )
    if answer.status is None:
        raise Ailment(
            f"{provider.slug} cannot be reached ({answer.detail})",
            "check the base URL and the network",
        )
    status = answer.status
    if status in (401, 403):
        raise Ailment(
            f"{provider.slug} refuses the key ({status})", "correct the key in the environment or the admin"
        )
    if status >= 500:
        raise Ailment(f"{provider.slug} answers {status}", "the endpoint is in trouble; jobs wait or ask")
    # Some endpoints list no models (404, 405): they were reached all the same.
    return f"{provider.slug} answers {status}"


def welcome() -> str:
    people = User.objects.filter(is_active=True).count()
    if people and not User.objects.filter(is_active=True, is_superuser=True).exists():
        raise Ailment("nobody may use the admin", "python manage.py create_user EMAIL --superuser")
    if people:
        return f"{people} active account{'s' if people > 1 else ''}"
    return (
        f"no account yet: open {settings.BASE_URL}/welcome/ with the token in {settings.WELCOME_TOKEN_FILE}"
    )


def _redis() -> Redis:
    """A connection of the check's own, with more patience than the pages have."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)


def _kind(error: Exception) -> type[Exception]:
    return next(kind for kind in _WORDS if isinstance(error, kind))


_WORDS: dict[type[Exception], tuple[str, str]] = {
    DatabaseError: ("the database does not answer", "check DATABASE_URL and that the server runs"),
    RedisError: ("Redis does not answer", "check REDIS_URL and that the server runs; jobs wait meanwhile"),
    BotoCoreError: ("the bucket cannot be reached", "check AWS_S3_ENDPOINT_URL and the network"),
    ClientError: ("the bucket refuses", "check the AWS_* names and the key's rights"),
    SealError: ("a stored secret cannot be opened", "put the old key back behind the new one in FIELD_KEY"),
    OSError: (
        "the disk or a connection refuses",
        "check the rights of DATA_DIR and SPOOL_DIR, and the network",
    ),
}
CHECKS: dict[str, Callable[[], str]] = {
    "database": database,
    "migrations": migrations,
    "redis": redis,
    "workers": workers,
    "jobs": stuck,
    "storage": storage,
    "spool": spool_folder,
    "disk": disk,
    "clocks": clocks,
    "limits": limits,
    "providers": providers,
    "accounts": welcome,
}

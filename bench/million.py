"""A million pictures on both databases, and lists of them timed beside their own bare SQL."""

import contextlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from tests import parts

if TYPE_CHECKING:
    from django.test import Client

    from images_app.teams.models import Team, User

ROUNDS, SECONDS = 15, 15  # of one line, at most
# A word, and in how many prompts of a thousand it stands; the last stands in twenty of all.
WORDS = {"portrait": 300, "lighthouse": 100, "heron": 10, "quokka": 0}
RARE_ROWS = 20
# The last model and the rare size are those of the rare rows.
MODELS = ["often", "sometimes", "rarely"]
SIZES, RARE_SIZE = [(1792, 1024), (1024, 1024), (1024, 1536)], (864, 2016)
EVERY = 200  # so manyth picture has a heart of the first person's


def on_both(module: str, rows: int, **settings: str) -> None:
    """``measure(rows)`` of that module on SQLite and on PostgreSQL, each in a process and a folder of its own."""
    for vendor in ("SQLite", "PostgreSQL"):
        with contextlib.ExitStack() as stack:
            environment = {
                **os.environ,
                **settings,
                "DATA_DIR": stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-bench-")),
                "REDIS_URL": stack.enter_context(parts.start_valkey()),
                "EASEL_ENV_FILE": os.devnull,
                "EASEL_TESTING": "1",
                "LOG_LEVEL": "WARNING",
                "DJANGO_SETTINGS_MODULE": "project.settings",
            }
            environment.pop("DATABASE_URL", None)
            if vendor == "PostgreSQL":
                environment["DATABASE_URL"] = stack.enter_context(parts.start_postgres())
            print(f"\n{vendor}, {rows:,} pictures", flush=True)
            code = f"import django; django.setup(); from {module} import measure; measure({rows})"
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)


class Table:
    """Prints a line for each list that is measured."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        print(f"milliseconds, the least of up to {ROUNDS} in turns")
        print(f"{'':30}{'bare SQL':>10}{'list':>8}{'ratio':>7}{'page':>8}{'ratio':>7}{'queries':>9}")

    def line(self, name: str, shown: Callable[[], object], address: str) -> None:
        def whole() -> None:
            assert self.client.get(address).status_code == 200

        sql, all_sql = asked(shown), asked(whole)
        # In turns, so that what else the machine does meets all alike; the least is what it takes without.
        acts: list[Callable[[], object]] = [partial(bare, sql), shown, partial(bare, all_sql), whole]
        took, until = [[ms(act) for act in acts]], time.perf_counter() + SECONDS
        while len(took) < ROUNDS and time.perf_counter() < until:
            took.append([ms(act) for act in acts])
        alone, listed, every, drawn = (min(times) for times in zip(*took, strict=True))
        print(
            f"{name:30}{alone:10.1f}{listed:8.1f}{listed / alone:7.1f}{drawn:8.1f}{drawn / every:7.1f}"
            f"{len(all_sql):9}",
            flush=True,
        )


class Pages:
    """Prints a line for each page that is measured: all its queries asked bare, and the whole request."""

    def __init__(self, client: "Client") -> None:
        self.client = client
        print(
            f"milliseconds, medians of up to {ROUNDS} in turns: by the clock, and of a processor (the database's too)"
        )
        print(f"{'':34}{'':8}{'by the clock':>25}{'of a processor':>25}")
        print(
            f"{'':34}{'queries':>8}{'bare SQL':>10}{'page':>8}{'ratio':>7}{'bare SQL':>10}{'page':>8}{'ratio':>7}"
        )

    def line(self, name: str, address: str, client: "Client | None" = None) -> None:
        reader = client or self.client

        def whole() -> None:
            answer = reader.get(address)
            assert answer.status_code == 200, (name, address, answer.status_code)

        whole()  # what is asked for once and remembered
        sql = asked(whole)
        took, until = list[tuple[float, ...]](), time.perf_counter() + SECONDS
        while len(took) < ROUNDS and (not took or time.perf_counter() < until):
            took.append((*_both(partial(bare, sql)), *_both(whole)))
        clock, busy, page_clock, page_busy = (statistics.median(times) for times in zip(*took, strict=True))
        print(
            f"{name:34}{len(sql):8}{clock:10.1f}{page_clock:8.1f}{page_clock / clock:7.1f}"
            f"{busy:10.1f}{page_busy:8.1f}{page_busy / busy:7.1f}",
            flush=True,
        )


def _both(act: Callable[[], object]) -> tuple[float, float]:
    """What it takes by the clock, and of a processor: what else the machine does lengthens only the first."""
    before, took = _busy(), ms(act)
    return took, _busy() - before


def _busy() -> float:
    """Milliseconds that this process, and the one of PostgreSQL that answers it, have had a processor so far."""
    from django.db import connection

    own = 1000 * time.process_time()
    if connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return own + int(server.read_text().split()[0]) / 1e6


def pages_on(client: "Client", address: str, number: int) -> str:
    """The address so many pages after this one, by the link that each page has to its next; or the last page's."""
    for _ in range(number):
        body = client.get(address).content.decode()
        following = re.findall(r'href="(\?[^"]*(?:before|from|after)=[^"]+)"', body)
        if not following:
            break  # there are no more
        address = urljoin(address, unescape(following[-1]))
    return address


def asked(act: Callable[[], object]) -> list[tuple[str, Any]]:
    """What ``act`` asks of the database, as the driver is told it."""
    from django.db import connection

    noted = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            noted.append((_for_sqlite(sql) if connection.vendor == "sqlite" else sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        act()
    return noted


def _for_sqlite(sql: str) -> str:
    """With the marks that its driver knows."""
    return sql.replace("%s", "?").replace("%%", "%")


def bare(queries: list[tuple[str, Any]]) -> None:
    """The same again on the driver's own connection, with nothing made of what comes back."""
    from django.db import connection

    connection.ensure_connection()
    cursor = connection.connection.cursor()
    for sql, values in queries:
        cursor.execute(sql, values or ())
        cursor.fetchall()
    cursor.close()


def ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def fill(rows: int, team: "Team", people: Sequence["User"]) -> None:
    """Copies of one picture, made by the database itself from a list of what differs. The first of the ``people`` has a
    heart on every 200th; every 100th lies in the trash, one in ten is private."""
    from django.db import connection, transaction

    from images_app.images.models import Favourite, PictureText, StoredImage
    from images_app.images.search import owner_of
    from images_app.jobs.models import Attempt, Generation, ImageJob
    from images_app.providers.models import ImageModel, Provider
    from tests.rows import make_generation, make_picture

    person = people[0]
    provider = Provider.objects.create(slug="bench", name="Bench", base_url="http://127.0.0.1:9/v1")
    settings = {"sizes": ["1792x1024"], "qualities": [""], "styles": [""], "provider": provider}
    models = [ImageModel.objects.create(name=name, label=name.title(), **settings) for name in MODELS]
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    first = make_picture(make_generation(person, models[0], "The first", at=begin, team=team))
    columns = {
        "number": "bigint",
        **dict.fromkeys(["generation", "job", "attempt", "image", "model", "person"], "uuid"),
        "at": "moment",
        "prompt": "text",
        "width": "int",
        "height": "int",
        "trashed": "moment",
        "state": "varchar(10)",
        "owner": "varchar(80)",
        "audience": "int",
        "hearts": "int",
    }
    postgres = connection.vendor == "postgresql"
    types = (
        {"uuid": "uuid", "moment": "timestamptz"} if postgres else {"uuid": "char(32)", "moment": "datetime"}
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0" if postgres else "PRAGMA cache_size = -400000")
        if postgres:  # or it looks up, at the end, every row that one of these refers to
            cursor.execute("SET session_replication_role = replica")
    with transaction.atomic(), connection.cursor() as cursor:
        listed = ", ".join(f"{name} {types.get(kind, kind)}" for name, kind in columns.items())
        cursor.execute(f"CREATE TEMPORARY TABLE n ({listed})")
        owners = [(one.pk, owner_of(one.pk, team.pk)) for one in people]
        numbers = _numbers(rows, [model.pk for model in models], owners)
        if postgres:
            with cursor.copy("COPY n FROM STDIN") as copy:
                for values in numbers:
                    copy.write_row(values)
        else:
            marks = ", ".join("?" * len(columns))
            connection.connection.executemany(f"INSERT INTO n VALUES ({marks})", numbers)
        job, text = first.job, PictureText.objects.get(image=first)
        recipe = {
            "id": "generation",
            "prompt": "prompt",
            "created_at": "at",
            "idempotency_key": "number",
            "person_id": "person",
        }
        _copy(cursor, Generation, job.generation.pk, {**recipe, "model_id": "model"}, every=1)
        made = {
            "id": "job",
            "generation_id": "generation",
            "created_at": "at",
            "state": "state",
            "person_id": "person",
        }
        _copy(cursor, ImageJob, job.pk, made, every=1)
        _copy(cursor, Attempt, first.attempt_id, {"id": "attempt", "job_id": "job", "sent_at": "at"})
        stored = {
            "id": "image",
            "job_id": "job",
            "attempt_id": "attempt",
            "created_at": "at",
            "sha256": "number",
        }
        stored |= {"width": "width", "height": "height", "model_id": "model", "trashed_at": "trashed"}
        stored |= {"person_id": "person", "audience": "audience", "hearts": "hearts"}
        _copy(cursor, StoredImage, first.pk, stored)
        _copy(
            cursor,
            PictureText,
            text.pk,
            {"id": "number", "image_id": "image", "words": "prompt", "owner": "owner"},
        )
        heart = Favourite.objects.create(person=person, image=first)
        _copy(cursor, Favourite, heart.pk, {"id": "number", "image_id": "image"}, every=EVERY)
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("VACUUM ANALYZE")  # as its own upkeep would have by then


def _copy(cursor: Any, model: Any, source: Any, changed: dict[str, str], every: int = 0) -> None:
    """A row of ``model`` for each picture; ``every`` 1: for each number; above: for each so manyth picture."""
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    values = ", ".join(f"n.{changed[column]}" if column in changed else f"s.{column}" for column in columns)
    table = model._meta.db_table
    source = source.hex if isinstance(source, uuid.UUID) and cursor.db.vendor == "sqlite" else source
    quoted = ", ".join(columns)
    which = f"n.number %% {max(every, 1)} = 0" + ("" if every == 1 else " AND n.state = 'succeeded'")
    cursor.execute(
        f"INSERT INTO {table} ({quoted}) SELECT {values} FROM n, {table} s"
        f" WHERE s.id = %s AND {which} ORDER BY n.number",
        [source],
    )


def _numbers(
    rows: int, models: list[uuid.UUID], owners: list[tuple[uuid.UUID, str]]
) -> Iterator[tuple[Any, ...]]:
    """A picture each, the oldest first, and for every thousandth one more that failed."""
    from django.db import connection

    chance = random.Random(1)
    text = connection.vendor == "sqlite"
    begin = datetime(2021, 1, 1, tzinfo=UTC)
    filler = [f"w{number}" for number in range(5000)]
    rare = set(chance.sample(range(rows), min(RARE_ROWS, rows)))
    for number in range(rows + rows // 1000):
        words = [word for word, share in WORDS.items() if chance.random() * 1000 < share]
        words += chance.choices(filler, k=8) + (["quokka"] if number in rare else [])
        at = begin + timedelta(minutes=2 * number)
        ids = [uuid.UUID(int=chance.getrandbits(128)) for _ in range(4)]
        ids.append(models[-1] if number in rare else chance.choice(models[:-1]))
        person, owner = chance.choice(owners)
        ids.append(person)
        keys = [key.hex if text else key for key in ids]
        moment = f"{at:%Y-%m-%d %H:%M:%S}" if text else at
        width, height = RARE_SIZE if number in rare else chance.choice(SIZES)
        trashed = moment if number % 100 == 50 else None
        state = "failed" if number % 1001 == 1000 else "succeeded"
        audience = 0 if number % 10 == 5 else 1
        # Few pictures are loved by many.
        hearts = int(10 * chance.random() ** 8)
        words_of = " ".join(words)
        yield (
            *(number + 2, *keys, moment, words_of, width, height, trashed, state),
            *(owner, audience, hearts),
        )

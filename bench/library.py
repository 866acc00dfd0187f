"""The library of a person with a million pictures, beside the bare SQL of the same lists in the same run.

    .venv/bin/python -m bench.library [ROWS]

Makes the rows on SQLite and on PostgreSQL, each in a temporary folder, and prints milliseconds and ratios; asserts
nothing. "list" is what a page lists, as objects ready to be drawn, beside its own queries asked bare. "page" is the
whole answer through all of Django, drawn; its ratio is to all queries that it asks, asked bare.
"""

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from tests import parts

ROUNDS, SECONDS = 15, 15  # of one line, at most
# A word, and in how many prompts of a thousand it stands; the last stands in twenty of all.
WORDS = {"portrait": 300, "lighthouse": 100, "heron": 10, "quokka": 0}
RARE_ROWS = 20
PERSON = "bench@example.com"
# The last model and the rare size are those of the rare rows.
MODELS = ["often", "sometimes", "rarely"]
SIZES, RARE_SIZE = [(1792, 1024), (1024, 1024), (1024, 1536)], (864, 2016)
SEARCHES = ["portrait", "lighthouse heron", "heron", "quokka", "portrait -lighthouse", "portrait quokka"]


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for vendor in ("SQLite", "PostgreSQL"):
        with contextlib.ExitStack() as stack:
            environment = {
                **os.environ,
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
            code = f"from bench.library import measure; measure({rows})"
            subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def measure(rows: int) -> None:
    """One database, in a process of its own."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.http import QueryDict
    from django.test import Client

    from images_app.galleries.access import models_used_by, tiles_of
    from images_app.galleries.filters import PictureFilter
    from images_app.galleries.shelf import amount, days, tiles
    from images_app.images.access import trash_of
    from images_app.lib.keyset import numbered, page
    from images_app.teams.models import User

    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    person = User.objects.filter(email=PERSON).first()
    if person is None:
        person = _fill(rows)
        print(f"made in {time.perf_counter() - started:.0f} s")
    print(f"milliseconds, the least of up to {ROUNDS} in turns")
    print(f"{'':30}{'bare SQL':>10}{'list':>8}{'ratio':>7}{'page':>8}{'ratio':>7}")
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    models = models_used_by(person)

    def line(name: str, query: str = "", pages_on: int = 0) -> None:
        after = None
        searching = "text=" in query
        kind = numbered if searching else page

        def shown() -> Any:
            before = after.id if searching and after else None
            found = kind(tiles_of(PictureFilter(QueryDict(query), person, models, before).rows), after, 60)
            days(found, tiles(found.rows))
            return found

        for _ in range(pages_on):
            after = shown().next
        place = f"&before={after}" if after else ""
        report(name, shown, f"/library/?{query}{place}")

    def report(name: str, shown: Callable[[], object], address: str) -> None:
        def whole() -> None:
            assert client.get(address).status_code == 200

        sql, all_sql = _asked(shown), _asked(whole)
        # In turns, so that what else the machine does meets all alike; the least is what it takes without.
        acts: list[Callable[[], object]] = [partial(_bare, sql), shown, partial(_bare, all_sql), whole]
        took, until = [[_ms(act) for act in acts]], time.perf_counter() + SECONDS
        while len(took) < ROUNDS and time.perf_counter() < until:
            took.append([_ms(act) for act in acts])
        alone, listed, every, drawn = (min(times) for times in zip(*took, strict=True))
        print(
            f"{name:30}{alone:10.1f}{listed:8.1f}{listed / alone:7.1f}{drawn:8.1f}{drawn / every:7.1f}",
            flush=True,
        )

    line("first page")
    line("hundredth page", pages_on=99)
    for text in SEARCHES:
        line(f"search {text}", f"text={text.replace(' ', '+')}")
    line("search portrait, 100th page", "text=portrait", pages_on=99)
    for name in ("often", "rarely"):
        line(f"model {name}", f"model={name}")
    for shape in ("square", "tall"):
        line(f"shape {shape}", f"shape={shape}")
    line("a day of 2021", "since=2021-06-01&until=2021-06-01")
    line("favourites", "favourite=on")
    line("only mine", "person=me")
    line("portrait of model rarely", "text=portrait&model=rarely")
    line("portrait among favourites", "text=portrait&favourite=on")
    thrown = trash_of(person)
    lying = tiles_of(thrown, "trashed_at")
    report("trash", lambda: (page(lying, None, 120, by="trashed_at"), amount(thrown, "picture")), "/trash/")


def _asked(act: Callable[[], object]) -> list[tuple[str, Any]]:
    """What ``act`` asks of the database."""
    from django.db import connection

    asked = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            asked.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        act()
    return asked


def _bare(asked: list[tuple[str, Any]]) -> None:
    """The same again, with nothing made of what comes back."""
    from django.db import connection

    with connection.cursor() as cursor:
        for sql, values in asked:
            cursor.execute(sql, values)
            cursor.fetchall()


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def _fill(rows: int) -> Any:
    """Copies of one picture, made by the database itself from a list of what differs."""
    from django.db import connection, transaction

    from images_app.galleries.models import Collection, CollectionItem
    from images_app.images.models import Favourite, PictureText, StoredImage
    from images_app.jobs.models import Attempt, Generation, ImageJob
    from images_app.providers.models import ImageModel, Provider
    from images_app.teams.actions import make_person
    from tests.rows import make_generation, make_picture

    person = make_person(PERSON, "correct horse battery", name="Bench")
    provider = Provider.objects.create(slug="bench", name="Bench", base_url="http://127.0.0.1:9/v1")
    settings = {"sizes": ["1792x1024"], "qualities": [""], "styles": [""], "provider": provider}
    models = [ImageModel.objects.create(name=name, label=name.title(), **settings) for name in MODELS]
    first = make_picture(make_generation(person, models[0], "The first", at=datetime(2020, 1, 1, tzinfo=UTC)))
    collection = Collection.objects.create(team=first.team, person=person, title="Every 200th")
    columns = {
        "number": "bigint",
        **dict.fromkeys(["generation", "job", "attempt", "image", "model"], "uuid"),
        "at": "moment",
        "prompt": "text",
        "width": "int",
        "height": "int",
        "trashed": "moment",
        "state": "varchar(10)",
    }
    postgres = connection.vendor == "postgresql"
    types = (
        {"uuid": "uuid", "moment": "timestamptz"} if postgres else {"uuid": "char(32)", "moment": "datetime"}
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0" if postgres else "PRAGMA cache_size = -400000")
    with transaction.atomic(), connection.cursor() as cursor:
        listed = ", ".join(f"{name} {types.get(kind, kind)}" for name, kind in columns.items())
        cursor.execute(f"CREATE TEMPORARY TABLE n ({listed})")
        numbers = _numbers(rows, [model.pk for model in models])
        if postgres:
            with cursor.copy("COPY n FROM STDIN") as copy:
                for values in numbers:
                    copy.write_row(values)
        else:
            marks = ", ".join("?" * len(columns))
            connection.connection.executemany(f"INSERT INTO n VALUES ({marks})", numbers)
        job, text = first.job, PictureText.objects.get(image=first)
        asked = {"id": "generation", "prompt": "prompt", "created_at": "at", "idempotency_key": "number"}
        _copy(cursor, Generation, job.generation.pk, {**asked, "model_id": "model"}, every=1)
        made = {"id": "job", "generation_id": "generation", "created_at": "at", "state": "state"}
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
        _copy(cursor, StoredImage, first.pk, stored)
        _copy(cursor, PictureText, text.pk, {"id": "number", "image_id": "image", "words": "prompt"})
        heart = Favourite.objects.create(person=person, image=first)
        _copy(cursor, Favourite, heart.pk, {"id": "number", "image_id": "image"}, every=200)
        item = CollectionItem.objects.create(collection=collection, image=first, place=1, added_by=person)
        hung = {"id": "number", "image_id": "image", "place": "number"}
        _copy(cursor, CollectionItem, item.pk, hung, every=200)
    with connection.cursor() as cursor:
        if postgres:
            cursor.execute("VACUUM ANALYZE")  # as its own upkeep would have by then
    return person


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


def _numbers(rows: int, models: list[uuid.UUID]) -> Iterator[tuple[Any, ...]]:
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
        keys = [key.hex if text else key for key in ids]
        moment = f"{at:%Y-%m-%d %H:%M:%S}" if text else at
        width, height = RARE_SIZE if number in rare else chance.choice(SIZES)
        trashed = moment if number % 100 == 50 else None
        state = "failed" if number % 1001 == 1000 else "succeeded"
        yield (number + 2, *keys, moment, " ".join(words), width, height, trashed, state)


if __name__ == "__main__":
    main()

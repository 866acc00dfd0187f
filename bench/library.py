"""The library of a person with a million pictures, beside the bare SQL of the same lists in the same run.

    .venv/bin/python -m bench.library [ROWS]

Makes the rows on SQLite and on PostgreSQL, each in a temporary folder, and prints milliseconds and ratios; asserts
nothing. "list" is what the library's view asks of the database, as objects; "page" is the whole answer, drawn.
"""

import contextlib
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests import parts

ROUNDS = 15
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
    from django.db import connection
    from django.http import QueryDict
    from django.test import Client

    from images_app.galleries.access import tiles_of
    from images_app.galleries.filters import PictureFilter
    from images_app.lib.keyset import numbered, page

    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    person = _fill(rows)
    print(f"made in {time.perf_counter() - started:.0f} s; milliseconds, median of {ROUNDS}")
    print(f"{'':28}{'bare SQL':>10}{'list':>8}{'ratio':>7}{'page':>8}")
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def line(name: str, query: str, searching: bool, pages_on: int = 0) -> None:
        after = None
        kind = numbered if searching else page

        def shown() -> Any:
            before = after.id if searching and after else None
            return kind(tiles_of(PictureFilter(QueryDict(query), person, [], before).rows), after, 60)

        for _ in range(pages_on):
            after = shown().next
        address = f"/library/?{query}" + (f"&before={after}" if after else "")
        sql, values = _bare(person, QueryDict(query).get("text", ""), after)

        def bare() -> None:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                cursor.fetchall()

        # In turns, so that what else the machine does meets both alike.
        took = [[_ms(bare), _ms(shown)] for _ in range(ROUNDS)]
        alone, listed = (statistics.median(times) for times in zip(*took, strict=True))
        assert client.get(address).status_code == 200
        whole = statistics.median(_ms(lambda: client.get(address)) for _ in range(5))
        print(f"{name:28}{alone:10.1f}{listed:8.1f}{listed / alone:7.1f}{whole:8.1f}", flush=True)

    line("first page", "", False)
    line("hundredth page", "", False, pages_on=99)
    for text in SEARCHES:
        line(f"search {text}", f"text={text.replace(' ', '+')}", True)
    line("search portrait, 100th page", "text=portrait", True, pages_on=99)


def _ms(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - started)


def _bare(person: Any, text: str, after: Any) -> tuple[str, list[Any]]:
    """What somebody would write by hand for the same list: all columns of the tables a tile is drawn from."""
    from django.db import connection

    postgres = connection.vendor == "postgresql"
    key = person.pk if postgres else person.pk.hex
    # SQLite keeps the order of what is cross-joined.
    join = "CROSS JOIN" if text and not postgres else "JOIN"
    recipe = (
        f" {join} images_app_imagejob j ON j.id = i.job_id"
        f" {join} images_app_generation g ON g.id = j.generation_id"
        f" {join} images_app_imagemodel m ON m.id = g.model_id"
    )
    columns = "i.*, j.*, g.*, m.*"
    mine = "i.person_id = %s AND i.trashed_at IS NULL"
    if not text:
        at, order = "", "i.created_at DESC, i.id DESC"
        values: list[Any] = [key]
        if after:
            at = "AND (i.created_at, i.id) < (%s, %s)"
            values += [after.at, after.id if postgres else after.id.hex]
        sql = f"SELECT {columns} FROM images_app_storedimage i{recipe} WHERE {mine} {at}"
        return f"{sql} ORDER BY {order} LIMIT 61", values
    words = text.split()
    below = "AND t.id < %s" if after else ""
    end = [after.id] if after else []
    if postgres:
        match = " & ".join([f"'@p{person.pk.hex}'", *(_lexeme(word) for word in words)])
        sql = (
            f"SELECT {columns} FROM images_app_picturetext t"
            f" JOIN images_app_storedimage i ON i.id = t.image_id{recipe}"
            f" WHERE t.lexemes @@ %s::tsquery AND {mine} {below} ORDER BY t.id DESC LIMIT 61"
        )
        return sql, [match, key, *end]
    match = " AND ".join(
        [f"owner : p{person.pk.hex}", *(f'words : "{w}" *' for w in words if not w.startswith("-"))]
    )
    match = f"({match})" + "".join(f' NOT words : "{w[1:]}"' for w in words if w.startswith("-"))
    sql = (
        f"SELECT {columns} FROM images_app_picturetext_fts f"
        " CROSS JOIN images_app_picturetext t ON t.id = f.rowid"
        f" CROSS JOIN images_app_storedimage i ON i.id = t.image_id{recipe}"
        f" WHERE images_app_picturetext_fts MATCH %s AND {mine} {below.replace('t.id', 'f.rowid')}"
        " ORDER BY f.rowid DESC LIMIT 61"
    )
    return sql, [match, key, *end]


def _lexeme(word: str) -> str:
    return f"!'{word[1:]}'" if word.startswith("-") else f"'{word}':*"


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

"""The library of a person with a million pictures, beside the bare SQL of the same lists in the same run.

    .venv/bin/python -m bench.library [ROWS]

Makes the rows on SQLite and on PostgreSQL, each in a temporary folder, and prints milliseconds and ratios; asserts
nothing. "list" is what a page lists, as objects ready to be drawn, beside its own queries asked bare. "page" is the
whole answer through all of Django, drawn; its ratio is to all queries that it asks, asked bare.
"""

import sys
import time
from typing import Any

from bench.million import Table, fill, on_both

SEARCHES = ["portrait", "lighthouse heron", "heron", "quokka", "portrait -lighthouse", "portrait quokka"]


def measure(rows: int) -> None:
    """One database, in a process of its own."""
    from django.core.management import call_command
    from django.http import QueryDict
    from django.test import Client

    from images_app.galleries.access import models_used_by, tiles_of
    from images_app.galleries.filters import PictureFilter
    from images_app.galleries.shelf import amount, days, tiles
    from images_app.images.access import trash_of
    from images_app.lib.keyset import numbered, page
    from images_app.teams.access import current_team
    from images_app.teams.actions import make_person

    call_command("migrate", verbosity=0)
    started = time.perf_counter()
    person = make_person("bench@example.com", "correct horse battery", name="Bench")
    fill(rows, current_team(person), [person])
    print(f"made in {time.perf_counter() - started:.0f} s")
    client = Client(headers={"host": "localhost"})
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    table, models = Table(client), models_used_by(person)

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
        table.line(name, shown, f"/library/?{query}{place}")

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
    table.line(
        "trash", lambda: (page(lying, None, 120, by="trashed_at"), amount(thrown, "picture")), "/trash/"
    )


if __name__ == "__main__":
    on_both("bench.library", int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)

"""The public gallery with a tenth of all pictures in it, beside the bare SQL of the same pages in the same run.

    .venv/bin/python -m bench.public [ROWS]

Makes the rows as bench/million.py does, on SQLite and on PostgreSQL, and prints what bench/team.py prints. A list that
is too short for the page asked for is measured at its last.
"""

import random
import sys
import uuid
from datetime import UTC, datetime, timedelta
from itertools import islice

from bench import million

SHARE = 10  # one of so many pictures is published


def measure(rows: int) -> None:
    """One database, in a process of its own."""
    from django.core.management import call_command

    from images_app.galleries.models import Publication
    from images_app.teams.access import current_team
    from images_app.teams.actions import make_person

    call_command("migrate", verbosity=0)
    person = make_person("bench@example.com", "correct horse battery", name="Bench")
    million.fill(rows, current_team(person), [person])
    publish()
    print(f"{Publication.objects.count():,} of them published")
    pages()


def pages() -> None:
    """Every page that anybody may open."""
    from django.test import Client

    from images_app.galleries.models import Publication

    client = Client(headers={"host": "localhost"})
    shown = Publication.objects.count()
    middle = Publication.objects.order_by("decided_at")[shown // 2]
    lines = {
        "newest": "/gallery/",
        "newest, 50th page": million.pages_on(client, "/gallery/", 49),
        "newest of a rare shape": "/gallery/?shape=tall",
        "most loved": "/gallery/?list=loved",
        "most loved, 5th page": million.pages_on(client, "/gallery/?list=loved", 4),
        "most loved of a rare shape": "/gallery/?list=loved&shape=tall",
        "a picture's page": f"/gallery/{middle.pk}/",
        "feed": "/gallery/feed/",
        "sitemap": "/sitemap.xml",
        "sitemap, first part": "/sitemap-pictures.xml",
        "sitemap, last part": f"/sitemap-pictures.xml?p={max(-(-shown // 1000), 1)}",
    }
    table = million.Pages(client)
    for name, address in lines.items():
        table.line(name, address)


def publish() -> None:
    """Every tenth picture, shown a minute after the one before; a third of them loved."""
    from django.db import connection

    from images_app.galleries.models import Publication
    from images_app.images.models import StoredImage
    from images_app.teams.audience import Audience

    chance, begin = random.Random(2), datetime(2025, 1, 1, tzinfo=UTC)
    found = StoredImage.objects.filter(trashed_at=None).order_by("created_at").values_list("pk", "shape")
    rows = iter(list(found[::SHARE]))
    number = 0
    while some := list(islice(rows, 500)):
        made = []
        for image, shape in some:
            number += 1
            at = begin + timedelta(minutes=number)
            row = Publication(id=uuid.UUID(int=chance.getrandbits(128)), image_id=image, shape=shape)
            row.state, row.asked_at, row.decided_at = Publication.State.SHOWN, at, at
            row.before, row.prompt, row.credit = Audience.PRIVATE, True, True
            made.append(row)
        Publication.objects.bulk_create(made)
        pictures = StoredImage.objects.filter(pk__in=[image for image, _ in some])
        loved = [0, 0, 1, 2, 5, 9]
        for first, hearts in enumerate(loved):
            ids = [image for image, _ in some[first :: len(loved)]]
            pictures.filter(pk__in=ids).update(audience=Audience.PUBLIC, hearts=hearts)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


if __name__ == "__main__":
    million.on_both(
        "bench.public", int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, PUBLIC_GALLERY="true"
    )

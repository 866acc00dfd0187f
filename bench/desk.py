"""The desk with a case for each of 100,000 pictures, beside the bare SQL of the same pages in the same run.

    .venv/bin/python -m bench.desk [CASES]

Makes the rows as bench/million.py does, on SQLite and on PostgreSQL, and prints what bench/team.py prints. Every case has
a report; one in ten is opened by the reader, one in twenty is their own, nearly all are as urgent as each other.
"""

import random
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from bench import million

BATCH = 2000


def measure(rows: int) -> None:
    """One database, in a process of its own."""
    from django.core.management import call_command

    from images_app.teams.access import current_team
    from images_app.teams.actions import make_person
    from images_app.teams.models import User

    call_command("migrate", verbosity=0)
    maker = make_person("bench@example.com", "correct horse battery", name="Bench")
    moderator = make_person("desk@example.com", "correct horse battery", name="Desk", superuser=True)
    million.fill(rows, current_team(maker), [maker])
    make(maker, moderator)
    pages(User.objects.get(pk=moderator.pk))


def make(maker: Any, moderator: Any) -> None:
    from django.db import connection, transaction

    from images_app.cases.actions import _number
    from images_app.cases.models import Case, Opening, Report
    from images_app.images.models import StoredImage

    chance, begin = random.Random(5), datetime(2026, 1, 1, tzinfo=UTC)
    found = list(StoredImage.objects.values_list("pk", "team"))
    with transaction.atomic():
        for start in range(0, len(found), BATCH):
            cases, reports, openings = [], [], []
            for number, (image, team) in enumerate(found[start : start + BATCH], start):
                at = begin + timedelta(seconds=chance.randrange(20_000_000))
                case = Case(
                    id=uuid.UUID(int=chance.getrandbits(128)),
                    kind=Case.Kind.PICTURE,
                    cause=Case.Cause.REPORTED,
                    image_id=image,
                    team_id=team,
                    maker=moderator if number % 20 == 0 else maker,
                    urgency=chance.choices([0, 1, 2, 3], [960, 30, 9, 1])[0],
                    opened_at=at,
                    due_at=at + timedelta(days=2),
                )
                cases.append(case)
                reports.append(
                    Report(case=case, number=_number(), code="sexual", text="Look at this.", at=at)
                )
                if number % 10 == 0:
                    openings.append(Opening(case=case, person=moderator))
            Case.objects.bulk_create(cases)
            Report.objects.bulk_create(reports)
            Opening.objects.bulk_create(openings)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def pages(moderator: Any) -> None:
    from django.test import Client

    from images_app.cases.models import Case

    client = Client(headers={"host": "localhost"})
    client.force_login(moderator, backend="django.contrib.auth.backends.ModelBackend")
    last = Case.objects.order_by("urgency", "-opened_at").exclude(maker=moderator)[2_000]
    deep = f"?before={last.urgency}.{last.opened_at:%Y%m%dT%H%M%S%f}-{last.pk.hex}"
    table = million.Pages(client)
    table.line("desk", "/desk/")
    table.line("desk, 50th page", million.pages_on(client, "/desk/", 49))
    table.line("desk, far down", f"/desk/{deep}")
    table.line("appeals, of which there are none", "/desk/?list=appeals")
    table.line("the administration's first page", "/admin/")


if __name__ == "__main__":
    million.on_both("bench.desk", int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)

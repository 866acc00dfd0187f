"""An update of an instance with many pictures is stopped by no limit of time, and leaves the limits as they were."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models.signals import pre_migrate


def limit() -> str:
    with connection.cursor() as cursor:
        assert isinstance(cursor, CursorWrapper)
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_migration_takes_the_time_it_needs() -> None:
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)  # has no such limit, and is told nothing
        return
    during = []

    def look(**_: object) -> None:
        during.append(limit())

    before = limit()
    pre_migrate.connect(look)
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(look)
    assert during[-1] == "0"
    assert limit() == before == "1min"

"""Tables that only grow, tried with raw SQL on whichever database the tests run on."""

import pytest
from django.db import IntegrityError, connection, transaction

from images_app.audit.actions import record
from images_app.audit.models import AuditEntry
from images_app.lib import append_only

TABLE = "images_app_auditentry"
TRIES = [
    f"UPDATE {TABLE} SET verb = 'nothing.happened'",
    f"UPDATE {TABLE} SET reason = reason",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE verb = 'team.ended'",
]
IN_A_DIALECT = {
    "sqlite": [
        f"REPLACE INTO {TABLE} SELECT * FROM {TABLE}",
        f"INSERT OR REPLACE INTO {TABLE} SELECT * FROM {TABLE}",
        f"INSERT INTO {TABLE} SELECT * FROM {TABLE} WHERE true ON CONFLICT (id) DO UPDATE SET verb = 'x'",
    ],
    "postgresql": [
        f"TRUNCATE {TABLE}",
        f"TRUNCATE {TABLE} CASCADE",
        f"INSERT INTO {TABLE} SELECT * FROM {TABLE} ON CONFLICT (id) DO UPDATE SET verb = 'x'",
        f"WITH gone AS (DELETE FROM {TABLE} RETURNING id) SELECT count(*) FROM gone",
    ],
}


@pytest.fixture
def entry(db: None) -> AuditEntry:
    return record("team.ended", actor=None)


def refused(words: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(words)
    except IntegrityError as error:
        return "only grows" in str(error)
    return False


def test_the_database_refuses_every_change_of_a_row(entry: AuditEntry) -> None:
    for words in [*TRIES, *IN_A_DIALECT[connection.vendor]]:
        assert refused(words), words
    assert AuditEntry.objects.get().verb == "team.ended"


def test_a_session_that_calls_itself_a_replica_is_refused_too(entry: AuditEntry) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
    assert refused(TRIES[2])


def test_a_delete_that_finds_nothing_is_no_offence(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE verb = 'nobody.wrote_this'")


def test_more_rows_are_welcome(entry: AuditEntry) -> None:
    AuditEntry.objects.bulk_create([AuditEntry(verb="one"), AuditEntry(verb="two")])
    assert AuditEntry.objects.count() == 3


def test_a_row_saved_again_or_deleted_says_so_before_the_database_does(entry: AuditEntry) -> None:
    with pytest.raises(append_only.NotChangeable):
        entry.save()
    with pytest.raises(append_only.NotChangeable):
        entry.delete()


def test_the_triggers_can_be_put_up_again_and_again(entry: AuditEntry) -> None:
    append_only.put_up()
    append_only.put_up()
    assert refused(TRIES[0])
    append_only.take_down()
    assert not refused(TRIES[0])
    append_only.put_up()
    assert refused(TRIES[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_they_are_there_after_a_test_that_committed(turn: int) -> None:
    assert not AuditEntry.objects.exists()
    record("team.ended", actor=None)
    assert refused(TRIES[2])

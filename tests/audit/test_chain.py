"""Seals: what is done to the log behind the triggers' back shows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from images_app.audit import chain
from images_app.audit.actions import record
from images_app.audit.models import AuditEntry, AuditSeal
from images_app.audit.tasks import seal
from images_app.lib import append_only


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    append_only.take_down()
    yield
    append_only.put_up()


@pytest.fixture
def sealed(db: None, monkeypatch: pytest.MonkeyPatch) -> list[AuditEntry]:
    """Nine entries under three seals."""
    monkeypatch.setattr(chain, "MOST", 3)
    made = [record("team.changed", actor=None, after={"name": f"é {n}", "n": n, "x": None}) for n in range(9)]
    seal()
    assert AuditSeal.objects.count() == 3
    return made


def test_what_nobody_touched_is_whole(sealed: list[AuditEntry]) -> None:
    record("team.changed", actor=None)
    found = chain.verify()
    assert (found.problem, found.entries, found.seals, found.unsealed) == ("", 9, 3, 1)
    assert found.head == AuditSeal.objects.order_by("number").last().hash  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change",
    [
        {"verb": "x.y"},
        {"after": {"name": "other"}},
        {"reason": "because"},
        {"actor_name": "Eve"},
        {"from_address": "::1"},
    ],
)
def test_a_changed_entry_is_named(sealed: list[AuditEntry], change: dict[str, object]) -> None:
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=sealed[4].pk).update(**change)
    assert chain.verify().problem == f"Entry {sealed[4].pk} was changed after seal 2."


@pytest.mark.parametrize("index", [0, 2, 5, 8])
def test_an_entry_that_is_gone_is_named(sealed: list[AuditEntry], index: int) -> None:
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=sealed[index].pk).delete()
    assert chain.verify().problem.startswith(f"Entry {sealed[index].pk} is gone.")


def test_an_entry_put_in_afterwards_is_named(sealed: list[AuditEntry]) -> None:
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=sealed[3].pk).delete()
        chain.verify()
    AuditEntry.objects.create(pk=sealed[0].pk - 1, verb="x.y")
    assert "put in afterwards" in chain.verify().problem


def test_a_seal_that_is_gone_or_was_changed_is_named(sealed: list[AuditEntry]) -> None:
    with behind_the_triggers(), transaction.atomic():
        AuditSeal.objects.filter(number=2).update(at=AuditSeal.objects.get(number=1).at.replace(year=2001))
    assert chain.verify().problem == "Seal 2 was changed."
    with behind_the_triggers():
        AuditSeal.objects.filter(number=2).delete()
    assert chain.verify().problem == "Seal 2 is gone."


def test_an_end_that_was_cut_off_shows_by_the_noted_head(sealed: list[AuditEntry]) -> None:
    noted = chain.verify().head
    record("team.changed", actor=None)
    seal()
    assert chain.verify(noted).problem == ""  # an older head is still one
    with behind_the_triggers():
        AuditSeal.objects.filter(number__gte=3).delete()
        AuditEntry.objects.filter(pk__gte=sealed[6].pk).delete()
    assert chain.verify().problem == ""
    assert "noted hash" in chain.verify(noted).problem


def test_a_chain_made_anew_throughout_shows_by_the_noted_head(sealed: list[AuditEntry]) -> None:
    noted = chain.verify().head
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=sealed[0].pk).update(verb="x.y")
        AuditSeal.objects.all().delete()
    seal()
    assert chain.verify().problem == "" and chain.verify(noted).problem


def test_the_command_says_the_head_or_what_is_broken(sealed: list[AuditEntry]) -> None:
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert chain.verify().head in said.getvalue()
    with behind_the_triggers():
        AuditEntry.objects.filter(pk=sealed[1].pk).update(reason="x")
    with pytest.raises(CommandError) as broken:
        call_command("verify_audit")
    assert broken.value.returncode == 1 and f"Entry {sealed[1].pk} was changed" in str(broken.value)


def test_two_who_seal_at_once_make_one_chain(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    record("team.changed", actor=None)
    entries, first = chain._entries, True

    def overtaken(after: int, upto: int) -> object:
        nonlocal first
        if first:
            first = False
            assert chain.seal() == 1
        return entries(after, upto)

    monkeypatch.setattr(chain, "_entries", overtaken)
    assert chain.seal() == 0
    assert AuditSeal.objects.count() == 1 and chain.verify().problem == ""


@pytest.mark.django_db(transaction=True)
def test_an_entry_still_to_be_committed_is_waited_for() -> None:
    """Its number is lower than one that is committed already: sealed over, it would look put in afterwards."""
    if connection.vendor != "postgresql":
        return  # one writer at a time
    taken, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record("slow.one", actor=None)
            taken.set()
            go.wait(20)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert taken.wait(20)
    record("quick.one", actor=None)
    assert chain.seal() == 0
    go.set()
    writer.join()
    assert chain.seal() == 2 and chain.verify().problem == ""


def test_many_entries_are_read_once(db: None, django_assert_num_queries: Callable[..., Any]) -> None:
    AuditEntry.objects.bulk_create(AuditEntry(verb="x.y", after={"n": n}) for n in range(3000))
    chain.seal()
    with django_assert_num_queries(3):  # the seals, the entries, and how many wait
        assert chain.verify().entries == 3000

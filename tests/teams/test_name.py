"""What somebody is called, by their own word."""

from collections.abc import Callable

import pytest
from django.test import Client

from images_app.audit.models import AuditEntry
from images_app.teams.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("given", "kept", "seen"),
    [
        ("Alice Munro", "Alice Munro", "Alice Munro"),
        ("  Alice\u202e \n Munro ", "Alice Munro", "Alice Munro"),
        ("", "", "alice"),
    ],
    ids=["plain", "of several lines that turn the direction", "empty"],
)
def test_a_person_renames_themselves(
    client_of: Callable[[User], Client], alice: User, given: str, kept: str, seen: str
) -> None:
    User.objects.filter(pk=alice.pk).update(name="Of before")
    page = client_of(alice).post("/accounts/name/", {"name": given}, follow=True)
    alice.refresh_from_db()
    assert alice.name == kept
    assert f"Others see you as {seen} now." in page.text
    entry = AuditEntry.objects.get(verb="user.renamed")
    assert (entry.actor_id, entry.before, entry.after) == (alice.pk, {"name": "Of before"}, {"name": kept})


def test_a_name_too_long_is_refused_where_it_was_written(
    client_of: Callable[[User], Client], alice: User
) -> None:
    page = client_of(alice).post("/accounts/name/", {"name": "n" * 81})
    assert "at most 80 characters" in page.text
    assert "n" * 81 in page.text  # and is still there
    alice.refresh_from_db()
    assert len(alice.name) < 81


def test_the_same_name_again_leaves_no_entry(client_of: Callable[[User], Client], alice: User) -> None:
    client_of(alice).post("/accounts/name/", {"name": alice.name})
    assert not AuditEntry.objects.filter(verb="user.renamed").exists()

"""What an entry holds, and where it comes from."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory

from images_app.audit.actions import record
from images_app.audit.context import AuditMiddleware, under_way
from images_app.audit.models import AuditEntry
from images_app.providers.models import Provider
from images_app.teams.models import User


def test_it_names_who_did_what_to_what(alice: User) -> None:
    team = alice.memberships.get().team
    record(
        "team.renamed",
        actor=alice,
        target=team,
        team=team,
        before={"name": "A"},
        after={"name": "B"},
        reason="why",
    )
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor_id, entry.actor_name) == (
        "team.renamed",
        alice.pk,
        "Alice Ardent (alice@example.com)",
    )
    assert (entry.target_kind, entry.target_id, entry.team_slug) == (
        "images_app.team",
        str(team.pk),
        team.slug,
    )
    assert (entry.before, entry.after, entry.reason) == ({"name": "A"}, {"name": "B"}, "why")
    assert entry.at is not None and entry.from_address == entry.session == ""


def test_it_outlives_whom_it_names(alice: User) -> None:
    record("user.changed", actor=alice, target=alice)
    alice.delete()
    assert AuditEntry.objects.get().actor_name == "Alice Ardent (alice@example.com)"


def test_it_goes_where_its_transaction_goes(db: None) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record("budget.changed", actor=None)
        raise ZeroDivisionError
    assert not AuditEntry.objects.exists()


def test_what_a_database_would_refuse_is_left_out(db: None) -> None:
    record(
        "x.y",
        actor=None,
        after={"text": "a\x00b\ud800", "usd": Decimal("0.10"), "n": float("nan")},
        reason="\x00",
    )
    assert AuditEntry.objects.get().after == {"text": "ab?", "usd": "0.10", "n": "nan"}


def test_the_request_under_way_says_from_where(db: None) -> None:
    seen: list[Any] = []

    def view(request: Any) -> HttpResponse:
        seen.append(record("x.y", actor=None))
        return HttpResponse()

    AuditMiddleware(view)(RequestFactory().get("/", REMOTE_ADDR="203.0.113.9"))
    assert seen[0].from_address == "203.0.113.9"
    assert under_way() is None and record("x.y", actor=None).from_address == ""


def test_a_page_of_the_admin_is_a_request_under_way(admin: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(admin)
    form = {
        "name": "Other",
        "slug": "other",
        "base_url": "https://example.com/v1",
        "timeout_s": "60",
        "enabled": "on",
    }
    client.post(
        "/admin/images_app/provider/add/",
        {**form, "new_key": "sk-secret", "images_per_minute": "5", "max_in_flight": "3"},
    )
    provider = Provider.objects.get(slug="other")
    entry = AuditEntry.objects.get(verb="provider.added")
    assert (entry.actor_id, entry.target_id) == (admin.pk, str(provider.pk))
    assert entry.from_address == "127.0.0.1" and len(entry.session) == 16
    assert entry.session not in (client.session.session_key or "")
    assert entry.after["name"] == "Other" and entry.after["api_key"] == "hidden"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM images_app_auditentry")
        assert "sk-secret" not in str(cursor.fetchall())

"""The spend page of a team: who sees what, sums, the file, and the limits set there."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from images_app.audit.models import AuditEntry
from images_app.budgets import actions as booking
from images_app.budgets.keeping import set_limit
from images_app.budgets.models import Budget, Period, Scope
from images_app.jobs.models import Generation
from images_app.jobs.spending import Range, row_of
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_team
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.budgets.test_bookings import answered

Ask = Callable[..., Generation]
ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def team(alice: User, bob: User) -> Team:
    """Northwind: Alice's, with Bob as a member."""
    team = make_team(alice, "Northwind")
    Membership.objects.create(team=team, person=bob, role=Role.MEMBER)
    return team


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/team/northwind/spend/{query}")
    assert response.status_code == 200
    return response.content.decode()


def limits(client: Client, **fields: Any) -> Any:
    return client.post("/team/northwind/spend/limits/", {"period": "month", **fields})


def test_keepers_see_everybody_and_members_themselves(
    alice: User, bob: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    ask(alice, n=2, team=team)
    ask(bob, n=1, team=team)
    ask(alice, n=5)  # elsewhere
    whole, own = page(client_of(alice)), page(client_of(bob))
    assert "Alice Ardent" in whole and "Bob Bright" in whole and "<dd>$0.12</dd>" in whole
    assert "Alice Ardent" not in own and "<dd>$0.04</dd>" in own and "Spent by you" in own
    assert "Set a limit" in whole and "Set a limit" not in own


def test_a_range_has_only_what_was_held_in_it(
    alice: User, team: Team, ask: Ask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = booking.today().replace(day=1)
    before = date.fromordinal(now.toordinal() - 1)
    monkeypatch.setattr(booking, "today", lambda: before)
    ask(alice, n=2, team=team)
    monkeypatch.undo()
    ask(alice, n=1, team=team)
    client = client_of(alice)
    assert "<dd>$0.04</dd>" in page(client)
    assert "<dd>$0.08</dd>" in page(client, f"?range={before:%Y-%m}")
    assert "<dd>$0.12</dd>" in page(client, "?range=year")
    assert "<dd>$0.04</dd>" in page(client, "?range=1970-01%00")


def test_the_ranges_are_the_last_twelve_months() -> None:
    months = Range("year", date(2026, 2, 17))
    assert (months.begins, months.ends) == (date(2025, 3, 1), date(2026, 3, 1))
    assert [value for value, _ in months.choices][:3] == ["2026-02", "2026-01", "2025-12"]


def test_every_day_is_drawn_and_stands_in_the_table(
    alice: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    ask(alice, team=team)
    answered("picture")
    text = page(client_of(alice))
    assert text.count("<rect") >= 2 * 28
    assert 'height="120.0"' in text, "the fullest day reaches the top"
    assert "$0.04" in text.partition("as a table")[2].partition("</table>")[0]


def test_what_floats_leave_over_is_no_money() -> None:
    row = row_of("All", {"held_sum": -1.4e-17, "spent_sum": 0.1 + 0.2, "pictures_sum": 3})
    assert (str(row.held), str(row.spent)) == ("0.0000", "0.3000")


def test_money_at_risk_is_listed_with_the_job(
    alice: User, bob: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    generation = ask(alice, team=team)
    answered("server error")
    assert f'href="/jobs/{generation.jobs.get().pk}/"' in page(client_of(alice))
    assert "Money at risk" not in page(client_of(bob))


def _csv(client: Client) -> str:
    response = client.get("/team/northwind/spend/export/")
    assert response["Content-Type"].startswith("text/csv")
    content: Iterator[bytes] = response.streaming_content  # type: ignore[attr-defined]
    return b"".join(content).decode("utf-8-sig")


def test_the_file_has_every_entry_and_nothing_a_spreadsheet_calculates(
    alice: User, bob: User, team: Team, ask: Ask, client_of: ClientOf, model: ImageModel
) -> None:
    User.objects.filter(pk=bob.pk).update(name='=cmd|"/c calc"\n\u202e!A1')
    ask(bob, n=2, team=team)
    ask(alice, team=team)
    whole, own = _csv(client_of(alice)), _csv(client_of(bob))
    assert whole.count('"held"') == 3 and own.count('"held"') == 2
    assert '"\'=cmd|""/c calc""' in whole and '"=cmd' not in whole
    assert '"0.0400"' in whole


def test_a_limit_is_set_changed_and_removed_and_each_is_recorded(
    alice: User, team: Team, client_of: ClientOf
) -> None:
    client = client_of(alice)
    assert limits(client, usd="50", hard="on").status_code == 302
    assert limits(client, usd="20.50", pictures="9").status_code == 302
    budget = Budget.objects.get()
    assert (budget.scope, budget.usd, budget.pictures, budget.hard) == ("team", Decimal("20.50"), 9, False)
    assert "Left this month: $20.50 of $20.50, 9 of 9 pictures" in page(client)
    assert client.post(f"/team/northwind/spend/limits/{budget.pk}/removal/").status_code == 302
    entries = list(AuditEntry.objects.filter(verb__startswith="budget.").order_by("pk"))
    assert [entry.verb for entry in entries] == ["budget.changed", "budget.changed", "budget.removed"]
    assert (entries[1].before["usd"], entries[1].after["usd"]) == ("50.00", "20.50")
    assert not Budget.objects.exists()


def test_a_limit_of_a_person_is_theirs_in_this_team(
    alice: User, bob: User, team: Team, client_of: ClientOf
) -> None:
    limits(client_of(alice), usd="5", hard="on", person=str(bob.pk))
    budget = Budget.objects.get()
    assert (budget.scope, budget.person, budget.team) == (Scope.PERSON, bob, team)
    assert "Bob Bright&#x27;s in Northwind" in page(client_of(bob))


@pytest.mark.parametrize(
    "fields", [{}, {"usd": "-1"}, {"usd": "much"}, {"pictures": "1", "period": "week"}, {"usd": "NaN"}]
)
def test_a_limit_that_is_none_is_refused_in_words(
    alice: User, team: Team, client_of: ClientOf, fields: dict[str, str]
) -> None:
    response = limits(client_of(alice), **fields)
    assert response.status_code == 422 and "entry-wrong" in response.content.decode()
    assert not Budget.objects.exists()


def test_nobody_else_sets_a_limit(alice: User, bob: User, team: Team, client_of: ClientOf) -> None:
    stranger = make_team(bob, "Elsewhere")
    theirs = Budget.objects.create(scope=Scope.TEAM, team=team, usd=Decimal(5))
    assert limits(client_of(bob), usd="500").status_code == 403
    removal = f"/team/{stranger.slug}/spend/limits/{theirs.pk}/removal/"
    assert client_of(bob).post(removal).status_code == 404
    assert limits(client_of(alice), usd="5", person=str(alice.pk)).status_code == 302
    assert Budget.objects.get(pk=theirs.pk).usd == 5


# --- what the studio says ----------------------------------------------------------------------------------------
def _press(client: Client, **fields: str) -> Any:
    form = {"prompt": "a red door", "n": "2", "size": "1024x1024", "quality": "standard", **fields}
    return client.post("/", form)


def test_the_studio_says_what_is_left_and_what_is_refused_and_keeps_the_draft(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    Budget.objects.create(usd=Decimal("0.10"))
    client = client_of(alice)
    assert _press(client).status_code == 302
    response = _press(client, prompt="a blue door")
    text = response.content.decode()
    assert response.status_code == 422
    assert "it goes beyond the site&#x27;s budget for this month. Left: $0.02 of $0.10." in text
    assert "begins anew on 1 " in text and "a blue door</textarea>" in text
    assert "80% used" in text
    assert "Left this month: $0.02 of $0.10" in client.get("/").content.decode()


def test_again_and_another_call_are_refused_in_words(alice: User, ask: Ask, client_of: ClientOf) -> None:
    generation = ask(alice)
    answered("server error")
    Budget.objects.create(usd=Decimal("0.04"))
    client, job = client_of(alice), generation.jobs.get()
    for address, fields in (
        (f"/generations/{generation.pk}/again/", {}),
        (f"/generations/{generation.pk}/decision/", {"choice": "retry"}),
        (f"/jobs/{job.pk}/decision/", {"choice": "retry"}),
    ):
        response = client.post(address, fields, follow=True)
        assert "goes beyond the site&#x27;s budget" in response.content.decode(), address
    job.refresh_from_db()
    assert (job.state, Generation.objects.count()) == ("unknown", 1)


@pytest.mark.django_db(transaction=True)
def test_two_who_set_the_same_new_limit_at_once_set_one(alice: User) -> None:
    """The second comes while the first has not committed: there is no row of the limit to wait for."""
    team = make_team(alice, "Northwind")
    first_has_set, done = threading.Event(), list[int]()
    terms: dict[str, Any] = {"pictures": None, "hard": True, "allow_unknown": False, "by": alice}

    def first() -> None:
        with transaction.atomic():
            set_limit(team, None, Period.MONTH, usd=Decimal(1), **terms)
            first_has_set.set()
            time.sleep(0.5)
        done.append(1)
        connection.close()

    def second() -> None:
        first_has_set.wait()
        set_limit(team, None, Period.MONTH, usd=Decimal(2), **terms)
        done.append(2)
        connection.close()

    threads = [threading.Thread(target=one) for one in (first, second)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == [1, 2]
    assert Budget.objects.get().usd == 2
    changes = AuditEntry.objects.filter(verb="budget.changed").order_by("id")
    assert [bool(entry.before) for entry in changes] == [False, True], (
        "the second changed what the first made"
    )

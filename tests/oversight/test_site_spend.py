"""What the whole site spends: who sees it, sums over all teams, the file, and what is at risk."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from images_app.budgets import actions as booking
from images_app.budgets.models import Budget, LedgerEntry, Scope
from images_app.jobs.models import Generation
from images_app.jobs.spending import Range, Row
from images_app.oversight.spend import SiteSpend
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
    response = client.get(f"/oversight/spend/{query}")
    assert response.status_code == 200
    return response.content.decode()


def part(text: str, heading: str) -> str:
    return text.partition(f">{heading}</h2>")[2].partition("</section>")[0]


def test_all_teams_are_summed_up_by_team_person_and_model(
    alice: User, bob: User, admin: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    ask(alice, n=2, team=team)
    ask(bob, n=1, team=team)
    ask(alice, n=3)  # in her own
    text = page(client_of(admin))
    assert "<dd>$0.24</dd>" in text and "<dd>6</dd>" in text
    assert part(text, "By team").count("<tr>") == 3 and "Northwind" in part(text, "By team")
    people = part(text, "By person")
    assert people.count("Alice Ardent") == 1 and "$0.20" in people, "one line, whatever her teams"
    assert "$0.24" in part(text, "By model")


def test_only_staff_with_the_permission_see_it(
    alice: User, bob: User, admin: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    for person, status in ((alice, 403), (bob, 403), (admin, 200)):
        for address in ("/oversight/spend/", "/oversight/spend/export/"):
            assert client_of(person).get(address).status_code == status, (person, address)
    assert "/oversight/" in client_of(admin).get("/teams/").content.decode()
    assert "/oversight/" not in client_of(alice).get("/teams/").content.decode()
    assert "/oversight/" in client_of(admin).get("/admin/").content.decode()


def test_the_tallies_say_what_the_ledger_says(
    alice: User, bob: User, team: Team, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = date.fromordinal(booking.today().replace(day=1).toordinal() - 1)
    monkeypatch.setattr(booking, "today", lambda: before)
    ask(alice, n=2, team=team)
    monkeypatch.undo()
    ask(bob, n=3)
    ask(bob, n=1, team=team)
    answered("picture")
    for asked in ("", f"{before:%Y-%m}", "year"):
        spend = SiteSpend(Range(asked))
        summed = LedgerEntry.objects.filter(day__gte=spend.range.begins, day__lt=spend.range.ends)
        pictures = sum(summed.values_list("pictures", flat=True))
        held = sum((entry.held or Decimal(0) for entry in summed), start=Decimal(0))
        spent = sum((entry.spent or Decimal(0) for entry in summed), start=Decimal(0))
        tables: list[list[Row]] = [[spend.total], spend.times, spend.teams, spend.people, spend.models]
        for table in tables:
            assert sum(row.pictures for row in table) == pictures > 0
            assert sum(row.held for row in table) == held
            assert sum(row.spent for row in table) == spent


def test_every_day_is_drawn_beside_its_table(alice: User, admin: User, ask: Ask, client_of: ClientOf) -> None:
    assert "Nothing was spent." in page(client_of(admin))
    ask(alice)
    text = page(client_of(admin))
    assert text.count("<rect") >= 2 * 28
    assert "$0.04" in text.partition("as a table")[2].partition("</table>")[0]


def test_money_at_risk_names_the_person_and_the_team(
    alice: User, admin: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    ask(alice, team=team)
    answered("server error")
    assert "Alice Ardent, Northwind" in part(page(client_of(admin)), "Money at risk")


def test_the_limits_of_all_are_listed_the_sites_first(admin: User, team: Team, client_of: ClientOf) -> None:
    Budget.objects.create(scope=Scope.TEAM, team=team, usd=Decimal(5))
    Budget.objects.create(usd=Decimal(50))
    limits = part(page(client_of(admin)), "Limits")
    assert limits.index("The site&#x27;s limit") < limits.index("Northwind&#x27;s limit")


def test_the_file_has_every_entry_with_its_team_and_no_formula(
    alice: User, bob: User, admin: User, team: Team, ask: Ask, client_of: ClientOf
) -> None:
    Team.objects.filter(pk=team.pk).update(name='=cmd|"/c calc"\n\u202e!A1')
    ask(bob, n=2, team=team)
    ask(alice)
    response = client_of(admin).get("/oversight/spend/export/")
    assert response["Content-Type"].startswith("text/csv")
    content: Iterator[bytes] = response.streaming_content  # type: ignore[attr-defined]
    text = b"".join(content).decode("utf-8-sig")
    assert text.count('"held"') == 3 and '"team address"' in text and '"northwind"' in text
    assert '"\'=cmd|""/c calc""' in text and '"=cmd' not in text

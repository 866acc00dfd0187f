"""Nobody overruns a budget: what is refused at submission, and that nothing is left of what was refused."""

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from images_app.budgets import actions as booking
from images_app.budgets.limits import OverBudget, lefts
from images_app.budgets.models import Budget, LedgerEntry, Period, Scope, Tally
from images_app.jobs import actions
from images_app.jobs.models import Generation, ImageJob, Turn
from images_app.providers.models import ModelPrice
from images_app.teams.access import current_team
from images_app.teams.models import Membership, User
from tests.budgets.books import assert_balanced, balance

Ask = Callable[..., Generation]


def limit(scope: Scope = Scope.SITE, *, usd: str | None = None, **fields: object) -> Budget:
    """A hard monthly budget of four-cent pictures."""
    return Budget.objects.create(scope=scope, usd=Decimal(usd) if usd else None, **fields)


@pytest.mark.django_db
def test_a_picture_is_held_for_at_submission(alice: User, ask: Ask) -> None:
    ask(alice, n=3)
    assert balance() == (Decimal("0.12"), Decimal(0))
    assert Tally.objects.get(key="site", period="month").held_usd == Decimal("0.12")
    assert_balanced()


@pytest.mark.django_db
@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("period", list(Period))
def test_a_press_beyond_a_hard_limit_is_refused_whole(
    alice: User, ask: Ask, scope: Scope, period: Period
) -> None:
    team = current_team(alice)
    limit(scope, usd="0.10", team=team, person=alice, period=period)
    ask(alice, n=2)
    with pytest.raises(OverBudget):
        ask(alice, n=1)
    assert (ImageJob.objects.count(), Generation.objects.count(), LedgerEntry.objects.count()) == (2, 1, 2)
    assert_balanced()


@pytest.mark.django_db
def test_a_budget_may_be_used_up_to_the_last_cent(alice: User, ask: Ask) -> None:
    """Binary fractions would refuse the third of 0.1 + 0.2 <= 0.3."""
    ModelPrice.objects.update(usd=Decimal("0.1"))
    limit(usd="0.30")
    ask(alice, n=1)
    ask(alice, n=2)
    with pytest.raises(OverBudget):
        ask(alice)


@pytest.mark.django_db
def test_pictures_are_limited_whatever_they_cost(alice: User, ask: Ask) -> None:
    ModelPrice.objects.all().delete()
    limit(pictures=2)
    ask(alice, n=2)
    with pytest.raises(OverBudget):
        ask(alice)
    assert_balanced()


@pytest.mark.django_db
def test_an_unknown_price_passes_no_hard_limit_in_money_unless_it_may(alice: User, ask: Ask) -> None:
    ModelPrice.objects.all().delete()
    budget = limit(usd="50")
    with pytest.raises(OverBudget, match="price is not known"):
        ask(alice)
    Budget.objects.filter(pk=budget.pk).update(allow_unknown=True)
    ask(alice, n=2)
    tally = Tally.objects.get(key="site", period="month")
    assert (tally.held, tally.pictures, tally.unknown) == (0, 2, 2)
    assert LedgerEntry.objects.filter(held=None).count() == 2, "unknown is never zero"
    assert_balanced()


@pytest.mark.django_db
def test_a_warning_or_a_limit_that_is_off_refuses_nothing(alice: User, ask: Ask) -> None:
    limit(usd="0.01", hard=False)
    limit(usd="0.01", period=Period.DAY, active=False)
    ask(alice, n=4)
    [left] = lefts(current_team(alice), alice, booking.today())
    assert (left.usd, left.percent) == (Decimal(0), 1600)


@pytest.mark.django_db
def test_the_limit_of_one_team_or_person_is_none_of_another(alice: User, bob: User, ask: Ask) -> None:
    team = current_team(alice)
    Membership.objects.create(team=team, person=bob)
    limit(Scope.PERSON, usd="0.04", team=team, person=alice)
    limit(Scope.TEAM, usd="0.08", team=team)
    ask(alice)
    with pytest.raises(OverBudget, match="Alice Ardent's in"):
        ask(alice)
    ask(bob, team=team)
    with pytest.raises(OverBudget, match=r"Left: \$0\.00 of \$0\.08"):
        ask(bob, team=team)
    ask(bob)


@pytest.mark.django_db
def test_a_new_period_begins_with_nothing_used(
    alice: User, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(usd="0.04")
    monkeypatch.setattr(booking, "today", lambda: date(2026, 11, 30))
    ask(alice)
    with pytest.raises(OverBudget, match="anew on 1 December 2026, 0:00 UTC"):
        ask(alice)
    monkeypatch.setattr(booking, "today", lambda: date(2026, 12, 1))
    ask(alice)
    assert_balanced()


@pytest.mark.django_db
def test_what_is_cancelled_gives_its_money_back_to_the_day_it_was_held_on(
    alice: User, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking, "today", lambda: date(2026, 11, 30))
    generation = ask(alice, n=2)
    monkeypatch.setattr(booking, "today", lambda: date(2026, 12, 1))
    actions.cancel_generation(generation, alice)
    assert set(Tally.objects.values_list("held", "pictures")) == {(0, 0)}
    assert not Tally.objects.filter(begins=date(2026, 12, 1)).exists()
    assert_balanced()


@pytest.mark.django_db(transaction=True)
def test_a_hundred_presses_at_the_edge_make_no_more_than_there_is_money_for(alice: User, ask: Ask) -> None:
    limit(usd="1.00")  # 25 pictures
    ask(alice)
    refused: list[str] = []
    errors: list[Exception] = []

    def press(number: int) -> None:
        try:
            ask(alice, key=f"press {number}")
        except OverBudget as error:
            refused.append(error.sentence)
        except Exception as error:  # noqa: BLE001  (whatever a thread meets is the test's business)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert (ImageJob.objects.count(), len(refused)) == (25, 76)
    assert balance() == (Decimal("1.00"), Decimal(0))
    assert_balanced()


@pytest.mark.django_db
def test_a_refusal_leaves_the_line_as_it_was(alice: User, ask: Ask) -> None:
    limit(usd="0.04")
    ask(alice)
    finish = Turn.objects.get().finish
    with pytest.raises(OverBudget):
        ask(alice, n=8)
    assert Turn.objects.get().finish == finish

"""Every arrow of the state machine, with the books after it: held, settled, released, written off."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from images_app.budgets.limits import OverBudget
from images_app.budgets.models import Budget, LedgerEntry, Tally
from images_app.jobs import actions, runner, settle, sweeper
from images_app.jobs.actions import Choice
from images_app.jobs.claim import claim_next
from images_app.jobs.models import Attempt, Generation, ImageJob
from images_app.jobs.runner import Call
from images_app.jobs.states import State
from images_app.providers.models import ModelPrice, Provider
from images_app.teams.models import Team, User
from tests.budgets.books import assert_balanced, balance
from tests.jobs.test_state_machine import reply_for

Ask = Callable[..., Generation]
ZERO, ONE, TWO = Decimal(0), Decimal("0.04"), Decimal("0.08")
pytestmark = pytest.mark.django_db


def only_job() -> ImageJob:
    return ImageJob.objects.get()


def kinds() -> list[str]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", flat=True))


def sent() -> Call:
    """The only job, claimed and sent; not called."""
    ImageJob.objects.update(run_after=timezone.now() - timedelta(seconds=2))
    Provider.objects.update(cooldown_until=None, paused_at=None)
    claim = claim_next("worker", 60)
    assert claim is not None
    call = runner.mark_sent(claim)
    assert call is not None
    return call


def answered(answer: str) -> Call:
    call = sent()
    settle.settle(call.attempt, reply_for(answer, 0))
    return call


def decided(alice: User, choice: Choice) -> None:
    assert actions.decide(only_job(), alice, choice)


# What is done after the submission; the state it comes to, and what is held and spent then.
Step = Callable[[User], object]
ARROWS: dict[str, tuple[list[Step], State, Decimal, Decimal]] = {
    "waiting": ([], State.QUEUED, ONE, ZERO),
    "cancelled": ([lambda who: actions.cancel(only_job(), who)], State.CANCELLED, ZERO, ZERO),
    "claimed": ([lambda who: claim_next("worker", 60)], State.CLAIMED, ONE, ZERO),
    "sent": ([lambda who: sent()], State.SENT, ONE, ZERO),
    "not sent": ([lambda who: answered("not sent")], State.QUEUED, ONE, ZERO),
    "limited": ([lambda who: answered("rate limit")], State.QUEUED, ONE, ZERO),
    "limited, cancelled": (
        [lambda who: answered("rate limit"), lambda who: actions.cancel(only_job(), who)],
        State.CANCELLED,
        ZERO,
        ZERO,
    ),
    "refused": ([lambda who: answered("refusal")], State.REJECTED, ZERO, ZERO),
    "made": ([lambda who: answered("picture")], State.RECEIVED, ZERO, ONE),
    "unclear": ([lambda who: answered("server error")], State.UNKNOWN, ONE, ZERO),
    "unclear, charged": (
        [lambda who: answered("server error"), lambda who: decided(who, Choice.CHARGED)],
        State.FAILED,
        ZERO,
        ONE,
    ),
    "unclear, written off": (
        [lambda who: answered("server error"), lambda who: decided(who, Choice.WRITTEN_OFF)],
        State.FAILED,
        ZERO,
        ZERO,
    ),
    "unclear, again": (
        [lambda who: answered("server error"), lambda who: decided(who, Choice.RETRY)],
        State.QUEUED,
        TWO,
        ZERO,
    ),
    "unclear, again, made": (
        [
            lambda who: answered("server error"),
            lambda who: decided(who, Choice.RETRY),
            lambda who: answered("picture"),
        ],
        State.RECEIVED,
        ONE,  # nobody knows yet whether the first was charged
        ONE,
    ),
    "unclear, again, unclear, charged": (
        [
            lambda who: answered("server error"),
            lambda who: decided(who, Choice.RETRY),
            lambda who: answered("server error"),
            lambda who: decided(who, Choice.CHARGED),
        ],
        State.FAILED,
        ZERO,
        TWO,
    ),
    "unclear, again, refused": (
        [
            lambda who: answered("server error"),
            lambda who: decided(who, Choice.RETRY),
            lambda who: answered("refusal"),
        ],
        State.REJECTED,
        ZERO,
        ONE,  # feared
    ),
    "unclear, again, cancelled": (
        [
            lambda who: answered("server error"),
            lambda who: decided(who, Choice.RETRY),
            lambda who: actions.cancel(only_job(), who),
        ],
        State.CANCELLED,
        ZERO,
        ONE,
    ),
}


@pytest.mark.parametrize("story", ARROWS)
def test_the_books_after_every_arrow(story: str, alice: User, ask: Ask) -> None:
    steps, state, held, spent = ARROWS[story]
    ask(alice)
    for step in steps:
        step(alice)
        assert_balanced()
    assert (only_job().state, *balance()) == (state, held, spent)


def test_a_picture_that_comes_after_it_was_written_off_is_paid_after_all(alice: User, ask: Ask) -> None:
    ask(alice)
    call = answered("server error")
    decided(alice, Choice.WRITTEN_OFF)
    assert Tally.objects.get(key="site", period="month").pictures == 0
    assert settle.settle(call.attempt, reply_for("picture", 0))
    assert kinds() == ["held", "written_off", "settled"]
    assert (*balance(), Tally.objects.get(key="site", period="month").pictures) == (ZERO, ONE, 1)
    assert_balanced()


def test_a_late_picture_gives_the_second_hold_back(alice: User, ask: Ask) -> None:
    ask(alice)
    call = answered("server error")
    decided(alice, Choice.RETRY)
    settle.settle(call.attempt, reply_for("picture", 0))
    assert (kinds(), balance()) == (["held", "held", "settled", "released"], (ZERO, ONE))
    assert_balanced()


def test_two_pictures_for_one_job_are_both_paid(alice: User, ask: Ask) -> None:
    ask(alice)
    first = answered("server error")
    decided(alice, Choice.RETRY)
    second = sent()
    for call in (first, second):
        settle.settle(call.attempt, reply_for("picture", 0))
    assert balance() == (ZERO, TWO)
    assert_balanced()


def test_a_reply_adopted_twice_is_booked_once(alice: User, ask: Ask) -> None:
    ask(alice)
    call = answered("picture")
    assert not settle.settle(call.attempt, reply_for("picture", 0))
    assert kinds() == ["held", "settled"]


def test_a_call_whose_worker_died_stays_held_until_somebody_decides(alice: User, ask: Ask) -> None:
    ask(alice)
    call = sent()
    assert settle.give_up_waiting(call.attempt)
    assert (only_job().state, *balance()) == (State.UNKNOWN, ONE, ZERO)
    Attempt.objects.update(answered_at=timezone.now() - timedelta(days=15))
    sweeper.sweep()
    assert (only_job().state, *balance()) == (State.FAILED, ZERO, ONE)
    assert LedgerEntry.objects.get(kind="settled").reason == "no_decision"
    assert_balanced()


def test_what_the_endpoint_says_it_cost_is_what_is_settled(alice: User, ask: Ask) -> None:
    ask(alice)
    call = sent()
    reply = reply_for("picture", 0)
    settle.settle(call.attempt, reply.__class__(**{**vars(reply), "usage": {"cost": 0.0312}}))
    assert balance() == (ZERO, Decimal("0.0312"))


@pytest.mark.parametrize("cost", [None, True, "0.01", -1, 1e9, float("nan"), float("inf")])
def test_a_cost_that_is_none_leaves_the_price_that_was_agreed(cost: Any) -> None:
    assert Attempt(price_usd=ONE, usage={"cost": cost}).cost == ONE
    assert Attempt(price_usd=ONE, usage=[cost]).cost == ONE


def test_an_unknown_price_that_turns_out_is_unknown_no_longer(alice: User, ask: Ask) -> None:
    ModelPrice.objects.all().delete()
    ask(alice, n=2)
    call = sent()
    settle.settle(
        call.attempt,
        reply_for("picture", 0).__class__(**{**vars(reply_for("picture", 0)), "usage": {"cost": 0.05}}),
    )
    tally = Tally.objects.get(key="site", period="month")
    assert (tally.spent_usd, tally.unknown, tally.pictures) == (Decimal("0.05"), 1, 2)
    answered("picture")
    tally.refresh_from_db()
    assert (tally.spent_usd, tally.unknown) == (Decimal("0.05"), 1), "unknown is never zero"
    assert list(LedgerEntry.objects.filter(kind="settled", spent=None).values_list("unknown", flat=True)) == [
        0
    ]
    assert_balanced()


def test_another_call_needs_room_in_the_budget_too(alice: User, ask: Ask) -> None:
    Budget.objects.create(usd=Decimal("0.04"))
    ask(alice)
    answered("server error")
    with pytest.raises(OverBudget):
        decided(alice, Choice.RETRY)
    assert (only_job().state, *balance()) == (State.UNKNOWN, ONE, ZERO)
    assert_balanced()


@pytest.mark.parametrize(("usd", "state"), [("0.04", State.UNKNOWN), ("0.08", State.QUEUED)])
def test_the_teams_own_retry_asks_where_the_budget_has_no_room(
    alice: User, ask: Ask, usd: str, state: State
) -> None:
    Team.objects.update(retry_unknown_once=True)
    Budget.objects.create(usd=Decimal(usd))
    ask(alice)
    answered("server error")
    assert only_job().state == state
    assert_balanced()


def test_a_job_that_has_moved_to_another_team_is_booked_where_it_was_held(
    alice: User, bob: User, ask: Ask
) -> None:
    ask(alice)
    team, other = alice.personal_team(), bob.personal_team()
    call = answered("server error")
    ImageJob.objects.update(team=other)
    settle.settle(call.attempt, reply_for("picture", 0))
    assert set(LedgerEntry.objects.values_list("team", flat=True)) == {team and team.pk}
    assert balance() == (ZERO, ONE)


@pytest.mark.django_db
def test_no_raw_statement_takes_the_place_of_a_booking(alice: User, ask: Ask) -> None:
    """Also by a key that only some rows have: one hold of a call, one settlement of an attempt."""
    ask(alice)
    answered("picture")
    settled = LedgerEntry.objects.get(kind="settled")
    values = {field.column: field for field in LedgerEntry._meta.concrete_fields if field.column != "id"}
    columns = ", ".join(f'"{column}"' for column in values)
    table = LedgerEntry._meta.db_table
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    for row in (settled, LedgerEntry.objects.get(kind="held")):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"{verb} INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s", [row.pk]
            )
    assert LedgerEntry.objects.filter(pk=settled.pk).exists()
    LedgerEntry.objects.create(  # what is booked besides is none of them
        **{field.attname: getattr(settled, field.attname) for field in values.values()} | {"kind": "adjusted"}
    )

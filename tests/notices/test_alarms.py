"""Keepers of a budget are told once at 80 and once at 100 percent of a period."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from images_app.budgets import actions as booking
from images_app.budgets.models import Budget, BudgetAlarm, Scope
from images_app.jobs.models import Generation
from images_app.notices.alarms import look
from images_app.notices.models import Kind, Notice
from images_app.notices.words import address, sentence
from images_app.teams.actions import make_team
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role

Ask = Callable[..., Generation]
pytestmark = pytest.mark.django_db


def test_the_keepers_of_a_team_are_told_once_for_each_mark(alice: User, bob: User, ask: Ask) -> None:
    team = make_team(alice, "Northwind")
    Membership.objects.create(team=team, person=bob, role=Role.MEMBER)
    Budget.objects.create(scope=Scope.TEAM, team=team, usd=Decimal("0.20"), hard=False)
    ask(bob, n=3, team=team)
    assert look() == 0
    ask(bob, n=1, team=team)
    assert (look(), look()) == (1, 0)
    ask(bob, n=2, team=team)
    assert (look(), look()) == (1, 0)
    told = list(Notice.objects.filter(kind=Kind.BUDGET).order_by("created_at"))
    assert {notice.person for notice in told} == {alice}
    assert [sentence(notice) for notice in told] == [
        "Northwind's budget for this month is used up to 80%",
        "Northwind's budget for this month is used up",
    ]
    assert address(told[0]) == "/team/northwind/spend/"


def test_both_marks_at_once_are_one_notice_and_a_new_period_tells_anew(
    alice: User, admin: User, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    Budget.objects.create(pictures=2)
    for month in (11, 12):
        monkeypatch.setattr(booking, "today", lambda month=month: date(2026, month, 3))
        ask(alice, n=2)
        assert look(date(2026, month, 3)) == 2
        assert look(date(2026, month, 3)) == 0
    assert BudgetAlarm.objects.count() == 4
    told = list(Notice.objects.filter(kind=Kind.BUDGET))
    assert [notice.person for notice in told] == [admin, admin]
    assert address(told[0]) == "/admin/images_app/budget/"

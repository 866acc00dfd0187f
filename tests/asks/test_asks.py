"""Asking for more: nothing is made before somebody who keeps the limit lets it through, and then it is made once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.utils import timezone

from images_app.asks import actions
from images_app.asks.models import Ask
from images_app.audit.models import AuditEntry
from images_app.budgets.actions import today
from images_app.budgets.limits import OverBudget, lefts
from images_app.budgets.models import Budget, Period, Scope, Tally
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.recount import recount
from images_app.notices.models import Kind, Notice
from images_app.providers.models import ModelPrice
from images_app.teams.actions import make_team
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.budgets.books import assert_balanced

Ask_ = Callable[..., Generation]
ClientOf = Callable[[User], Client]
pytestmark = pytest.mark.django_db
PROMPT = "A poster that costs too much"


@pytest.fixture
def team(alice: User, bob: User, model: object) -> Team:
    """Northwind: Alice's; Bob is a member, who may spend four cents in a month, a picture."""
    team = make_team(alice, "Northwind")
    Membership.objects.create(team=team, person=bob, role=Role.MEMBER)
    Budget.objects.create(scope=Scope.PERSON, team=team, person=bob, usd=Decimal("0.04"))
    return team


def press(client: Client, team: Team, address: str = "/", n: int = 2, **more: str) -> tuple[int, str]:
    form = {"prompt": PROMPT, "n": str(n), "team": team.slug, "submission": str(uuid4()), **more}
    answer = client.post(address, form, follow=True)
    return answer.status_code, answer.content.decode()


def asked(client: Client, team: Team, n: int = 2, reason: str = "For the lobby") -> Ask:
    status, text = press(client, team, "/asks/new/", n, reason=reason)
    assert status == 200 and "Asked." in text, text
    return Ask.objects.latest("created_at")


def test_a_refused_press_can_be_asked_for_and_goes_on(
    team: Team, alice: User, bob: User, client_of: ClientOf
) -> None:
    his, hers = client_of(bob), client_of(alice)
    status, text = press(his, team)
    assert status == 422 and "Ask for more" in text
    ask = asked(his, team)
    assert (ask.state, ask.usd, ask.pictures, ask.team) == ("asked", Decimal("0.08"), 2, team)
    assert not ImageJob.objects.exists(), "nothing is made before a word"
    assert "1 press waits for the word" in his.get("/").content.decode()
    assert "waits for the word" not in hers.get("/").content.decode()
    notices = hers.get("/notices/").content.decode()
    assert "Bob Bright asks for more: 2 pictures, $0.08" in notices and "For the lobby" in notices
    assert "For the lobby" in hers.get("/asks/").content.decode()
    answer = hers.post(f"/asks/{ask.pk}/approval/", {"next": "/notices/"}, follow=True)
    assert "Approved: 2 pictures, $0.08 for Bob Bright." in answer.content.decode()
    ask.refresh_from_db()
    jobs = ImageJob.objects.all()
    assert (ask.state, len(jobs), {job.person_id for job in jobs}) == ("made", 2, {bob.pk})
    assert ask.generation is not None and ask.generation.prompt == PROMPT
    assert_balanced()
    assert not list(recount())
    assert Notice.objects.get(person=bob, kind=Kind.ANSWER).ask == ask
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"ask.approved", "budget.granted"} <= verbs


def test_what_was_granted_is_for_it_and_for_nothing_else(
    team: Team, alice: User, bob: User, client_of: ClientOf
) -> None:
    ask = asked(client_of(bob), team)
    assert actions.approve(ask, alice)
    (left,) = lefts(team, bob, today())
    assert (left.usd, left.words) == (Decimal(0), "$0.00 of $0.04 + $0.04")
    status, _ = press(client_of(bob), team, n=1)
    assert status == 422, "the limit stands"
    granted = Tally.objects.exclude(granted=0).values_list("key", "period", "granted")
    assert list(granted) == [(f"person:{team.pk}:{bob.pk}", "month", 400)]


def test_a_limit_in_pictures_and_one_of_the_team_are_passed_together(
    team: Team, alice: User, bob: User, client_of: ClientOf
) -> None:
    Budget.objects.create(scope=Scope.TEAM, team=team, pictures=1, period=Period.DAY)
    ask = asked(client_of(bob), team, n=4)
    assert actions.approve(ask, alice) and ask.state == "made"
    granted = Tally.objects.exclude(granted=0, granted_pictures=0).order_by("key")
    assert [(row.granted, row.granted_pictures) for row in granted] == [(1200, 0), (0, 3)]


def test_approved_twice_it_is_made_once(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    same = Ask.objects.get()
    assert actions.approve(ask, alice)
    assert not actions.approve(same, alice)
    actions.go_on(ask)
    assert ImageJob.objects.count() == 2
    assert Tally.objects.get(key__startswith="person:", period="month").granted == 400


def test_pressed_twice_it_is_asked_once(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    key = str(uuid4())
    for _ in range(2):
        assert press(client_of(bob), team, "/asks/new/", reason="Once", submission=key)[0] == 200
    assert Ask.objects.count() == Notice.objects.filter(kind=Kind.ASK).count() == 1


def test_declined_it_is_never_made(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    client_of(alice).post(f"/asks/{ask.pk}/refusal/", {"answer": "Next month"})
    ask.refresh_from_db()
    assert (ask.state, ask.decided_by) == ("declined", alice)
    assert "Next month" in client_of(bob).get("/asks/").content.decode()
    assert not actions.approve(ask, alice)
    assert not ImageJob.objects.exists() and not Tally.objects.exclude(granted=0).exists()


def test_taken_back_it_cannot_be_approved(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    client_of(bob).post(f"/asks/{ask.pk}/withdrawal/")
    answer = client_of(alice).post(f"/asks/{ask.pk}/approval/", follow=True)
    assert "That was decided meanwhile." in answer.content.decode()
    assert not ImageJob.objects.exists()


def test_who_decides(
    team: Team, alice: User, bob: User, admin: User, client_of: ClientOf, django_user_model: type[User]
) -> None:
    ask = asked(client_of(bob), team)
    other = make_team(admin, "Elsewhere")
    User.objects.filter(pk=admin.pk).update(is_superuser=False, is_staff=False)
    for person in (bob, User.objects.get(pk=admin.pk)):
        for verb in ("approval", "refusal"):
            assert client_of(person).post(f"/asks/{ask.pk}/{verb}/").status_code == 404, (person, verb)
    with pytest.raises(PermissionDenied):
        actions.approve(ask, bob)
    assert client_of(alice).post(f"/asks/{ask.pk}/withdrawal/").status_code == 404
    Membership.objects.create(team=team, person=admin, role=Role.MEMBER)
    assert client_of(User.objects.get(pk=admin.pk)).post(f"/asks/{ask.pk}/approval/").status_code == 404
    assert other.name == "Elsewhere" and not ImageJob.objects.exists()


def test_a_limit_of_the_site_takes_those_who_keep_it(
    team: Team, alice: User, bob: User, admin: User, client_of: ClientOf
) -> None:
    Budget.objects.create(scope=Scope.SITE, usd=Decimal("0.04"))
    ask = asked(client_of(bob), team)
    told = set(Notice.objects.filter(kind=Kind.ASK).values_list("person", flat=True))
    assert told == {alice.pk, admin.pk}
    answer = client_of(alice).post(f"/asks/{ask.pk}/approval/", follow=True)
    assert "others keep that" in answer.content.decode()
    assert not Tally.objects.exclude(granted=0).exists(), "nothing has changed"
    assert Ask.objects.get().state == "asked"
    assert actions.approve(Ask.objects.get(), admin)
    assert ImageJob.objects.count() == 2


def test_keepers_are_shown_the_limit_instead(team: Team, alice: User, client_of: ClientOf) -> None:
    Budget.objects.create(scope=Scope.TEAM, team=team, usd=Decimal("0.04"))
    _, text = press(client_of(alice), team)
    assert "Change the limit" in text and "Ask for more" not in text


def test_an_ask_needs_a_reason_and_a_refusal(team: Team, bob: User, client_of: ClientOf) -> None:
    status, text = press(client_of(bob), team, "/asks/new/")
    assert status == 422 and "Say what it is for." in text and PROMPT in text
    status, text = press(client_of(bob), team, "/asks/new/", n=1, reason="Why not")
    assert status == 422 and "There is room for it by now." in text
    ModelPrice.objects.all().delete()
    status, text = press(client_of(bob), team)
    assert status == 422 and "Ask for more" not in text
    status, text = press(client_of(bob), team, "/asks/new/", reason="Unknown")
    assert status == 422 and "no unknown price" in text
    assert not Ask.objects.exists() and not Generation.objects.exists()


def test_no_more_wait_than_somebody_reads(team: Team, bob: User, client_of: ClientOf) -> None:
    for _ in range(actions.MOST):
        asked(client_of(bob), team)
    status, text = press(client_of(bob), team, "/asks/new/", reason="One more")
    assert status == 422 and "wait already" in text


def test_another_price_is_not_charged(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    ModelPrice.objects.update(usd=Decimal("0.08"))
    assert actions.approve(ask, alice)
    assert (ask.state, ImageJob.objects.count()) == ("failed", 0)
    assert "price has changed" in ask.answer


def test_somebody_who_left_makes_nothing(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    Membership.objects.filter(team=team, person=bob).delete()
    actions.approve(ask, alice)
    assert (ask.state, ImageJob.objects.count()) == ("failed", 0)


def test_room_that_others_used_meanwhile_leaves_it_waiting(
    team: Team, alice: User, bob: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asked(client_of(bob), team)
    budget = Budget.objects.get()

    def full(*_: object, **__: object) -> None:
        raise OverBudget(budget, lefts(team, bob, today())[0], today())

    monkeypatch.setattr(actions, "submit_all", full)
    answer = client_of(alice).post(f"/asks/{ask.pk}/approval/", follow=True)
    assert "Others have used the room meanwhile." in answer.content.decode()
    assert Ask.objects.get().state == "asked"
    monkeypatch.undo()
    assert actions.approve(Ask.objects.get(), alice)
    assert ImageJob.objects.count() == 2


def test_a_crash_after_the_word_does_not_lose_it(
    team: Team, alice: User, bob: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = asked(client_of(bob), team)
    monkeypatch.setattr(actions, "go_on", lambda ask: None)
    assert actions.approve(ask, alice)
    monkeypatch.undo()
    assert actions.look() == 0, "its own process may still be at it"
    Ask.objects.update(decided_at=timezone.now() - 2 * actions.STUCK)
    assert actions.look() == 1
    assert Ask.objects.get().state == "made" and ImageJob.objects.count() == 2
    assert actions.look() == 0


def test_nobody_waits_for_ever(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    Ask.objects.update(created_at=timezone.now() - actions.WAITS + timedelta(minutes=1))
    assert actions.look() == 0
    Ask.objects.update(created_at=timezone.now() - actions.WAITS - timedelta(minutes=1))
    assert actions.look() == 1
    ask.refresh_from_db()
    assert ask.state == "expired" and not actions.approve(ask, alice)
    assert Notice.objects.filter(person=bob, kind=Kind.ANSWER).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_approve_at_once_one_does(team: Team, alice: User, bob: User, client_of: ClientOf) -> None:
    ask = asked(client_of(bob), team)
    answers: list[bool] = []
    start = threading.Barrier(2)

    def approve() -> None:
        try:
            mine = Ask.objects.get(pk=ask.pk)
            start.wait()
            answers.append(actions.approve(mine, User.objects.get(pk=alice.pk)))
        finally:
            connection.close()

    threads = [threading.Thread(target=approve) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [False, True]
    assert ImageJob.objects.count() == 2
    assert Tally.objects.get(key__startswith="person:", period="month").granted == 400

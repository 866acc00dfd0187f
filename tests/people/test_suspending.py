"""Keeping a person out: every door at once, what waits, and the way back."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from pytest import MonkeyPatch

from images_app.audit.actions import record
from images_app.audit.models import AuditEntry
from images_app.budgets.models import LedgerEntry
from images_app.jobs import books
from images_app.jobs.models import Generation, ImageJob, JobEvent
from images_app.jobs.states import State
from images_app.people.actions import LastOne, restore, restore_due, suspend
from images_app.people.models import Suspension
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person
from images_app.teams.models import User
from tests.conftest import PASSWORD
from tests.rows import make_generation, make_job
from tests.threads import at_once

Ask = Callable[..., Generation]
PEOPLE = "/admin/images_app/user/"


def held() -> Decimal:
    total = LedgerEntry.objects.aggregate(all=Sum("held"))["all"] or Decimal(0)
    return round(total, 6)  # SQLite adds in floating point


def sign_in(person: User) -> Any:
    return Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD}, follow=True)


def test_their_sessions_end_and_stay_ended(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    assert client.get("/notices/").status_code == 200
    assert suspend(alice, admin, "Spam")
    assert client.get("/notices/")["Location"].startswith("/accounts/login/")
    assert not UserSession.objects.filter(user=alice).exists()
    restore(alice, admin)
    assert client.get("/notices/").status_code == 302


def test_the_door_says_so(admin: User, alice: User) -> None:
    suspend(alice, admin, "Spam")
    page = sign_in(alice)
    assert "This account is suspended" in page.text and "Ask whoever runs this Easel" in page.text
    assert not page.context["user"].is_authenticated


def test_a_new_password_is_not_sent_to_them(admin: User, alice: User) -> None:
    suspend(alice, admin, "Spam")
    Client().post("/accounts/password/reset/", {"email": alice.email})
    assert not mail.outbox
    restore(alice, admin)
    Client().post("/accounts/password/reset/", {"email": alice.email})
    assert len(mail.outbox) == 1


def test_what_waits_is_cancelled_and_its_holds_go_back(admin: User, alice: User, ask: Ask) -> None:
    ask(alice, n=3)
    assert held() == Decimal("0.12")
    suspend(alice, admin, "Spam")
    assert {job.state for job in ImageJob.objects.all()} == {State.CANCELLED}
    assert JobEvent.objects.filter(actor=None, reason="its maker was suspended").count() == 3
    assert held() == 0


def test_a_call_under_way_is_kept(admin: User, alice: User, model: ImageModel) -> None:
    job = make_job(make_generation(alice, model), State.SENT)
    suspend(alice, admin, "Spam")
    job.refresh_from_db()
    assert job.state == State.SENT and job.cancel_requested


def test_nobody_elses_job_is_touched(admin: User, alice: User, bob: User, ask: Ask) -> None:
    ask(bob)
    suspend(alice, admin, "Spam")
    assert ImageJob.objects.get().state == State.QUEUED


def test_it_is_written_down(admin: User, alice: User) -> None:
    suspend(alice, admin, "Spam")
    entry = AuditEntry.objects.get(verb="user.suspended")
    assert (entry.actor_id, entry.target_id, entry.reason) == (admin.pk, str(alice.pk), "Spam")
    assert entry.before == {"is_active": True} and entry.after == {"is_active": False, "until": None}
    restore(alice, admin, "Talked it over")
    entry = AuditEntry.objects.get(verb="user.restored")
    assert entry.actor_id == admin.pk and entry.reason == "Talked it over"


def test_twice_is_once(admin: User, alice: User) -> None:
    assert suspend(alice, admin, "Spam") and not suspend(alice, admin, "Spam")
    assert Suspension.objects.count() == 1
    assert restore(alice, admin) and not restore(alice, admin)


def test_nobody_suspends_themselves(admin: User) -> None:
    make_person("second@example.com", PASSWORD, superuser=True)
    with pytest.raises(PermissionDenied):
        suspend(admin, admin, "A holiday")


def test_only_a_superuser_suspends_and_restores_staff(admin: User, alice: User, bob: User) -> None:
    User.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_staff=True)
    alice.refresh_from_db()
    with pytest.raises(PermissionDenied):
        suspend(alice, bob, "A grudge")
    assert suspend(alice, admin, "Spam")
    with pytest.raises(PermissionDenied):
        restore(alice, bob)


@pytest.mark.django_db(transaction=True)
def test_of_two_superusers_who_suspend_each_other_one_stays(admin: User) -> None:
    other = make_person("second@example.com", PASSWORD, superuser=True)
    at_once(lambda: suspend(admin, other, "A quarrel"), lambda: suspend(other, admin, "A quarrel"))
    assert User.objects.filter(is_superuser=True, is_active=True).count() == 1


def test_the_last_superuser_stays(admin: User) -> None:
    with pytest.raises((LastOne, PermissionDenied)):
        suspend(admin, make_person("clerk@example.com", PASSWORD), "A coup")
    assert User.objects.get(pk=admin.pk).is_active


def test_when_the_time_is_over_they_are_let_in(admin: User, alice: User, bob: User) -> None:
    suspend(alice, admin, "Spam", until=timezone.now() - timedelta(seconds=5))
    suspend(bob, admin, "Spam", until=timezone.now() + timedelta(hours=1))
    assert restore_due() == 1 and restore_due() == 0
    assert User.objects.get(pk=alice.pk).is_active and not User.objects.get(pk=bob.pk).is_active
    assert AuditEntry.objects.get(verb="user.restored").actor_id is None
    assert sign_in(alice).context["user"].is_authenticated


@pytest.mark.django_db(transaction=True)
def test_a_press_that_comes_while_they_are_suspended_makes_nothing(
    admin: User, alice: User, ask: Ask, monkeypatch: MonkeyPatch
) -> None:
    inside, write = threading.Event(), record

    def dawdle(*args: Any, **kwargs: Any) -> Any:
        inside.set()
        threading.Event().wait(0.7)
        return write(*args, **kwargs)

    def press() -> None:
        assert inside.wait(10)
        ask(alice)

    monkeypatch.setattr("images_app.people.actions.record", dawdle)
    suspended, pressed = at_once(lambda: suspend(alice, admin, "Spam"), press)
    assert suspended is True and isinstance(pressed, PermissionDenied)
    assert not ImageJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_press_that_is_under_way_is_waited_for_and_cancelled(
    admin: User, alice: User, ask: Ask, monkeypatch: MonkeyPatch
) -> None:
    inside, hold = threading.Event(), books.hold

    def dawdle(made: list[ImageJob]) -> None:
        hold(made)
        inside.set()
        threading.Event().wait(0.7)

    def keep_out() -> bool:
        assert inside.wait(10)
        return suspend(alice, admin, "Spam")

    monkeypatch.setattr(books, "hold", dawdle)
    pressed, suspended = at_once(lambda: ask(alice), keep_out)
    assert isinstance(pressed, Generation) and suspended is True
    assert ImageJob.objects.get().state == State.CANCELLED


def act(client: Client, action: str, *people: User, **values: str) -> str:
    chosen = {"action": action, "_selected_action": [str(person.pk) for person in people]}
    return client.post(PEOPLE, {**chosen, **values}, follow=True).text


def test_the_admin_suspends_for_some_days(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(admin)
    assert "Suspended: 1." in act(client, "suspend_chosen", alice, reason="Spam", days="3")
    suspension = Suspension.objects.get(person=alice)
    assert suspension.until is not None
    assert timedelta(days=2) < suspension.until - timezone.now() <= timedelta(days=3)
    assert "Spam" in client.get("/admin/images_app/suspension/").text
    assert "Restored: 1." in act(client, "restore_chosen", alice)
    assert User.objects.get(pk=alice.pk).is_active


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Write a reason"),
        ({"reason": " "}, "Write a reason"),
        ({"reason": "Spam", "days": "0"}, "No action selected"),
    ],
)
def test_the_admin_needs_a_reason_and_sound_days(
    admin: User, alice: User, client_of: Callable[[User], Client], values: dict[str, str], words: str
) -> None:
    assert words in act(client_of(admin), "suspend_chosen", alice, **values)
    assert User.objects.get(pk=alice.pk).is_active


def test_the_admin_says_whom_it_did_not_suspend(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    page = act(client_of(admin), "suspend_chosen", alice, admin, reason="Spam")
    assert "Suspended: 1." in page and f"Not suspended: {admin.email}" in page


def test_a_tick_does_not_switch_anybody_off(
    admin: User, alice: User, client_of: Callable[[User], Client]
) -> None:
    assert 'name="is_active"' not in client_of(admin).get(f"{PEOPLE}{alice.pk}/change/").text

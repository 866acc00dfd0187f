"""What people do at the door is written down: signing in, failing to, second steps, sessions, passwords."""

from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from images_app.audit.models import AuditEntry
from images_app.teams.models import User
from tests.conftest import PASSWORD
from tests.teams.test_two_steps import SIGN_IN, code_of, signed_in, switch_on


@pytest.fixture(autouse=True)
def _no_tries() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def only(verb: str) -> AuditEntry:
    return AuditEntry.objects.get(verb=verb)


def test_signing_in_and_out(alice: User) -> None:
    client = signed_in()
    entry = only("user.signed_in")
    assert (entry.actor_id, entry.target_id, entry.from_address) == (alice.pk, str(alice.pk), "127.0.0.1")
    client.post("/accounts/logout/")
    assert only("user.signed_out").session == entry.session != ""


def test_a_wrong_password_names_the_account_and_nobody_as_the_actor(alice: User) -> None:
    Client().post("/accounts/login/", {**SIGN_IN, "password": "a wrong password"})
    entry = only("user.sign_in_failed")
    assert (entry.actor_id, entry.actor_name, entry.target_id) == (None, "", str(alice.pk))
    assert "wrong password" not in str(AuditEntry.objects.values())


def test_what_somebody_typed_for_an_address_is_not_kept(alice: User) -> None:
    Client().post("/accounts/login/", {"login": "hunter2@secret.example", "password": "x" * 12})
    entry = only("user.sign_in_failed")
    assert entry.after == {"account": "none"} and "hunter2" not in str(AuditEntry.objects.values())


def test_a_password_changed(alice: User) -> None:
    new = "another battery staple"
    signed_in().post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert only("user.password_changed").actor_id == alice.pk
    assert new not in str(AuditEntry.objects.values())


@pytest.mark.django_db(transaction=True)  # allauth tells of it after the commit
def test_a_second_step_added_failed_and_removed(alice: User) -> None:
    client = signed_in()
    secret = switch_on(client)
    assert {one.after["kind"] for one in AuditEntry.objects.filter(verb="user.second_step_added")} >= {"totp"}
    assert secret not in str(AuditEntry.objects.values())
    other = Client()
    other.post("/accounts/login/", SIGN_IN)
    other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    failed = only("user.second_step_failed")
    assert (failed.actor_id, failed.target_id) == (None, str(alice.pk))
    cache.clear()
    client.post("/accounts/2fa/totp/deactivate/", {"code": code_of(secret)})
    assert not Authenticator.objects.filter(user=alice, type="totp").exists()
    kinds = [one.after["kind"] for one in AuditEntry.objects.filter(verb="user.second_step_removed")]
    assert "totp" in kinds


def test_sessions_that_were_ended(alice: User, client_of: Callable[[User], Client]) -> None:
    here, there = signed_in(), signed_in()
    for client in (here, there):
        client.get("/library/")
    other = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/accounts/sessions/{other.pk}/ending/")
    entry = only("user.session_ended")
    assert entry.actor_id == alice.pk and "Firefox" in entry.before["device"]

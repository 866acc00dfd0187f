"""Signing in and up, and what stands at the door."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import get_resolver
from pytest_django.fixtures import Settings

from images_app.teams.access import current_team
from images_app.teams.models import Team, User
from tests.conftest import PASSWORD

SIGN_IN = {"login": "alice@example.com", "password": PASSWORD}
NEWCOMER = {
    "name": "Nora New",
    "email": "nora@example.com",
    "password1": "correct horse battery",
    "password2": "correct horse battery",
}
pytestmark = pytest.mark.usefixtures("alice")


def test_the_email_and_password_let_one_in() -> None:
    response = Client().post("/accounts/login/", SIGN_IN)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_the_email_may_be_written_in_any_case() -> None:
    assert Client().post("/accounts/login/", {**SIGN_IN, "login": "Alice@Example.COM"}).status_code == 302


def test_one_goes_on_to_the_page_one_asked_for() -> None:
    response = Client().post("/accounts/login/", {**SIGN_IN, "next": "/library/"})
    assert response["Location"] == "/library/"


def test_nobody_is_sent_to_another_site() -> None:
    response = Client().post("/accounts/login/", {**SIGN_IN, "next": "https://evil.example/"})
    assert response["Location"] == "/"


def test_a_wrong_password_is_said_without_saying_who_exists() -> None:
    known = Client().post("/accounts/login/", {**SIGN_IN, "password": "wrong"}).text
    unknown = Client().post("/accounts/login/", {"login": "no@example.com", "password": "wrong"}).text
    for page in (known, unknown):
        assert "do not go together" in page and 'role="alert"' in page


def test_a_mistake_stands_beside_its_field() -> None:
    page = Client().post("/accounts/login/", {"login": "alice@example.com"}).text
    field = re.search(r"<input[^>]+name=\"password\"[^>]*>", page)
    assert field and 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_password_wrong"' in field[0] and 'id="id_password_wrong"' in page


def test_fields_say_what_a_password_manager_may_fill() -> None:
    page = Client().get("/accounts/login/").text
    assert 'autocomplete="username"' in page and 'autocomplete="current-password"' in page


def test_too_many_tries_are_stopped() -> None:
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {**SIGN_IN, "password": "wrong"})
    response = client.post("/accounts/login/", SIGN_IN)
    assert response.status_code == 200 and "Too many tries" in response.text


def test_an_account_switched_off_is_told_so(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    response = Client().post("/accounts/login/", SIGN_IN, follow=True)
    assert "is suspended" in response.text and not response.context["user"].is_authenticated


def test_signing_out_takes_a_post(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert "Sign out?" in client.get("/accounts/logout/").text
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("mode", ["invite", "closed"])
def test_strangers_make_no_account(mode: str, settings: Settings) -> None:
    settings.SIGNUP = mode
    client = Client()
    assert "Ask whoever runs it" in client.get("/accounts/signup/").text
    client.post("/accounts/signup/", NEWCOMER)
    assert User.objects.count() == 1
    assert "/accounts/signup/" not in client.get("/accounts/login/").text


def test_where_sign_up_is_open_the_door_says_so(settings: Settings) -> None:
    settings.SIGNUP = "open"
    assert "/accounts/signup/" in Client().get("/accounts/login/").text


def test_an_open_sign_up_makes_a_person_with_a_team(settings: Settings) -> None:
    settings.SIGNUP = "open"
    response = Client().post("/accounts/signup/", NEWCOMER)
    person = User.objects.get(email="nora@example.com")
    assert response.status_code == 302
    assert (person.name, person.is_staff, current_team(person).name) == ("Nora New", False, "Nora New")
    assert EmailAddress.objects.get(user=person).primary


def test_a_sign_up_that_fails_midway_leaves_nobody(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SIGNUP = "open"

    def broken(person: User) -> Team:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("images_app.teams.adapter.give_personal_team", broken)
    with pytest.raises(RuntimeError):
        Client().post("/accounts/signup/", NEWCOMER)
    assert not User.objects.filter(email="nora@example.com").exists()


def test_a_weak_password_is_refused_at_sign_up(settings: Settings) -> None:
    settings.SIGNUP = "open"
    page = Client().post("/accounts/signup/", {**NEWCOMER, "password1": "short", "password2": "short"}).text
    assert 'id="id_password1_wrong"' in page


def test_a_forgotten_password_is_reset_by_mail(settings: Settings) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "alice@example.com"})
    [message] = mail.outbox
    link = re.search(rf"{settings.BASE_URL}(\S+)", str(message.body))
    assert message.subject == "Easel: Reset your password" and link
    page = client.get(link[1], follow=True)
    new = "another horse battery"
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert Client().post("/accounts/login/", {**SIGN_IN, "password": new}).status_code == 302
    assert "no longer works" in Client().get(link[1], follow=True).text


def test_an_unknown_address_is_answered_alike_and_gets_no_mail() -> None:
    pages = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in ("alice@example.com", "nobody@example.com")
    ]
    assert pages[0].redirect_chain == pages[1].redirect_chain
    assert [message.to for message in mail.outbox] == [["alice@example.com"]]


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/email/"])
def test_links_in_mail_lead_home_whatever_host_was_asked(
    path: str, alice: User, client_of: Callable[[User], Client], settings: Settings
) -> None:
    settings.BASE_URL, settings.ALLOWED_HOSTS = (
        "https://studio.example.com",
        ["studio.example.com", "evil.test"],
    )
    letter = {"email": "alice@example.com", "action_add": ""}
    if path == "/accounts/email/":
        letter["email"] = "second@example.com"
    client_of(alice).post(path, letter, headers={"host": "evil.test:8443"})
    [message] = mail.outbox
    assert "evil.test" not in f"{message.subject} {message.body}"
    assert re.search(r"^https://studio\.example\.com/accounts/\S+$", str(message.body), re.MULTILINE)


def test_the_password_is_changed_with_the_old_one(alice: User, client_of: Callable[[User], Client]) -> None:
    client, new = client_of(alice), "another horse battery"
    wrong = client.post(
        "/accounts/password/change/", {"oldpassword": "no", "password1": new, "password2": new}
    )
    assert "not your current password" in wrong.text
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    alice.refresh_from_db()
    assert alice.check_password(new)


def test_an_address_is_added_by_confirming_it(
    alice: User, client_of: Callable[[User], Client], settings: Settings
) -> None:
    client = client_of(alice)
    client.post("/accounts/email/", {"email": "second@example.com", "action_add": ""})
    link = re.search(rf"{settings.BASE_URL}(\S+)", str(mail.outbox[0].body))
    assert link and "Is this address yours?" in client.get(link[1]).text
    client.post(link[1])
    assert EmailAddress.objects.get(email="second@example.com").verified


def test_the_main_address_is_not_offered_for_removal(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    assert "action_remove" not in client_of(alice).get("/accounts/email/").text


ALONE = {"account_email", "account_change_password", "account_set_password", "account_reauthenticate"}


def test_only_the_pages_of_a_persons_own_account_ask_to_sign_in() -> None:
    """Every address under /accounts/, as the resolver knows them: a new one must be thought about here."""
    client, asked = Client(), set()
    patterns: list[Any] = list(get_resolver().url_patterns)
    [accounts] = [one for one in patterns if str(one.pattern) == "accounts/"]
    # allauth.account; its other parts are tested where their pages are (security/test_addresses.py).
    inner = next(one for one in accounts.url_patterns if "account_login" in one.reverse_dict)
    for pattern in inner.url_patterns:
        path = re.sub(r"\(\?P<\w+>[^)]*\)", "x", str(pattern.pattern)).strip("^$")
        response = client.get(f"/accounts/{path}")
        if response.get("Location", "").startswith("/accounts/login/?next="):
            asked.add(pattern.name)
    assert asked == ALONE


@pytest.mark.parametrize(
    "path", ["/accounts/reauthenticate/", "/accounts/password/change/", "/accounts/email/"]
)
def test_the_pages_of_ones_own_account_open(
    path: str, alice: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(alice).get(path).status_code == 200


def test_a_persons_name_keeps_to_itself(settings: Settings) -> None:
    settings.SIGNUP = "open"
    Client().post("/accounts/signup/", {**NEWCOMER, "name": "Nora\u202e  Quist"})
    assert User.objects.get(email=NEWCOMER["email"]).name == "Nora Quist"

"""The first start: one token, one account, and no cost afterwards."""

import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from images_app.teams.access import current_team
from images_app.teams.models import User
from images_app.teams.welcome import welcome_address

FORM = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}


@pytest.fixture
def token(db: None, token_file: Path) -> str:
    address = welcome_address()
    assert address
    return address.partition("?token=")[2]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/library/", "/accounts/login/", "/admin/", "/nowhere/"])
def test_every_page_leads_to_the_welcome(path: str) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Location"]) == (302, "/welcome/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_machines_are_not_led_there(path: str) -> None:
    assert Client().get(path).get("Location") != "/welcome/"


@pytest.mark.django_db
def test_without_the_token_the_page_says_where_it_is(token_file: Path) -> None:
    response = Client().get("/welcome/")
    assert response.status_code == 403
    assert "bin/start" in response.text and "<form" not in response.text


def test_a_wrong_token_opens_nothing(token: str) -> None:
    response = Client().post("/welcome/", {**FORM, "token": f"{token}x"})
    assert response.status_code == 403
    assert not User.objects.exists()


def test_an_empty_token_never_fits_a_missing_file(db: None, token_file: Path) -> None:
    assert Client().post("/welcome/", {**FORM, "token": ""}).status_code == 403
    assert not User.objects.exists()


def test_a_token_of_other_letters_is_only_wrong(token: str) -> None:
    assert Client().get("/welcome/", {"token": "schlüssel\x00"}).status_code == 403


def test_the_right_token_makes_a_superuser_with_a_team_who_is_signed_in(token: str, token_file: Path) -> None:
    client = Client()
    assert "<form" in client.get("/welcome/", {"token": token}).text
    response = client.post("/welcome/", {**FORM, "token": token})
    person = User.objects.get()
    assert (response.status_code, response["Location"]) == (302, "/")
    assert person.is_superuser and current_team(person).personal
    assert client.session["_auth_user_id"] == str(person.pk)
    assert not list(token_file.parent.iterdir())


def test_a_mistake_in_the_form_keeps_the_token(token: str) -> None:
    response = Client().post("/welcome/", {**FORM, "password": "short", "token": token})
    assert 'id="id_password_wrong"' in response.text
    assert Client().post("/welcome/", {**FORM, "token": token}).status_code == 302


def test_a_failure_of_ours_keeps_the_token(
    token: str, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("images_app.teams.welcome.make_first_person", broken)
    with pytest.raises(RuntimeError):
        Client().post("/welcome/", {**FORM, "token": token})
    assert token_file.read_text() == token


def test_a_used_token_leads_nowhere(token: str) -> None:
    Client().post("/welcome/", {**FORM, "token": token})
    assert Client().get("/welcome/", {"token": token}).status_code == 404
    again = Client().post("/welcome/", {**FORM, "email": "eve@example.com", "token": token})
    assert again.status_code == 404
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_race_make_one_account(token_file: Path) -> None:
    address = welcome_address()
    assert address
    token = address.partition("?token=")[2]
    start = threading.Barrier(6)
    statuses: list[int] = []

    def run(number: int) -> None:
        client = Client(raise_request_exception=False)
        form = {**FORM, "email": f"racer{number}@example.com", "token": token}
        start.wait()
        statuses.append(client.post("/welcome/", form).status_code)
        connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert User.objects.count() == 1
    assert len(statuses) == 6 and 500 not in statuses


def test_the_link_is_the_same_until_it_is_used(token: str, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("welcome_link")
    assert capsys.readouterr().out.strip().endswith(f"/welcome/?token={token}")


def test_the_token_is_for_the_owner_of_the_files_alone(token: str, token_file: Path) -> None:
    assert token_file.stat().st_mode & 0o777 == 0o600


def test_no_link_once_somebody_has_an_account(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("welcome_link")
    assert capsys.readouterr().out == ""


def test_the_token_is_never_logged(token: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    Client().get("/welcome/", {"token": token})
    Client().get("/welcome/", {"token": f"{token}x"})
    Client().post("/welcome/", {**FORM, "token": token})
    Client().get("/welcome/", {"token": token})
    assert token not in caplog.text


def test_the_page_is_kept_by_no_cache(token: str) -> None:
    assert "no-store" in Client().get("/welcome/", {"token": token})["Cache-Control"]


def test_it_costs_no_query_once_somebody_has_an_account(alice: User) -> None:
    client = Client()
    client.get("/accounts/login/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/accounts/login/")
    assert len(queries) == 0


def test_admin_email_makes_the_first_account_once(
    db: None, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "ada@example.com", "s3cret words"
    call_command("first_account")
    call_command("first_account")
    person = User.objects.get()
    assert person.is_superuser and person.check_password("s3cret words")
    assert "s3cret" not in capsys.readouterr().out


def test_admin_email_is_not_used_once_somebody_has_an_account(alice: User, settings: Settings) -> None:
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "ada@example.com", "s3cret words"
    call_command("first_account")
    assert User.objects.get() == alice

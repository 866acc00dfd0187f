"""People and teams in the admin, whose door is allauth's."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.teams.actions import make_person
from images_app.teams.models import Team, User
from tests.conftest import PASSWORD

PEOPLE = "/admin/images_app/user/"
TEAMS = "/admin/images_app/team/"


@pytest.fixture
def browser(admin: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(admin)


def test_strangers_are_led_to_the_one_door(alice: User) -> None:
    response = Client().get("/admin/login/?next=/admin/images_app/")
    assert response["Location"] == "/accounts/login/?next=%2Fadmin%2Fimages_app%2F"


def test_the_admins_own_door_takes_no_password(admin: User) -> None:
    client = Client()
    client.post("/admin/login/", {"username": admin.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_others_are_refused(alice: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(alice).get("/admin/", follow=True)
    assert response.status_code == 403 and "Not yours to open" in response.text


def test_a_person_made_here_has_a_team_and_can_sign_in(browser: Client) -> None:
    form = {
        "email": "Nora@Example.com",
        "name": "Nora",
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    browser.post(f"{PEOPLE}add/", form)
    person = User.objects.get(email="nora@example.com")
    assert Team.objects.get(memberships__person=person).personal
    assert EmailAddress.objects.get(user=person).verified
    assert Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD}).status_code == 302


def test_an_address_somebody_has_is_refused(browser: Client, alice: User) -> None:
    page = browser.post(f"{PEOPLE}add/", {"email": "ALICE@example.com", "usable_password": "false"})
    assert "Somebody has this email address already." in page.text


def test_an_address_changed_here_is_the_one_to_sign_in_with(browser: Client, alice: User) -> None:
    sets = ("memberships", "emailaddress_set")
    form = {f"{name}-{kind}_FORMS": "0" for name in sets for kind in ("TOTAL", "INITIAL")}
    browser.post(f"{PEOPLE}{alice.pk}/change/", {"email": "new@example.com", "is_active": "on", **form})
    for email, status in (("alice@example.com", 200), ("new@example.com", 302)):
        response = Client().post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert response.status_code == status, email


def test_the_pages_of_a_person_and_a_team_open(browser: Client, alice: User) -> None:
    team = Team.objects.get(memberships__person=alice)
    for path in (f"{PEOPLE}{alice.pk}/change/", f"{PEOPLE}add/", f"{TEAMS}{team.pk}/change/", f"{TEAMS}add/"):
        assert browser.get(path).status_code == 200, path


def test_a_password_hash_is_not_shown_whole(browser: Client, alice: User) -> None:
    assert alice.password not in browser.get(f"{PEOPLE}{alice.pk}/change/").text


@pytest.mark.parametrize("path", [PEOPLE, TEAMS])
def test_lists_take_as_many_queries_for_twenty_rows_as_for_one(path: str, browser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(path).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for number in range(19):
        make_person(f"p{number}@example.com", None)
    assert queries() == few


@pytest.mark.parametrize("path", [PEOPLE, TEAMS])
def test_lists_are_searched(path: str, browser: Client, alice: User) -> None:
    assert "Alice" in browser.get(f"{path}?q=alice").text
    assert "Alice" not in browser.get(f"{path}?q=zzz").text

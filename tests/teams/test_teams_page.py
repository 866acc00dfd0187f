"""How a team works: seen by its members, changed by its owners and admins, not there for strangers."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.teams.access import current_team
from images_app.teams.models import Membership, Role, Team, User

ClientOf = Callable[[User], Client]
ON = {"prompt_in_files": "on"}


@pytest.fixture
def northwind(alice: User) -> Team:
    team = Team.objects.create(name="Northwind", slug="northwind")
    Membership.objects.create(team=team, person=alice, role=Role.OWNER)
    return team


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_owners_and_admins_let_prompts_be_written_and_take_it_back(
    bob: User, northwind: Team, client_of: ClientOf, role: str
) -> None:
    Membership.objects.create(team=northwind, person=bob, role=role)
    client = client_of(bob)
    for sent, wanted in ((ON, True), ({}, False)):
        page = client.post("/teams/northwind/", sent, follow=True).content.decode()
        assert "Saved for Northwind." in page
        northwind.refresh_from_db()
        assert northwind.prompt_in_files is wanted


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_other_members_read_who_may_and_change_nothing(
    bob: User, northwind: Team, client_of: ClientOf, role: str
) -> None:
    Membership.objects.create(team=northwind, person=bob, role=role)
    client = client_of(bob)
    page = client.get("/teams/").content.decode()
    assert "Only Alice Ardent may change this." in page
    assert 'Save<span class="vh"> for Northwind' not in page
    assert client.post("/teams/northwind/", ON).status_code == 403
    northwind.refresh_from_db()
    assert not northwind.prompt_in_files


def test_a_stranger_gets_the_404_of_no_team_at_all(bob: User, northwind: Team, client_of: ClientOf) -> None:
    client = client_of(bob)
    theirs, nobodys = client.post("/teams/northwind/", ON), client.post("/teams/nowhere/", ON)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert "Northwind" not in client.get("/teams/").content.decode()
    northwind.refresh_from_db()
    assert not northwind.prompt_in_files


def test_ones_own_team_comes_first_and_its_switch_shows_how_it_stands(
    alice: User, northwind: Team, client_of: ClientOf
) -> None:
    client = client_of(alice)
    mine = current_team(alice)
    client.post(f"/teams/{mine.slug}/", ON)
    page = client.get("/teams/").content.decode()
    assert page.index(f'id="t-{mine.slug}"') < page.index('id="t-northwind"')
    assert page.count(" checked>") == 2 + 0  # the switch, and the one of the letters in the list of keys
    assert not Team.objects.get(slug="northwind").prompt_in_files


def test_a_form_of_other_settings_changes_none_of_them(alice: User, client_of: ClientOf) -> None:
    mine = current_team(alice)
    client_of(alice).post(f"/teams/{mine.slug}/", {**ON, "retry_unknown_once": "on", "name": "Mine"})
    mine.refresh_from_db()
    assert (mine.prompt_in_files, mine.retry_unknown_once, mine.name) == (True, False, "Alice Ardent")


def test_the_number_of_queries_does_not_grow_with_the_teams(alice: User, client_of: ClientOf) -> None:
    client, counts = client_of(alice), []
    for count in (1, 8):
        for number in range(count):
            team = Team.objects.create(name=f"Team {count} {number}", slug=f"team-{count}-{number}")
            Membership.objects.create(team=team, person=alice, role=Role.ADMIN)
        client.get("/teams/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/teams/")
        counts.append(len(captured))
    assert counts[0] == counts[1]

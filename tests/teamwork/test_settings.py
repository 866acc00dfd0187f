"""How a team works: seen by its people, changed by its owner and admins, not there for strangers."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.teams.access import current_team
from images_app.teams.actions import make_team
from images_app.teams.models import Team, User
from images_app.teams.roles import Role
from tests.teamwork.conftest import Crew

ClientOf = Callable[[User], Client]
PAGE = "/team/northwind/settings/"
PLAIN = {"name": "Northwind", "audience": "0"}
ON = {**PLAIN, "prompt_in_files": "on"}


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_owner_and_admins_let_prompts_be_written_and_take_it_back(
    crew: Crew, client_of: ClientOf, role: Role
) -> None:
    client = client_of(crew[role])
    for sent, wanted in ((ON, True), (PLAIN, False)):
        assert "Saved." in client.post(PAGE, sent, follow=True).content.decode()
        crew.team.refresh_from_db()
        assert crew.team.prompt_in_files is wanted


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_others_read_it_and_change_nothing(crew: Crew, client_of: ClientOf, role: Role) -> None:
    client = client_of(crew[role])
    page = client.get(PAGE).content.decode()
    assert (
        "The team&#x27;s owner and admins may change this." in page or "owner and admins may change" in page
    )
    assert ">Save<" not in page
    assert client.post(PAGE, ON).status_code == 403
    crew.team.refresh_from_db()
    assert not crew.team.prompt_in_files


def test_a_stranger_gets_the_404_of_no_team_at_all(crew: Crew, bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    theirs, nobodys = client.post(PAGE, ON), client.post("/team/nowhere/settings/", ON)
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert "Northwind" not in client.get("/teams/").content.decode()


def test_only_the_owner_gives_it_another_name(crew: Crew, client_of: ClientOf) -> None:
    for role, name in ((Role.ADMIN, "Northwind"), (Role.OWNER, "South")):
        client_of(crew[role]).post(PAGE, {**PLAIN, "name": "South"})
        crew.team.refresh_from_db()
        assert crew.team.name == name
    answer = client_of(crew[Role.OWNER]).post(PAGE, {**PLAIN, "name": "\u200b"})
    assert (answer.status_code, "Give the team a name." in answer.content.decode()) == (422, True)


def test_a_name_keeps_to_itself(crew: Crew, client_of: ClientOf) -> None:
    """A sign that turns the direction of writing reaches beyond the end of the name it stands in."""
    client_of(crew[Role.OWNER]).post(PAGE, {**PLAIN, "name": "South\u202e  tfel"})
    crew.team.refresh_from_db()
    assert crew.team.name == "South tfel"


def test_a_form_of_other_settings_changes_none_of_them(crew: Crew, client_of: ClientOf) -> None:
    client_of(crew[Role.OWNER]).post(
        PAGE, {**ON, "retry_unknown_once": "on", "slug": "mine", "personal": "on"}
    )
    crew.team.refresh_from_db()
    assert (crew.team.prompt_in_files, crew.team.retry_unknown_once) == (True, False)
    assert (crew.team.slug, crew.team.personal) == ("northwind", False)


def test_a_team_is_made_and_pictures_go_to_it_until_another_is_chosen(bob: User, client_of: ClientOf) -> None:
    client = client_of(bob)
    mine = current_team(bob)
    client.post("/teams/", {"name": "Northlight"})
    bob.refresh_from_db()
    assert (current_team(bob).name, current_team(bob).personal) == ("Northlight", False)
    client.post(f"/team/{mine.slug}/choice/")
    bob.refresh_from_db()
    assert current_team(bob) == mine
    assert client.post("/teams/", {"name": " "}).status_code == 422
    assert Team.objects.filter(memberships__person=bob).count() == 2


def test_who_only_looks_on_in_a_team_is_led_to_it_and_makes_elsewhere(
    crew: Crew, client_of: ClientOf
) -> None:
    viewer = crew[Role.VIEWER]
    client = client_of(viewer)
    assert client.post("/team/northwind/choice/").headers["Location"] == "/team/northwind/"
    studio = client.get("/").content.decode()
    assert 'href="/team/northwind/"' in studio
    assert "You make no pictures in Northwind: new ones go to Mx Viewer" in studio
    assert current_team(viewer).personal


def test_the_number_of_queries_does_not_grow_with_the_teams(alice: User, client_of: ClientOf) -> None:
    client, counts = client_of(alice), []
    for count in (1, 8):
        for number in range(count):
            make_team(alice, f"Team {count} {number}")
        client.get("/teams/")
        with CaptureQueriesContext(connection) as captured:
            client.get("/teams/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_team_says_how_long_its_links_live(crew: Crew, client_of: ClientOf) -> None:
    client = client_of(crew[Role.ADMIN])
    assert client.post(PAGE, {**PLAIN, "link_days": "30", "link_days_most": "14"}).status_code == 422
    assert client.post(PAGE, {**PLAIN, "link_days": "0"}).status_code == 422
    assert client.post(PAGE, {**PLAIN, "link_days": "7", "link_days_most": "14"}).status_code == 302
    crew.team.refresh_from_db()
    assert (crew.team.link_days, crew.team.link_days_most) == (7, 14)
    assert client.post(PAGE, {**PLAIN, "link_days": "", "link_days_most": ""}).status_code == 302
    crew.team.refresh_from_db()
    assert (crew.team.link_days, crew.team.link_days_most) == (None, None)


def test_a_team_is_chosen_on_every_page_by_whoever_belongs_to_several(
    crew: Crew, bob: User, client_of: ClientOf
) -> None:
    assert 'id="switch"' not in client_of(bob).get("/library/").content.decode()
    client = client_of(crew[Role.MEMBER])
    page = client.get("/library/").content.decode()
    assert '<button type="submit" aria-current="true"><span>Northwind</span>' in page
    assert 'action="/team/mx-member/choice/"' in page
    client.post("/team/mx-member/choice/")
    page = client.get("/library/").content.decode()
    assert '<button type="submit" aria-current="true"><span>Mx Member</span>' in page


@pytest.mark.parametrize("page", ["settings", "people"])
def test_a_label_leads_to_its_own_field(crew: Crew, client_of: ClientOf, page: str) -> None:
    """Several forms of one page have fields of one name."""
    html = client_of(crew[Role.OWNER]).get(f"/team/northwind/{page}/").content.decode()
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r' for="([^"]+)"', html)) <= set(ids)

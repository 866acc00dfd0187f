"""Where new pictures go, and who sees them there: what the page showed holds, and is never changed silently."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from images_app.jobs.actions import again
from images_app.jobs.models import Generation
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.teamwork.conftest import Crew

ClientOf = Callable[[User], Client]

pytestmark = pytest.mark.usefixtures("model")


def ask(client: Client, team: Team, **fields: Any) -> Any:
    return client.post("/", {"prompt": "a red door", "team": team.slug, **fields})


def made() -> Generation:
    return Generation.objects.get()


SHOWN = r'type="checkbox" name="audience" value="team"{}>(<svg[^>]*>.*?</svg>)?<span>Show to Northwind'


def test_the_studio_names_the_team_and_whether_it_sees_the_pictures(crew: Crew, client_of: ClientOf) -> None:
    html = client_of(crew[Role.MEMBER]).get("/").content.decode()
    assert f'name="team" value="{crew.team.slug}"' in html
    assert re.search(SHOWN.format(""), html)
    Team.objects.update(audience=Audience.TEAM)
    html = client_of(crew[Role.MEMBER]).get("/").content.decode()
    assert re.search(SHOWN.format(" checked"), html)


def test_pictures_go_where_the_page_said_whatever_was_chosen_since(crew: Crew, client_of: ClientOf) -> None:
    member = crew[Role.MEMBER]
    member.team = member.personal_team()
    member.save()
    ask(client_of(member), crew.team)
    assert made().team == crew.team


@pytest.mark.parametrize("seat", [None, Role.VIEWER])
def test_who_lost_the_seat_is_told_and_nothing_is_made(
    seat: Role | None, crew: Crew, client_of: ClientOf
) -> None:
    member = crew[Role.MEMBER]
    rows = Membership.objects.filter(person=member, team=crew.team)
    if seat is None:
        rows.delete()
    else:
        rows.update(role=seat)
    answer = ask(client_of(member), crew.team)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "You can make no more pictures in that team." in html
    home = member.personal_team()
    assert home and f'name="team" value="{home.slug}"' in html
    assert not Generation.objects.exists()


def test_a_strangers_team_is_refused_like_one_there_is_not(
    crew: Crew, bob: User, client_of: ClientOf
) -> None:
    answers = [
        client_of(bob).post("/", {"prompt": "a red door", "team": slug}).content.decode()
        for slug in (crew.team.slug, "nowhere")
    ]
    assert all("You can make no more pictures in that team." in html for html in answers)
    assert not Generation.objects.exists()


@pytest.mark.parametrize(
    ("sent", "default", "seen"),
    [
        ({}, Audience.PRIVATE, Audience.PRIVATE),
        ({}, Audience.TEAM, Audience.TEAM),
        ({"audience": ["private"]}, Audience.TEAM, Audience.PRIVATE),
        ({"audience": ["private", "team"]}, Audience.PRIVATE, Audience.TEAM),
    ],
)
def test_the_box_says_who_sees_them_and_without_it_the_team(
    sent: Any, default: Audience, seen: Audience, crew: Crew, client_of: ClientOf
) -> None:
    Team.objects.update(audience=default)
    ask(client_of(crew[Role.MEMBER]), crew.team, **sent)
    assert made().audience == seen


def test_nobody_is_shown_more_than_the_team(crew: Crew, client_of: ClientOf) -> None:
    assert ask(client_of(crew[Role.MEMBER]), crew.team, audience="public").status_code == 422
    assert not Generation.objects.exists()


def test_a_form_that_comes_back_keeps_the_team_and_the_box(crew: Crew, client_of: ClientOf) -> None:
    member = crew[Role.MEMBER]
    member.team = member.personal_team()
    member.save()
    sent = {"n": "99", "audience": ["private", "team"]}
    html = ask(client_of(member), crew.team, **sent).content.decode()
    assert f'name="team" value="{crew.team.slug}"' in html
    assert 'name="audience" value="team" checked' in html


def test_run_again_is_seen_by_those_who_saw_it_then(
    crew: Crew, model: ImageModel, client_of: ClientOf
) -> None:
    member = crew[Role.MEMBER]
    ask(client_of(member), crew.team, audience=["private", "team"])
    once_more = again(made(), member, key="again").generation
    assert once_more.audience == Audience.TEAM

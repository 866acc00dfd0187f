"""What people try who want more than their seat in a team gives, or who have lost it."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.collections import actions as collections
from images_app.collections import people
from images_app.collections.models import Right
from images_app.jobs import actions as jobs
from images_app.jobs.actions import Choice
from images_app.jobs.models import Preset
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams import invitations
from images_app.teams.actions import hand_over, make_team
from images_app.teams.audience import Audience
from images_app.teams.invitations import Made, invite, join
from images_app.teams.models import Ending, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork import actions, sso
from images_app.teamwork.ending import end_due_teams
from tests.rows import make_generation, make_job, make_picture
from tests.teamwork.conftest import Crew, crew
from tests.threads import at_once

__all__ = ["crew"]

ClientOf = Callable[[User], Client]
ASK = "/team/northwind/invitations/"


def path(made: Made) -> str:
    return re.sub(r"^https?://[^/]+", "", made.address)


def token(made: Made) -> str:
    return path(made).split("/")[2]


def link(crew: Crew, by: Role = Role.OWNER, role: Role = Role.MEMBER, **asked: Any) -> Made:
    return invite(crew.team, crew[by], role, **{"days": 7, "uses": 9, **asked})


def sign_up(client: Client, email: str, made: Made) -> Any:
    client.get(path(made))
    form = {
        "email": email,
        "password1": "correct horse 7",
        "password2": "correct horse 7",
        "next": path(made),
    }
    return client.post("/accounts/signup/", form)


# --- invitations


def test_a_link_makes_no_more_accounts_than_it_has_uses(crew: Crew, settings: Settings) -> None:
    settings.SIGNUP = "invite"
    made = link(crew, uses=1)
    first = Client()
    answer = sign_up(first, "one@example.com", made)
    assert crew.team.memberships.filter(person__email="one@example.com").exists()
    assert first.get(answer["Location"], follow=True).redirect_chain[-1][0] == "/", "not to a closed door"
    sign_up(Client(), "two@example.com", made)
    assert not User.objects.filter(email="two@example.com").exists()


def test_a_letter_makes_an_account_for_its_address_only(crew: Crew, settings: Settings) -> None:
    settings.SIGNUP = "invite"
    made = link(crew, email="new@example.com")
    assert sign_up(Client(), "other@example.com", made).status_code == 200
    assert not User.objects.filter(email="other@example.com").exists()
    sign_up(Client(), "New@example.com", made)
    assert crew.team.memberships.filter(person__email="new@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_make_an_account_at_once_by_the_last_use(crew: Crew, settings: Settings) -> None:
    settings.SIGNUP = "invite"
    made = link(crew, uses=1)
    before = User.objects.count()
    at_once(*(partial(sign_up, Client(), f"p{number}@example.com", made) for number in range(3)))
    assert User.objects.count() == before + 1


def test_no_session_holds_what_opens_an_invitation(crew: Crew) -> None:
    made = link(crew)
    Client().get(path(made))
    kept = str([row.get_decoded() for row in Session.objects.all()])
    assert token(made) not in kept


def test_whoever_was_removed_does_not_come_back_by_an_old_link(crew: Crew, client_of: ClientOf) -> None:
    made, member = link(crew), crew[Role.MEMBER]
    actions.remove(crew.seat(Role.MEMBER), crew.seat(Role.OWNER))
    client = client_of(member)
    assert "Join as" not in client.get(path(made)).content.decode()
    assert client.post(path(made)).status_code == 403
    assert not Membership.objects.filter(team=crew.team, person=member).exists()
    assert join(member, token(link(crew))), "a new one is a new word"


@pytest.mark.parametrize("loses", ["demoted", "handed over", "switched off", "removed too late"])
def test_an_invitation_gives_no_more_than_who_made_it_still_may(crew: Crew, bob: User, loses: str) -> None:
    by, role = (Role.OWNER, Role.ADMIN) if loses == "handed over" else (Role.ADMIN, Role.MEMBER)
    if loses == "removed too late":
        admin, seat = crew[Role.ADMIN], crew.seat(Role.ADMIN)
        actions.remove(seat, crew.seat(Role.OWNER))
        made = invite(crew.team, admin, role, days=7, uses=9)  # their request was under way
    else:
        made = link(crew, by, role)
    if loses == "demoted":
        actions.give_role(crew.seat(Role.ADMIN), Role.MEMBER, crew.seat(Role.OWNER))
    elif loses == "handed over":
        hand_over(crew.seat(Role.OWNER), crew.seat(Role.MEMBER))
    elif loses == "switched off":
        User.objects.filter(pk=crew[by].pk).update(is_active=False)
    assert invitations.found(token(made)) is None
    assert join(bob, token(made)) is None


def test_nobody_is_asked_into_a_personal_team(alice: User, client_of: ClientOf) -> None:
    home = alice.personal_team()
    assert home is not None
    answer = client_of(alice).post(
        f"/team/{home.slug}/invitations/", {"role": "admin", "days": "7", "uses": "9"}
    )
    assert answer.status_code == 403
    assert not home.invitations.exists()


@pytest.mark.django_db(transaction=True)
def test_a_double_click_joins_once(crew: Crew, bob: User) -> None:
    made = link(crew)
    answers = at_once(*(partial(join, bob, token(made)) for _ in range(4)))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    made.invitation.refresh_from_db()
    assert made.invitation.uses_left == 8


def test_nobody_is_written_to_again_and_again(crew: Crew, client_of: ClientOf) -> None:
    client = client_of(crew[Role.ADMIN])
    for _ in range(10):
        client.post(ASK, {"email": "victim@example.com", "role": "member", "days": "7"})
    assert len(mail.outbox) <= 3
    for number in range(80):
        client.post(ASK, {"email": f"victim{number}@example.com", "role": "member", "days": "7"})
    assert len(mail.outbox) <= 60


@pytest.mark.parametrize("sign", ["\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_no_name_adds_a_header_to_a_letter(crew: Crew, client_of: ClientOf, sign: str) -> None:
    Team.objects.filter(pk=crew.team.pk).update(name=f"North{sign}Bcc: evil@example.com")
    answer = client_of(crew[Role.ADMIN]).post(
        ASK, {"email": "new@example.com", "role": "member", "days": "7"}
    )
    assert answer.status_code == 302
    [letter] = mail.outbox
    assert letter.recipients() == ["new@example.com"]
    assert len(letter.message()["Subject"].splitlines()) == 1
    assert "Bcc" not in letter.message()


# --- seats


@pytest.mark.parametrize("kind", ["ended", "personal"])
def test_no_group_gives_a_seat_in_a_team_that_is_over_or_somebodys_own(
    crew: Crew, bob: User, settings: Settings, kind: str
) -> None:
    team = crew.team if kind == "ended" else crew[Role.OWNER].personal_team()
    assert team is not None
    if kind == "ended":
        actions.announce_end(crew.seat(Role.OWNER), Ending.NOWHERE)
        Team.objects.filter(pk=team.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
        assert end_due_teams() == 1
    settings.OIDC_GROUPS = [("design", team.slug, "admin")]
    sso.follow_groups(bob, ["design"])
    assert not Membership.objects.filter(team=team, person=bob).exists()


def test_two_keepers_who_remove_somebody_at_once(crew: Crew) -> None:
    seat, again = crew.seat(Role.MEMBER), crew.seat(Role.MEMBER)
    actions.remove(seat, crew.seat(Role.OWNER))
    with pytest.raises(PermissionDenied):
        actions.remove(again, crew.seat(Role.ADMIN))


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENT])
def test_what_is_under_way_at_a_removal_is_not_sent_once_more(
    crew: Crew, model: ImageModel, state: State
) -> None:
    job = make_job(make_generation(crew[Role.MEMBER], model, team=crew.team), state)
    actions.remove(crew.seat(Role.MEMBER), crew.seat(Role.OWNER))
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == (state, True), (
        "its picture is kept, and no other call is made"
    )


def test_what_is_under_way_in_a_team_that_is_to_end_is_not_sent_once_more(
    crew: Crew, model: ImageModel
) -> None:
    job = make_job(make_generation(crew[Role.MEMBER], model, team=crew.team), State.SENT)
    actions.announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    job.refresh_from_db()
    assert job.cancel_requested


@pytest.mark.parametrize("loses", ["role", "team"])
def test_who_may_make_no_pictures_pays_for_no_second_call(crew: Crew, model: ImageModel, loses: str) -> None:
    member = crew[Role.MEMBER]
    job = make_job(make_generation(member, model, team=crew.team), State.UNKNOWN)
    if loses == "role":
        actions.give_role(crew.seat(Role.MEMBER), Role.VIEWER, crew.seat(Role.OWNER))
    else:
        actions.announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    with pytest.raises(PermissionDenied):
        jobs.decide(job, member, Choice.RETRY)
    job.refresh_from_db()
    assert job.state == State.UNKNOWN
    assert jobs.decide(job, member, Choice.WRITTEN_OFF), "giving up costs nobody anything"


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_team_ends_into_one_that_its_owner_may_fill(
    crew: Crew, bob: User, model: ImageModel, when: str
) -> None:
    heir = make_team(bob, "Garden")
    owner = crew[Role.OWNER]
    seat = Membership.objects.create(
        team=heir, person=owner, role=Role.VIEWER if when == "before" else Role.MEMBER
    )
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team))
    if when == "before":
        with pytest.raises(actions.NotNow):
            actions.announce_end(crew.seat(Role.OWNER), Ending.HEIR, heir)
        return
    actions.announce_end(crew.seat(Role.OWNER), Ending.HEIR, heir)
    actions.remove(seat, Membership.objects.get(team=heir, person=bob))
    Team.objects.filter(pk=crew.team.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert end_due_teams() == 1
    picture.refresh_from_db()
    assert picture.team == crew[Role.MEMBER].personal_team()


# --- collections


def test_a_collection_is_let_go_of_with_its_name(crew: Crew, model: ImageModel, client_of: ClientOf) -> None:
    hall = collections.make(crew[Role.OWNER], "Herons", team=crew.team, audience=Audience.TEAM)
    people.give(crew[Role.OWNER], hall, crew[Role.MEMBER].pk, Right.ADD)
    member = crew[Role.MEMBER]
    Preset.objects.create(person=member, name="Mine", model=model, collection=hall, n=1)
    assert "into Herons" in client_of(member).get("/").content.decode()
    actions.remove(crew.seat(Role.MEMBER), crew.seat(Role.OWNER))
    assert "into Herons" not in client_of(member).get("/").content.decode()


@pytest.mark.parametrize("place", ["1.7e308", "-1e300"])
def test_no_place_is_so_far_that_others_cannot_be_found(
    crew: Crew, model: ImageModel, client_of: ClientOf, place: str
) -> None:
    hall = collections.make(crew[Role.OWNER], "Herons", team=crew.team, audience=Audience.TEAM)
    people.give(crew[Role.OWNER], hall, crew[Role.MEMBER].pk, Right.ADD)
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team), audience=Audience.TEAM)
    answer = client_of(crew[Role.MEMBER]).post(
        f"/collections/{hall.pk}/removal/", {"back": f'{{"{picture.pk}": {place}}}'}
    )
    assert answer.status_code == 302
    assert not hall.items.exists()


# --- what something costs


def test_a_comment_full_of_names_is_read_quickly(crew: Crew) -> None:
    import time

    from images_app.galleries.mentions import named_in

    others = [User(email=f"{number}@example.com", name=f"Person Number {number}") for number in range(1000)]
    began = time.perf_counter()
    named_in("@ " * 1000, [*others, *crew.people.values()])
    assert time.perf_counter() - began < 0.2


def test_nobody_talks_faster_than_people_do(crew: Crew, model: ImageModel, client_of: ClientOf) -> None:
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team), audience=Audience.TEAM)
    client = client_of(crew[Role.VIEWER])
    statuses = [
        client.post(f"/images/{picture.pk}/comments/", {"text": f"{n}"}).status_code for n in range(60)
    ]
    assert statuses[0] == 302 and 422 in statuses
    assert picture.comments.count() <= 40


@pytest.fixture(autouse=True)
def _no_tries() -> None:
    from django.core.cache import cache

    cache.clear()

"""Ways into a team: by letter and by link, for as long and as many as was said."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from images_app.teams import invitations
from images_app.teams.actions import make_person
from images_app.teams.invitations import Made, invite, join
from images_app.teams.models import Invitation, Membership, User
from images_app.teams.roles import Role
from tests.teamwork.conftest import Crew
from tests.threads import at_once

ClientOf = Callable[[User], Client]
PEOPLE = "/team/northwind/people/"
ASK = "/team/northwind/invitations/"
LETTER = {"email": "New@Example.com", "role": "viewer", "days": "7"}


def path(address: str) -> str:
    return re.sub(r"^https?://[^/]+", "", address)


def link(crew: Crew, **asked: Any) -> Made:
    return invite(crew.team, crew[Role.OWNER], Role.MEMBER, **{"days": 7, **asked})


def test_a_letter_leads_its_reader_into_the_team(crew: Crew, client_of: ClientOf) -> None:
    page = client_of(crew[Role.ADMIN]).post(ASK, LETTER, follow=True).content.decode()
    assert "new@example.com has been written to." in page
    [letter] = mail.outbox
    assert letter.to == ["new@example.com"]
    assert "Mx Admin" in letter.subject
    [address] = re.findall(r"http\S+/invitations/\S+", str(letter.body))
    assert path(address).split("/")[2] not in page  # the letter alone has it
    assert Invitation.objects.get().token_hash not in address

    new = make_person("new@example.com", "correct horse battery")
    client = client_of(new)
    assert "Join Northwind" in client.get(path(address)).content.decode()
    assert client.post(path(address)).status_code == 302
    assert Membership.objects.get(team=crew.team, person=new).role == Role.VIEWER
    assert client.get(path(address)).status_code == 404  # used up


def test_a_letter_fits_nobody_else(crew: Crew, bob: User, client_of: ClientOf) -> None:
    made = link(crew, email="new@example.com")
    answer = client_of(bob).post(path(made.address))
    assert answer.status_code == 403
    assert "sent to another address" in answer.content.decode()
    assert not Membership.objects.filter(team=crew.team, person=bob).exists()
    assert made.invitation.uses_left == 1


def test_a_link_lets_in_as_many_as_it_says(crew: Crew, bob: User, client_of: ClientOf) -> None:
    client = client_of(crew[Role.OWNER])
    page = client.post(ASK, {"role": "member", "days": "1", "uses": "1"}, follow=True).content.decode()
    [address] = re.findall(r'value="http[^"]+(/invitations/[^"]+)"', page)
    assert address not in client.get(PEOPLE).content.decode()  # shown once
    assert client_of(bob).post(address).status_code == 302
    late = make_person("late@example.com", "correct horse battery")
    assert client_of(late).post(address).status_code == 404
    assert crew.team.memberships.count() == 5


@pytest.mark.django_db(transaction=True)
def test_two_at_once_for_the_last_use(crew: Crew) -> None:
    people = [make_person(f"p{number}@example.com", "correct horse battery") for number in range(4)]
    made = link(crew, uses=1)
    token = made.address.rstrip("/").rsplit("/", 1)[1]
    seats = at_once(*(partial(join, person, token) for person in people))
    assert sum(seat is not None for seat in seats) == 1
    assert crew.team.memberships.count() == 5


def test_who_belongs_already_uses_nothing_up_and_keeps_their_role(crew: Crew) -> None:
    made = link(crew, uses=1)
    token = made.address.rstrip("/").rsplit("/", 1)[1]
    seat = join(crew[Role.VIEWER], token)
    assert seat is not None
    assert seat.role == Role.VIEWER
    made.invitation.refresh_from_db()
    assert made.invitation.uses_left == 1


def test_wrong_expired_and_taken_back_look_the_same(crew: Crew, bob: User, client_of: ClientOf) -> None:
    old, back = link(crew), link(crew)
    Invitation.objects.filter(pk=old.invitation.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    client_of(crew[Role.ADMIN]).post(f"{ASK}{back.invitation.pk}/revocation/")
    for client in (client_of(bob), Client()):
        answers = [client.get(path(made.address)) for made in (old, back)]
        answers.append(client.get("/invitations/nothing/"))
        assert {answer.status_code for answer in answers} == {404}
        assert len({re.sub(rb"csrf\S+", b"", answer.content) for answer in answers}) == 1


def test_a_removed_persons_invitations_die_with_their_seat(crew: Crew, client_of: ClientOf) -> None:
    made = invite(crew.team, crew[Role.ADMIN], Role.MEMBER, days=7, uses=9)
    client_of(crew[Role.OWNER]).post(f"/team/northwind/people/{crew[Role.ADMIN].pk}/removal/")
    assert Client().get(path(made.address)).status_code == 404


@pytest.mark.parametrize("mode", ["invite", "closed"])
def test_an_invitation_opens_the_door_for_a_new_account(crew: Crew, settings: Any, mode: str) -> None:
    settings.SIGNUP = mode
    made = link(crew, email="new@example.com")
    client = Client()
    assert "password1" not in client.get("/accounts/signup/").content.decode()
    page = client.get(path(made.address)).content.decode()
    assert "Make an account" in page
    form = {
        "name": "New",
        "email": "new@example.com",
        "password1": "correct horse 7",
        "password2": "correct horse 7",
    }
    client.post(f"/accounts/signup/?next={path(made.address)}", {**form, "next": path(made.address)})
    assert User.objects.filter(email="new@example.com").exists() is (mode == "invite")
    if mode == "invite":
        assert client.post(path(made.address)).status_code == 302
        assert Membership.objects.filter(team=crew.team, person__email="new@example.com").exists()


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({**LETTER, "email": "nonsense"}, "Enter a valid email address."),
        ({**LETTER, "email": "viewer@example.com"}, "They belong to the team already."),
        ({**LETTER, "role": "owner"}, "owner is not one of the available choices."),
        ({"role": "member", "days": "7", "uses": "0"}, "greater than or equal to 1"),
        ({"role": "member", "days": "999", "uses": "1"}, "999 is not one of the available choices."),
    ],
)
def test_bad_input_is_said_where_it_was_made(
    crew: Crew, client_of: ClientOf, sent: dict[str, str], wrong: str
) -> None:
    answer = client_of(crew[Role.OWNER]).post(ASK, sent)
    assert answer.status_code == 422
    assert wrong in answer.content.decode()
    assert not Invitation.objects.exists()


def test_an_admin_invites_no_admin(crew: Crew, client_of: ClientOf) -> None:
    assert client_of(crew[Role.ADMIN]).post(ASK, {**LETTER, "role": "admin"}).status_code == 422
    assert client_of(crew[Role.OWNER]).post(ASK, {**LETTER, "role": "admin"}).status_code == 302
    for role in (Role.MEMBER, Role.VIEWER):
        assert client_of(crew[role]).post(ASK, LETTER).status_code == 403


def test_a_letter_that_cannot_be_sent_is_shown_instead(
    crew: Crew, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any, **__: Any) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send_mail", down)
    page = client_of(crew[Role.OWNER]).post(ASK, LETTER, follow=True).content.decode()
    assert "The letter could not be sent." in page
    assert "/invitations/" in page


def test_a_second_letter_to_the_same_address_replaces_the_first(crew: Crew) -> None:
    first, second = link(crew, email="new@example.com"), link(crew, email="NEW@example.com")
    assert [row.pk for row in Invitation.objects.all()] == [second.invitation.pk] != [first.invitation.pk]

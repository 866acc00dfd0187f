"""People come, get roles, leave and are removed; what they made stays."""

from collections.abc import Callable
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from images_app.images.access import images_of
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.actions import make_team
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import leave, remove
from tests.rows import make_generation, make_picture
from tests.teamwork.conftest import Crew
from tests.threads import at_once

ClientOf = Callable[[User], Client]
Ask = Callable[..., Generation]
RANKS = [Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER]


@pytest.mark.parametrize("by", RANKS)
@pytest.mark.parametrize("whom", RANKS)
def test_who_removes_whom(crew: Crew, client_of: ClientOf, by: Role, whom: Role) -> None:
    if by == whom:
        return
    client_of(crew[by]).post(f"/team/northwind/people/{crew[whom].pk}/removal/")
    allowed = {Role.OWNER: {Role.ADMIN, Role.MEMBER, Role.VIEWER}, Role.ADMIN: {Role.MEMBER, Role.VIEWER}}
    gone = not Membership.objects.filter(team=crew.team, person=crew[whom]).exists()
    assert gone is (whom in allowed.get(by, set()))


@pytest.mark.parametrize("by", RANKS)
@pytest.mark.parametrize("whom", RANKS)
@pytest.mark.parametrize("role", RANKS)
def test_who_gives_which_role_to_whom(
    crew: Crew, client_of: ClientOf, by: Role, whom: Role, role: Role
) -> None:
    client_of(crew[by]).post(f"/team/northwind/people/{crew[whom].pk}/role/", {"role": role})
    mine = {Role.OWNER: {Role.ADMIN, Role.MEMBER, Role.VIEWER}, Role.ADMIN: {Role.MEMBER, Role.VIEWER}}
    may = {whom, role} <= mine.get(by, set())
    assert crew.seat(whom).role == (role if may else whom)


def test_nobody_of_another_team_is_touched(crew: Crew, bob: User, client_of: ClientOf) -> None:
    other = make_team(bob, "Other")
    for verb in ("role", "removal"):
        answer = client_of(crew[Role.OWNER]).post(
            f"/team/northwind/people/{bob.pk}/{verb}/", {"role": "viewer"}
        )
        assert answer.status_code == 404
    with pytest.raises(PermissionDenied):
        remove(crew.seat(Role.MEMBER), other.memberships.get())
    assert other.memberships.get().role == Role.OWNER


def test_a_removed_persons_open_page_stops_working(
    crew: Crew, model: ImageModel, ask: Ask, client_of: ClientOf
) -> None:
    member = crew[Role.MEMBER]
    client = client_of(member)
    picture = make_picture(make_generation(member, model))
    waiting = ask(member, n=2)
    mine = make_picture(make_generation(member, model, team=member.personal_team()))
    address = f"/images/{picture.pk}/"
    assert client.get(address).status_code == 200
    answer = client_of(crew[Role.OWNER]).post(f"/team/northwind/people/{member.pk}/removal/", follow=True)
    assert "2 waiting pictures were cancelled, at no cost." in answer.content.decode()
    for gone in (address, f"{address}original/", f"/generations/{waiting.pk}/", "/team/northwind/people/"):
        assert client.get(gone).status_code == 404, gone
    assert {job.state for job in waiting.jobs.all()} == {State.CANCELLED}
    page = client.get("/library/").content.decode()
    assert str(mine.pk) in page
    assert str(picture.pk) not in page
    member.refresh_from_db()
    assert current_team(member).personal
    # Somebody who comes back finds what they made.
    Membership.objects.create(team=crew.team, person=member)
    assert client.get(address).status_code == 200


def test_somebody_leaves_and_an_owner_cannot(crew: Crew, client_of: ClientOf) -> None:
    assert client_of(crew[Role.VIEWER]).post("/team/northwind/leaving/").status_code == 302
    assert client_of(crew[Role.VIEWER]).get("/team/northwind/people/").status_code == 404
    assert client_of(crew[Role.OWNER]).post("/team/northwind/leaving/").status_code == 403
    assert crew.seat(Role.OWNER).role == Role.OWNER


def test_the_team_is_handed_over_and_has_one_owner(crew: Crew, bob: User, client_of: ClientOf) -> None:
    client = client_of(crew[Role.OWNER])
    assert client.post("/team/northwind/handover/", {"person": bob.pk}).status_code == 422
    client.post("/team/northwind/handover/", {"person": crew[Role.MEMBER].pk})
    assert crew.seat(Role.MEMBER).role == Role.OWNER
    assert crew.seat(Role.OWNER).role == Role.ADMIN
    assert crew.team.memberships.filter(role=Role.OWNER).count() == 1
    assert client.post("/team/northwind/handover/", {"person": crew[Role.OWNER].pk}).status_code == 403


def test_a_viewer_asks_for_nothing_in_the_team(crew: Crew, ask: Ask) -> None:
    with pytest.raises(PermissionDenied):
        ask(crew[Role.VIEWER], team=crew.team)
    assert not ImageJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_press_at_the_moment_of_a_removal_is_cancelled_or_refused(crew: Crew, ask: Ask) -> None:
    for _ in range(6):
        member = crew[Role.MEMBER]
        seat = crew.seat(Role.MEMBER)
        at_once(partial(ask, member, n=2, team=crew.team), partial(remove, seat, crew.seat(Role.OWNER)))
        assert not Membership.objects.filter(pk=seat.pk).exists()
        assert not ImageJob.objects.filter(state=State.QUEUED).exists()
        Membership.objects.create(team=crew.team, person=member)


def test_of_two_who_remove_somebody_at_once_one_is_told_that_it_is_done(crew: Crew) -> None:
    theirs, by = crew.seat(Role.MEMBER), crew.seat(Role.OWNER)
    remove(crew.seat(Role.MEMBER), by)
    with pytest.raises(PermissionDenied):
        remove(theirs, by)


def test_what_a_person_made_in_the_team_is_counted_by_nobody_else(crew: Crew, model: ImageModel) -> None:
    member = crew[Role.MEMBER]
    make_picture(make_generation(member, model))
    assert images_of(member).count() == 1
    leave(crew.seat(Role.MEMBER))
    assert images_of(member).count() == 0

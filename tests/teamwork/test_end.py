"""A team ends, two weeks after its owner asked for it, and its pictures go where the owner said."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.access import current_team
from images_app.teams.actions import make_team
from images_app.teams.models import Ending, Team, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import announce_end
from images_app.teamwork.ending import end_due_teams
from tests.rows import make_generation, make_job, make_picture
from tests.teamwork.conftest import Crew

ClientOf = Callable[[User], Client]
Ask = Callable[..., Generation]
END = "/team/northwind/end/"


def let_time_pass() -> None:
    Team.objects.exclude(ends_at=None).update(ends_at=timezone.now() - timedelta(seconds=1))


def test_an_end_is_announced_and_taken_back(crew: Crew, ask: Ask, client_of: ClientOf) -> None:
    member, client = crew[Role.MEMBER], client_of(crew[Role.OWNER])
    waiting = ask(member, team=crew.team)
    assert client.post(END, {"ending": "makers", "name": "northwind"}).status_code == 302
    crew.team.refresh_from_db()
    assert crew.team.ends_at is not None
    assert timedelta(days=13) < crew.team.ends_at - timezone.now() <= timedelta(days=14)
    assert waiting.jobs.get().state == State.CANCELLED
    for person in (crew[Role.OWNER], member):
        assert "Northwind ends on" in client_of(person).get("/team/northwind/people/").content.decode()
        assert current_team(person).personal
        with pytest.raises(PermissionDenied):
            ask(person, team=crew.team)
    assert end_due_teams() == 0
    client.post("/team/northwind/end/undo/")
    stays = Team.objects.get(pk=crew.team.pk)
    assert (stays.ends_at, stays.ends_with) == (None, "")
    assert current_team(member) == crew.team


def test_everybody_takes_their_own_along(crew: Crew, model: ImageModel) -> None:
    pictures = {role: make_picture(make_generation(crew[role], model, team=crew.team)) for role in Role}
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    let_time_pass()
    assert end_due_teams() == 1
    for role, picture in pictures.items():
        picture.refresh_from_db()
        home = crew[role].personal_team()
        assert picture.team == picture.job.team == picture.job.generation.team == home
    assert not crew.team.memberships.exists()
    assert end_due_teams() == 0


def test_all_move_to_the_heir(crew: Crew, model: ImageModel, client_of: ClientOf) -> None:
    heir = make_team(crew[Role.OWNER], "South")
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team))
    answer = client_of(crew[Role.OWNER]).post(END, {"ending": "heir", "name": "Northwind"})
    assert (answer.status_code, "Choose the team" in answer.content.decode()) == (422, True)
    client_of(crew[Role.OWNER]).post(END, {"ending": "heir", "heir": heir.pk, "name": "Northwind"})
    let_time_pass()
    assert end_due_teams() == 1
    picture.refresh_from_db()
    assert (picture.team, picture.trashed_at) == (heir, None)


def test_pictures_deleted_with_it_stay_in_the_books(crew: Crew, model: ImageModel) -> None:
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team))
    announce_end(crew.seat(Role.OWNER), Ending.NOWHERE)
    let_time_pass()
    assert end_due_teams() == 1
    picture.refresh_from_db()
    assert picture.trashed_at is not None
    assert ImageJob.objects.get(pk=picture.job_id).team == crew.team


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENT, State.RECEIVED])
def test_a_paid_call_is_waited_for(crew: Crew, model: ImageModel, state: State) -> None:
    job = make_job(make_generation(crew[Role.MEMBER], model, team=crew.team), state)
    announce_end(crew.seat(Role.OWNER), Ending.NOWHERE)
    let_time_pass()
    assert end_due_teams() == 0
    assert crew.team.memberships.count() == 4
    ImageJob.objects.filter(pk=job.pk).update(state=State.FAILED, lease_until=None)
    assert end_due_teams() == 1


def test_an_heir_that_ends_itself_leaves_each_their_own(crew: Crew, model: ImageModel) -> None:
    owner = crew[Role.OWNER]
    heir = make_team(owner, "South")
    picture = make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team))
    announce_end(crew.seat(Role.OWNER), Ending.HEIR, heir)
    announce_end(heir.memberships.select_related("team", "person").get(), Ending.NOWHERE)
    Team.objects.filter(pk=heir.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert end_due_teams() == 1
    let_time_pass()
    assert end_due_teams() == 1
    picture.refresh_from_db()
    assert (picture.team, picture.trashed_at) == (crew[Role.MEMBER].personal_team(), None)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.VIEWER])
def test_nobody_but_the_owner_ends_it(crew: Crew, client_of: ClientOf, role: Role) -> None:
    assert client_of(crew[role]).post(END, {"ending": "makers", "name": "Northwind"}).status_code == 403
    assert client_of(crew[role]).post(f"{END}undo/").status_code == 403


def test_a_slip_ends_nothing(crew: Crew, client_of: ClientOf) -> None:
    answer = client_of(crew[Role.OWNER]).post(END, {"ending": "makers", "name": "Northwin"})
    assert (answer.status_code, "not the team" in answer.content.decode()) == (422, True)
    personal = crew[Role.OWNER].personal_team()
    assert personal is not None
    answer = client_of(crew[Role.OWNER]).post(
        f"/team/{personal.slug}/end/", {"ending": "makers", "name": personal.name}
    )
    assert answer.status_code == 403
    assert not Team.objects.exclude(ends_at=None).exists()
    assert StoredImage.objects.count() == 0

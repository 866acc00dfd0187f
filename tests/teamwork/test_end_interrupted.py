"""A team's end that is cut off, done by two at once, or met by what nobody reckoned with, still ends well."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.collections import actions as collecting
from images_app.collections.models import Collection
from images_app.galleries import publications
from images_app.images.models import StoredImage
from images_app.images.search import owner_of
from images_app.jobs.models import Generation, ImageJob
from images_app.jobs.states import State
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_team
from images_app.teams.models import Ending, Membership, Team
from images_app.teams.roles import Role
from images_app.teamwork import ending
from images_app.teamwork.actions import announce_end, take_back_end
from images_app.teamwork.ending import end, end_due_teams
from tests.rows import make_generation, make_job, make_picture
from tests.teamwork.conftest import Crew


def let_time_pass() -> None:
    Team.objects.exclude(ends_at=None).update(ends_at=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def pictures(crew: Crew, model: ImageModel) -> list[StoredImage]:
    """Of the member, who has more of them than one step moves."""
    return [make_picture(make_generation(crew[Role.MEMBER], model, team=crew.team)) for _ in range(5)]


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "BATCH", 2)


def test_whoever_is_cut_off_in_the_middle_leaves_it_to_the_next(
    crew: Crew, pictures: list[StoredImage], settings: Settings
) -> None:
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    let_time_pass()
    home = crew[Role.MEMBER].personal_team()
    assert home is not None
    settings.FAILPOINTS = "team_step:raise"
    for step in range(9):  # two, two and one of the pictures, the jobs and the generations
        assert end_due_teams() == 0
        assert Team.objects.get(pk=crew.team.pk).ended_at is None
        assert StoredImage.objects.filter(team=home).count() == min(2 * step + 2, 5)
    assert StoredImage.objects.filter(team=home, trashed_at=None).count() == 5
    assert end_due_teams() == 1
    for rows in (ImageJob, Generation):
        assert set(rows.objects.values_list("team", flat=True)) == {home.pk}
    owners = StoredImage.objects.values_list("text__owner", flat=True)
    assert set(owners) == {owner_of(crew[Role.MEMBER].pk, home.pk)}


def test_a_team_kept_at_the_last_moment_keeps_its_pictures(crew: Crew, pictures: list[StoredImage]) -> None:
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    about_to_end = Team.objects.get(pk=crew.team.pk)
    assert take_back_end(crew.seat(Role.OWNER))
    assert not end(about_to_end)
    assert StoredImage.objects.filter(team=crew.team, trashed_at=None).count() == 5
    assert crew.team.memberships.count() == 4


def test_the_second_of_two_workers_ends_nothing_again(crew: Crew, pictures: list[StoredImage]) -> None:
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    let_time_pass()
    about_to_end = Team.objects.get(pk=crew.team.pk)
    assert end(about_to_end)
    ended_at = Team.objects.get(pk=crew.team.pk).ended_at
    assert not end(about_to_end)
    assert Team.objects.get(pk=crew.team.pk).ended_at == ended_at


def test_who_has_no_personal_team_is_given_one(
    crew: Crew, pictures: list[StoredImage], model: ImageModel
) -> None:
    member = crew[Role.MEMBER]
    Membership.objects.filter(person=member, team__personal=True).delete()
    owners = make_picture(make_generation(crew[Role.OWNER], model, team=crew.team))
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    let_time_pass()
    assert end_due_teams() == 1
    home = member.personal_team()
    assert home is not None
    assert StoredImage.objects.filter(team=home, trashed_at=None).count() == 5
    owners.refresh_from_db()
    assert owners.team == crew[Role.OWNER].personal_team()


def test_who_only_gathered_takes_the_collections_along(crew: Crew, pictures: list[StoredImage]) -> None:
    gatherer = crew[Role.ADMIN]
    made = collecting.make(gatherer, "Best of", team=crew.team)
    announce_end(crew.seat(Role.OWNER), Ending.MAKERS)
    let_time_pass()
    assert end_due_teams() == 1
    assert Collection.objects.get(pk=made.pk).team == gatherer.personal_team()


def test_one_team_that_cannot_end_keeps_no_other_waiting(
    crew: Crew, pictures: list[StoredImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_team(crew[Role.OWNER], "South")
    for team in (crew.team, other):
        announce_end(
            Membership.objects.select_related("team", "person").get(team=team, role=Role.OWNER),
            Ending.NOWHERE,
        )
    let_time_pass()
    Team.objects.filter(pk=crew.team.pk).update(ends_at=timezone.now() - timedelta(days=1))
    take_back_all = publications.take_back_all

    def fails_for_one(team: Team) -> int:
        if team == crew.team:
            raise RuntimeError
        return take_back_all(team)

    with monkeypatch.context() as patch:
        patch.setattr(publications, "take_back_all", fails_for_one)
        assert end_due_teams() == 1
    assert Team.objects.get(pk=other.pk).ended_at
    assert end_due_teams() == 1


def test_a_picture_that_comes_when_its_team_is_gone_goes_the_same_way(crew: Crew, model: ImageModel) -> None:
    generation = make_generation(crew[Role.MEMBER], model, team=crew.team)
    make_job(generation, State.UNKNOWN, position=1)  # nobody knows yet whether it was made
    announce_end(crew.seat(Role.OWNER), Ending.NOWHERE)
    let_time_pass()
    assert end_due_teams() == 1
    late = make_picture(generation)
    end_due_teams()
    late.refresh_from_db()
    assert late.trashed_at is not None

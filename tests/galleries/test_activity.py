"""What happened in a team: written as it happens, seen by its people, and no more than they may see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from images_app.galleries import comments
from images_app.images import actions
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams import activity
from images_app.teams.audience import Audience
from images_app.teams.invitations import invite, join
from images_app.teams.models import Deed, Happening, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import leave
from tests.rows import make_generation, make_picture
from tests.teamwork.conftest import Crew, crew

__all__ = ["crew"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def picture(crew: Crew, model: ImageModel) -> StoredImage:
    """Kept to its maker."""
    return make_picture(make_generation(crew[Role.MEMBER], model, "Plaster arches", team=crew.team))


def page_of(client: Client, crew: Crew, query: str = "") -> str:
    return client.get(f"/team/{crew.team.slug}/activity/{query}").content.decode()


def kinds() -> list[str]:
    return list(Happening.objects.order_by("pk").values_list("kind", flat=True))


def test_what_people_do_stands_on_the_page(crew: Crew, picture: StoredImage, client_of: ClientOf) -> None:
    member, viewer = crew[Role.MEMBER], crew[Role.VIEWER]
    actions.show(member, [picture.pk], Audience.TEAM)
    comments.say(StoredImage.objects.get(), viewer, "The stair reads well")
    actions.favourite(viewer, picture, True)
    page = page_of(client_of(crew[Role.OWNER]), crew)
    assert "<b>Mx Member</b> showed a picture" in page
    assert "<b>Mx Viewer</b> commented on a picture" in page and "The stair reads well" in page
    assert "<b>Mx Viewer</b> loves a picture" in page
    assert "Today" in page


def test_a_picture_kept_to_oneself_again_takes_its_story_along(
    crew: Crew, picture: StoredImage, client_of: ClientOf
) -> None:
    actions.show(crew[Role.MEMBER], [picture.pk], Audience.TEAM)
    comments.say(StoredImage.objects.get(), crew[Role.MEMBER], "Between us")
    client = client_of(crew[Role.OWNER])
    assert "Between us" in page_of(client, crew)
    actions.show(crew[Role.MEMBER], [picture.pk], Audience.PRIVATE)
    page = page_of(client, crew)
    assert "Between us" not in page and str(picture.pk) not in page
    actions.show(crew[Role.MEMBER], [picture.pk], Audience.TEAM)
    assert kinds() == [Deed.SHOWN, Deed.COMMENT], "shown again is told where it was told first"
    actions.trash(crew[Role.MEMBER], [picture.pk])
    assert "Between us" not in page_of(client, crew)


def test_a_heart_taken_back_is_forgotten(crew: Crew, picture: StoredImage) -> None:
    actions.show(crew[Role.MEMBER], [picture.pk], Audience.TEAM)
    for on in (True, True, False, True):
        actions.favourite(crew[Role.ADMIN], picture, on)
    assert kinds() == [Deed.SHOWN, Deed.HEART]


def test_who_comes_and_goes_is_told(crew: Crew, bob: User, client_of: ClientOf) -> None:
    made = invite(crew.team, crew[Role.OWNER], Role.MEMBER, days=7, uses=2)
    join(bob, made.address.split("/")[-2])
    leave(crew.seat(Role.VIEWER))
    page = page_of(client_of(bob), crew)
    assert "<b>Bob Bright</b> joined the team" in page and "<b>Mx Viewer</b> left the team" in page


def test_a_days_pictures_and_hearts_are_summed_up(crew: Crew, model: ImageModel, client_of: ClientOf) -> None:
    member, made = crew[Role.MEMBER], []
    for number in range(12):
        generation = make_generation(member, model, f"Number {number}", team=crew.team)
        made.append(make_picture(generation, audience=Audience.TEAM))
    activity.note_pictures(made)
    actions.favourite_many(crew[Role.ADMIN], [picture.pk for picture in made[:3]], True)
    page = page_of(client_of(crew[Role.OWNER]), crew)
    assert "showed 12 pictures" in page and "and 4 more" in page
    assert "<b>Mx Admin</b> loves 3 pictures" in page


def test_it_is_filtered_by_person_and_by_kind(crew: Crew, picture: StoredImage, client_of: ClientOf) -> None:
    actions.show(crew[Role.MEMBER], [picture.pk], Audience.TEAM)
    comments.say(StoredImage.objects.get(), crew[Role.ADMIN], "Well made")
    client = client_of(crew[Role.OWNER])
    by_admin = page_of(client, crew, f"?person={crew[Role.ADMIN].pk}")
    assert "Well made" in by_admin and "showed a picture" not in by_admin
    pictures = page_of(client, crew, "?kind=pictures")
    assert "showed a picture" in pictures and "Well made" not in pictures
    assert "Nothing here matches" in page_of(client, crew, "?kind=people")


def test_older_pages_neither_skip_nor_repeat(crew: Crew, bob: User, client_of: ClientOf) -> None:
    begin = timezone.now()
    Happening.objects.bulk_create(
        Happening(team=crew.team, person=bob, kind=Deed.JOINED, created_at=begin - timedelta(minutes=n // 3))
        for n in range(130)
    )
    client, seen, query = client_of(crew[Role.OWNER]), 0, ""
    for _ in range(3):
        response = client.get(f"/team/{crew.team.slug}/activity/{query}")
        seen += response.content.decode().count("joined the team")
        query = response.context["older"]
    assert (seen, query) == (130, "")


def test_strangers_get_the_404_of_no_team(crew: Crew, bob: User, client_of: ClientOf) -> None:
    assert client_of(bob).get(f"/team/{crew.team.slug}/activity/").status_code == 404
    assert client_of(bob).get("/team/nowhere/activity/").status_code == 404


def test_nothing_is_written_down_in_a_personal_team(alice: User, model: ImageModel) -> None:
    own = make_picture(make_generation(alice, model))
    comments.say(own, alice, "Note to myself")
    actions.favourite(alice, own, True)
    assert kinds() == []

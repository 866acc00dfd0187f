"""What people who left a team have left in it: its owner and admins look after it, and nobody else sees more of it."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from images_app.collections import actions as collecting
from images_app.collections.models import Collection
from images_app.galleries.views import left as left_views
from images_app.galleries.zips import seen
from images_app.images.access import decided_by, leavers, trash_of
from images_app.images.actions import restore, restore_removed, show, trash
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Deed, Happening, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import leave, remove
from tests.galleries.test_team import hang, join, shown

ClientOf = Callable[[User], Client]
PAGE, GALLERY = "/team/northwind/left/", "/team/northwind/"
PRIVATE, TEAM = Audience.PRIVATE, Audience.TEAM


@pytest.fixture
def northwind(alice: User) -> Team:
    return make_team(alice, "Northwind")


@pytest.fixture
def crew(northwind: Team, alice: User) -> dict[Role, User]:
    roles = (Role.ADMIN, Role.MEMBER, Role.VIEWER)
    return {Role.OWNER: alice} | {role: join(northwind, f"Mx {role.label}", role) for role in roles}


@pytest.fixture
def mira(northwind: Team) -> User:
    return join(northwind, "Mira")


def seat(person: User, team: Team) -> Membership:
    return Membership.objects.select_related("team", "person").get(person=person, team=team)


def gone(person: User, team: Team) -> User:
    leave(seat(person, team))
    return person


def ids(images: Iterable[StoredImage]) -> set[Any]:
    return {image.pk for image in images}


@pytest.mark.parametrize("role", list(Role))
def test_whoever_keeps_the_team_reaches_a_private_picture_of_somebody_who_left(
    role: Role, crew: dict[Role, User], mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    keeps, client = role in {Role.OWNER, Role.ADMIN}, client_of(crew[role])
    key = {"If-None-Match": '"t"'}  # the row has no bytes

    def reached() -> list[int]:
        bytes_of = (f"/images/{image.pk}/{size}/" for size in ("thumbnail", "preview", "original"))
        etags = ({"If-None-Match": f'"{letter}"'} for letter in "tpo")
        found = [client.get(f"/images/{image.pk}/").status_code]
        return found + [
            client.get(address, headers=key).status_code for address, key in zip(bytes_of, etags, strict=True)
        ]

    assert reached() == [404] * 4
    gone(mira, northwind)
    assert reached() == ([200, 304, 304, 304] if keeps else [404] * 4)
    assert seen(crew[role], [image.pk]) == ([image.pk] if keeps else [])
    assert client.get(PAGE).status_code == (200 if keeps else 403)
    assert ("People who left" in client.get(GALLERY).content.decode()) is keeps
    Membership.objects.create(team=northwind, person=mira)
    assert reached() == [404] * 4
    assert client_of(mira).get(f"/images/{image.pk}/thumbnail/", headers=key).status_code == 304


def test_strangers_and_the_one_who_left_reach_nothing(
    alice: User, bob: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    make_team(bob, "Elsewhere")  # keeping another team is no key to this one
    gone(mira, northwind)
    for person in (bob, mira):
        client = client_of(person)
        assert client.get(PAGE).status_code == client.get(f"/images/{image.pk}/").status_code == 404
        assert not decided_by(person).filter(pk=image.pk).exists()


def test_the_tab_is_there_while_there_is_anything_in_it(
    alice: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    client = client_of(alice)

    def tab() -> bool:
        return f'href="{PAGE}"' in client.get(GALLERY).content.decode()

    image = hang(mira, northwind, model, audience=PRIVATE)
    assert not tab()
    gone(mira, northwind)
    assert tab()
    trash(alice, [image.pk])
    assert not tab()
    assert "Nobody who left has a picture here." in client.get(PAGE).content.decode()


def test_the_list_has_what_left_people_made_here_and_says_what_the_team_sees_of_it(
    alice: User, crew: dict[Role, User], mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    private = hang(mira, northwind, model, "A quiet heron", audience=PRIVATE)
    public = hang(mira, northwind, model, "A loud heron")
    hang(mira, northwind, model, audience=PRIVATE, trashed_at=timezone.now())
    hang(mira, mira.personal_team() or northwind, model)
    hang(crew[Role.MEMBER], northwind, model)
    gone(mira, northwind)
    page = client_of(alice).get(PAGE).content.decode()
    assert shown(page) == [str(public.pk), str(private.pk)]
    assert "Mira: A quiet heron" in page
    assert page.count("Shown to the team") == 1
    assert "2 pictures" in page
    assert list(leavers(northwind)) == [mira]


def test_a_picture_that_came_after_they_left_is_among_them(
    alice: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    gone(mira, northwind)
    image = hang(mira, northwind, model, audience=PRIVATE)  # a call that was sent is paid, and stored
    assert shown(client_of(alice).get(PAGE).content.decode()) == [str(image.pk)]


def test_words_and_people_narrow_the_list(
    alice: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    kenji = join(northwind, "Kenji")
    one = hang(mira, northwind, model, "A heron", audience=PRIVATE)
    two = hang(kenji, northwind, model, "An otter", audience=PRIVATE)
    hang(alice, northwind, model, "An otter of her own", audience=PRIVATE)
    for person in (mira, kenji):
        gone(person, northwind)
    client = client_of(alice)
    for query, found in (
        ("text=otter", [two]),
        (f"person={mira.pk}", [one]),
        (f"person={mira.pk}&text=otter", []),
        (f"person={alice.pk}", []),
        ("person=me", []),
        ("shape=wide", [two, one]),
        ("shape=tall", []),
    ):
        assert shown(client.get(f"{PAGE}?{query}").content.decode()) == [str(image.pk) for image in found]


def test_pages_of_the_list_lose_and_double_nothing(
    alice: User,
    mira: User,
    northwind: Team,
    model: ImageModel,
    client_of: ClientOf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(left_views, "FIRST_PAGE", 2)
    monkeypatch.setattr(left_views, "PAGE_SIZE", 2)
    people = [mira, join(northwind, "Kenji")]
    made = [hang(people[number % 2], northwind, model, audience=PRIVATE) for number in range(7)]
    for person in people:
        gone(person, northwind)
    client, query, found = client_of(alice), "?", []
    while query:
        response = client.get(f"{PAGE}{query}")
        found += shown(response.content.decode())
        query = response.context["older"]
    assert found == [str(image.pk) for image in reversed(made)]


def test_a_keeper_shows_them_to_the_team_and_is_the_one_who_did(
    crew: dict[Role, User], mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    gone(mira, northwind)
    assert show(crew[Role.MEMBER], [image.pk], TEAM) == show(crew[Role.VIEWER], [image.pk], TEAM) == 0
    admin, member = client_of(crew[Role.ADMIN]), client_of(crew[Role.MEMBER])
    page = admin.get(f"/images/{image.pk}/").content.decode()
    assert "Only the owner and admins of Northwind, because Mira has left." in page
    assert "Share by link" not in page
    admin.post("/images/audience/", {"ids": image.pk, "audience": "1"})
    assert member.get(f"/images/{image.pk}/").status_code == 200
    assert Happening.objects.get(kind=Deed.SHOWN, image=image).person == crew[Role.ADMIN]
    admin.post(f"/team/northwind/images/{image.pk}/hiding/")
    assert member.get(f"/images/{image.pk}/").status_code == 404
    assert admin.get(f"/images/{image.pk}/").status_code == 200


def test_they_are_hung_in_a_collection_of_the_team_once_they_are_shown_to_it(
    alice: User, crew: dict[Role, User], mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    gone(mira, northwind)
    collecting.make(alice, "Hall", team=northwind, audience=TEAM)
    # As access hands it out: with what Alice may do there.
    hall = Collection.objects.get(title="Hall")
    assert collecting.kept_back(alice, hall, [image.pk]) == 1
    assert collecting.add(alice, hall, [image.pk]) == 0
    form = {"ids": image.pk, "collection": hall.pk}
    assert "not shown to Northwind yet" in client_of(alice).post("/collections/items/", form).content.decode()
    client_of(alice).post("/collections/items/", {**form, "reveal": "1"})
    assert hall.items.count() == 1
    assert client_of(crew[Role.VIEWER]).get(f"/images/{image.pk}/").status_code == 200


def test_every_keeper_takes_out_of_the_trash_what_one_of_them_put_there(
    alice: User, crew: dict[Role, User], mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    gone(mira, northwind)
    assert trash(crew[Role.MEMBER], [image.pk]).count == 0
    client_of(crew[Role.ADMIN]).post("/images/trash/", {"ids": image.pk})
    page = client_of(alice).get("/trash/").content.decode()
    assert "Mira: A heron" in page
    key = {"If-None-Match": '"t"'}
    for role, person in crew.items():
        keeps = role in {Role.OWNER, Role.ADMIN}
        status = client_of(person).get(f"/images/{image.pk}/thumbnail/", headers=key).status_code
        assert status == (304 if keeps else 404)
        assert ids(trash_of(person)) == ({image.pk} if keeps else set())
    assert restore(crew[Role.MEMBER], [image.pk]) == 0
    assert restore(alice, [image.pk]) == 1
    image.refresh_from_db()
    assert (image.trashed_at, image.trashed_by) == (None, None)


def test_a_removal_is_undone_by_its_moment(
    alice: User, mira: User, northwind: Team, model: ImageModel
) -> None:
    mine, theirs = hang(alice, northwind, model), hang(mira, northwind, model, audience=PRIVATE)
    gone(mira, northwind)
    removed = trash(alice, [mine.pk, theirs.pk])
    assert removed.count == 2
    assert restore_removed(alice, removed.moment) == 2
    assert ids(decided_by(alice)) == {mine.pk, theirs.pk}


def test_what_somebody_threw_away_before_they_left_is_nobodys_to_look_at(
    alice: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    trash(mira, [image.pk])
    gone(mira, northwind)
    assert not trash_of(alice).exists()
    client = client_of(alice)
    assert client.get(f"/images/{image.pk}/").status_code == 404
    assert client.get(f"/images/{image.pk}/thumbnail/", headers={"If-None-Match": '"t"'}).status_code == 404
    assert restore(alice, [image.pk]) == restore_removed(alice) == 0


def test_whoever_comes_back_has_theirs_again_out_of_the_trash_too(
    alice: User, mira: User, northwind: Team, model: ImageModel
) -> None:
    one, two = (hang(mira, northwind, model, audience=PRIVATE) for _ in range(2))
    gone(mira, northwind)
    trash(alice, [one.pk])
    Membership.objects.create(team=northwind, person=mira)
    assert not ids(decided_by(alice)) & {one.pk, two.pk}
    assert not trash_of(alice).exists()
    assert ids(trash_of(mira)) == {one.pk}
    assert ids(decided_by(mira)) == {two.pk}


def test_somebody_who_was_switched_off_keeps_their_seat_and_their_pictures_to_themselves(
    alice: User, mira: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(mira, northwind, model, audience=PRIVATE)
    User.objects.filter(pk=mira.pk).update(is_active=False)
    assert client_of(alice).get(f"/images/{image.pk}/").status_code == 404
    remove(seat(mira, northwind), seat(alice, northwind))
    assert client_of(alice).get(f"/images/{image.pk}/").status_code == 200


def test_pictures_that_came_from_a_team_that_ended_are_looked_after_as_well(
    alice: User, northwind: Team, model: ImageModel
) -> None:
    """Their makers never had a seat here."""
    stranger = make_person("stranger@example.com", "correct horse battery", name="Stranger")
    image = hang(stranger, northwind, model, audience=PRIVATE)
    assert list(leavers(northwind)) == [stranger]
    assert ids(decided_by(alice)) == {image.pk}


def test_the_people_page_says_what_becomes_of_them(
    crew: dict[Role, User], northwind: Team, client_of: ClientOf
) -> None:
    for role in (Role.OWNER, Role.MEMBER):
        page = client_of(crew[role]).get("/team/northwind/people/").content.decode()
        assert "private pictures as well: its owner and admins see all of it from then on" in page

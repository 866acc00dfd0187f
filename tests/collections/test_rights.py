"""Who sees a collection and who may do what there, as every address answers it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from images_app.collections import actions, people
from images_app.collections.access import collections_seen_by, items_of
from images_app.collections.models import Collection, Contributor, Right
from images_app.images.actions import hide, trash
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork.actions import leave
from tests.collections.conftest import Pictures

ClientOf = Callable[[User], Client]

# What each verb needs, and the form it takes.
VERBS: dict[str, tuple[Right, str]] = {
    "page": (Right.VIEW, ""),
    "people": (Right.VIEW, ""),
    "reveal": (Right.VIEW, "post"),
    "items": (Right.ADD, "post"),
    "removal": (Right.ADD, "post"),
    "arrange": (Right.MANAGE, ""),
    "edit": (Right.MANAGE, "post"),
    "order": (Right.MANAGE, "post"),
    "cover": (Right.MANAGE, "post"),
    "links": (Right.MANAGE, ""),
    "give": (Right.MANAGE, "post"),
    "let_go": (Right.MANAGE, "post"),
    "deletion": (Right.MANAGE, "post"),
}


def status(client: Client, verb: str, shown: Collection, other: User) -> int:
    """What an address answers somebody."""
    at, image = shown.get_absolute_url(), shown.items.order_by("place")[0].image_id
    person = str(other.pk)
    named: dict[str, tuple[str, dict[str, Any]]] = {
        "page": (at, {}),
        "arrange": (f"{at}?arrange=1", {}),
        "edit": (at, {"title": "Hall", "audience": shown.audience}),
        "items": ("/collections/items/", {"ids": str(image), "collection": str(shown.pk)}),
        "give": (reverse("collection_people", args=[shown.pk]), {"person": person, "can": "1"}),
        "let_go": (reverse("collection_person_removal", args=[shown.pk, other.pk]), {}),
    }
    sent = {"ids": str(image), "image": str(image), "step": "1"}
    address, body = named.get(verb) or (f"/collections/{shown.pk}/{verb}/", sent)
    answer = client.post(address, body) if VERBS[verb][1] else client.get(address)
    return int(answer.status_code)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["owner", "maker", "member", "adder", "manager", "viewer", "stranger"])
def test_what_a_collection_of_the_team_allows(
    verb: str,
    who: str,
    alice: User,
    kenji: User,
    mara: User,
    vera: User,
    bob: User,
    hall: Collection,
    client_of: ClientOf,
) -> None:
    if who in ("adder", "manager"):
        people.give(kenji, hall, mara.pk, Right.ADD if who == "adder" else Right.MANAGE)
    people.give(kenji, hall, vera.pk, Right.MANAGE)  # a viewer of the team looks, whatever they are given
    person = {"owner": alice, "maker": kenji, "viewer": vera, "stranger": bob}.get(who, mara)
    right = {"owner": Right.MANAGE, "maker": Right.MANAGE, "adder": Right.ADD, "manager": Right.MANAGE}
    found = status(client_of(person), verb, hall, vera)
    if who == "stranger":
        assert found == 404 or (verb, found) == ("items", 302)  # their form names no collection of theirs
    elif right.get(who, Right.VIEW) < VERBS[verb][0] and (who, verb) != ("viewer", "let_go"):
        assert found == 403
    else:
        assert found in (200, 302)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("who", ["owner", "member", "let in", "stranger"])
def test_a_private_collection_is_there_only_for_those_who_were_let_in(
    verb: str, who: str, alice: User, kenji: User, mara: User, bob: User, den: Collection, client_of: ClientOf
) -> None:
    person = {"owner": alice, "stranger": bob}.get(who, mara)
    if who == "let in":
        people.give(kenji, den, mara.pk, Right.VIEW)
    found = status(client_of(person), verb, den, alice)
    if who != "let in":
        assert found == 404 or (verb, found) == ("items", 302)
        assert "Den" not in client_of(person).get("/collections/", follow=True).content.decode()
    else:
        assert found in ((200, 302) if VERBS[verb][0] == Right.VIEW else (403,))
    assert den.items.count() == 1


def test_without_a_right_the_page_offers_no_deed(mara: User, hall: Collection, client_of: ClientOf) -> None:
    page = client_of(mara).get(hall.get_absolute_url()).content.decode()
    for words in ("Arrange", "Delete", "Generate into it", "Take out", "Make cover", "Add people"):
        assert words not in page
    assert "Seen by everybody in Northwind" in page


def test_who_leaves_the_team_loses_every_collection_and_gets_no_right_back(
    kenji: User, mara: User, den: Collection, northwind: Team
) -> None:
    people.give(kenji, den, mara.pk, Right.MANAGE)
    leave(Membership.objects.get(team=northwind, person=mara))
    assert not collections_seen_by(mara).filter(team=northwind).exists()
    Membership.objects.create(team=northwind, person=mara, role=Role.MEMBER)
    assert not collections_seen_by(mara).filter(pk=den.pk).exists()


def test_a_collection_outlives_its_maker_in_the_team(
    alice: User, kenji: User, hall: Collection, den: Collection, northwind: Team
) -> None:
    leave(Membership.objects.get(team=northwind, person=kenji))
    assert {one.pk: one.can for one in collections_seen_by(alice)} == {hall.pk: Right.MANAGE}
    assert not collections_seen_by(kenji).filter(team=northwind).exists()
    Membership.objects.create(team=northwind, person=kenji, role=Role.MEMBER)
    assert {one.pk for one in collections_seen_by(kenji)} == {hall.pk, den.pk}


def test_somebody_let_in_leaves_by_themselves(
    kenji: User, mara: User, den: Collection, client_of: ClientOf
) -> None:
    people.give(kenji, den, mara.pk, Right.VIEW)
    client_of(mara).post(reverse("collection_person_removal", args=[den.pk, mara.pk]))
    assert not Contributor.objects.exists()


def test_nobody_is_let_in_from_outside_and_the_maker_cannot_be_demoted(
    kenji: User, mara: User, bob: User, hall: Collection, client_of: ClientOf
) -> None:
    people.give(kenji, hall, mara.pk, Right.MANAGE)
    address = reverse("collection_people", args=[hall.pk])
    client = client_of(mara)
    assert client.post(address, {"person": str(bob.pk), "can": "2"}).status_code == 404
    assert client.post(address, {"person": str(kenji.pk), "can": "1"}).status_code == 403
    assert client.post(address, {"person": str(kenji.pk), "can": "9"}).status_code == 404
    assert [one.can for one in Contributor.objects.all()] == [Right.MANAGE]


def test_whoever_may_only_add_takes_out_only_what_they_added(
    kenji: User, mara: User, hall: Collection, pictures: Pictures
) -> None:
    people.give(kenji, hall, mara.pk, Right.ADD)
    [own] = pictures(mara)
    assert actions.add(mara, hall, [own.pk]) == 1
    everything = list(hall.items.values_list("image", flat=True))
    assert [image for image, _ in actions.take_out(mara, hall, everything)] == [own.pk]
    assert hall.items.count() == 3


# --- what others see of the pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["private", "trash", "hidden"])
def test_a_picture_that_is_withdrawn_keeps_its_place_unseen(
    deed: str, alice: User, kenji: User, mara: User, hall: Collection, northwind: Team
) -> None:
    first = items_of(mara, hall)[0].image
    if deed == "private":
        type(first).objects.filter(pk=first.pk).update(audience=Audience.PRIVATE)
    elif deed == "trash":
        trash(kenji, [first.pk])
    else:
        hide(Membership.objects.get(team=northwind, person=alice), first)
    assert (items_of(mara, hall).count(), hall.items.count()) == (2, 3)
    assert items_of(kenji, hall).count() == (2 if deed == "trash" else 3)
    type(first).objects.filter(pk=first.pk).update(audience=Audience.TEAM, trashed_at=None)
    assert items_of(mara, hall)[0].image_id == first.pk


def test_a_private_picture_is_shown_only_after_a_word(
    kenji: User, hall: Collection, pictures: Pictures, client_of: ClientOf
) -> None:
    [own] = pictures(kenji, audience=Audience.PRIVATE)
    sent = {"ids": str(own.pk), "collection": str(hall.pk), "next": "/library/"}
    asked = client_of(kenji).post("/collections/items/", sent).content.decode()
    assert "everybody in Northwind sees it then, with its prompt" in asked
    own.refresh_from_db()
    assert (own.audience, hall.items.count()) == (Audience.PRIVATE, 3)
    assert actions.add(kenji, hall, [own.pk]) == 0  # by no other way either
    answer = client_of(kenji).post("/collections/items/", {**sent, "reveal": "1"}, follow=True)
    assert "1 picture added to Hall." in answer.content.decode()
    own.refresh_from_db()
    assert (own.audience, hall.items.count()) == (Audience.TEAM, 4)


def test_what_was_private_when_a_collection_was_opened_stays_so_until_its_maker_says(
    kenji: User, mara: User, den: Collection, client_of: ClientOf
) -> None:
    client = client_of(kenji)
    client.post(den.get_absolute_url(), {"title": "Den", "audience": "1"})
    assert items_of(mara, den).count() == 0
    page = client.get(den.get_absolute_url()).content.decode()
    assert "1 of the pictures you see here is not shown to Northwind yet." in page
    assert "not shown to Northwind yet" not in client_of(mara).get(den.get_absolute_url()).content.decode()
    client_of(mara).post(reverse("collection_reveal", args=[den.pk]))  # not hers to show
    assert items_of(mara, den).count() == 0
    client.post(reverse("collection_reveal", args=[den.pk]))
    assert items_of(mara, den).count() == 1


def test_a_shared_collection_takes_pictures_of_its_team_only(
    kenji: User, mara: User, hall: Collection, den: Collection, pictures: Pictures, model: Any
) -> None:
    from tests.rows import make_generation, make_picture

    home = make_picture(make_generation(kenji, model, team=kenji.personal_team()))
    [hers] = pictures(mara)
    [secret] = pictures(mara, audience=Audience.PRIVATE)
    ids = [home.pk, hers.pk, secret.pk]
    assert actions.add(kenji, hall, ids, reveal=True) == 1
    assert actions.add(kenji, den, ids) == 2
    secret.refresh_from_db()
    assert secret.audience == Audience.PRIVATE


def test_the_cover_is_chosen_and_another_is_shown_to_whoever_does_not_see_it(
    kenji: User, mara: User, hall: Collection, client_of: ClientOf
) -> None:
    first, _, third = (item.image for item in items_of(kenji, hall))
    client_of(kenji).post(reverse("collection_cover", args=[hall.pk]), {"ids": str(third.pk)})
    page = client_of(mara).get(hall.get_absolute_url()).content.decode()
    assert f'class="colcover" src="/images/{third.pk}/preview/' in page
    type(third).objects.filter(pk=third.pk).update(audience=Audience.PRIVATE)
    page = client_of(mara).get(hall.get_absolute_url()).content.decode()
    assert f'class="colcover" src="/images/{first.pk}/preview/' in page
    cards = client_of(mara).get("/collections/", follow=True).content.decode()
    assert 'data-covers="2"' in cards and f"/images/{first.pk}/thumbnail/" in cards
    assert str(third.pk) not in client_of(mara).get("/collections/", follow=True).content.decode()


# --- addresses --------------------------------------------------------------------------------------------------


def test_an_address_stays_when_the_title_changes_and_none_is_given_twice(
    alice: User, kenji: User, hall: Collection, northwind: Team, client_of: ClientOf
) -> None:
    other = actions.make(alice, "Hall", team=northwind)
    nameless = actions.make(kenji, "広間", team=northwind)
    assert [one.slug for one in (hall, other, nameless)] == ["hall", "hall-2", "collection"]
    client_of(kenji).post(hall.get_absolute_url(), {"title": "Great hall", "audience": "1"})
    hall.refresh_from_db()
    assert (hall.title, hall.slug) == ("Great hall", "hall")
    answer = client_of(kenji).get(f"/collections/{hall.pk}/", follow=True)
    assert answer.redirect_chain == [("/team/northwind/collections/hall/", 302)]


def test_a_text_of_many_lines_fits_to_the_last_character(
    kenji: User, hall: Collection, client_of: ClientOf
) -> None:
    client, at = client_of(kenji), hall.get_absolute_url()
    text = "\r\n".join(["x" * 99] * 20)  # 1,999 with line ends of one character
    assert client.post(at, {"title": "Hall", "audience": "1", "text": text}).status_code == 302
    assert client.post(at, {"title": "Hall", "audience": "1", "text": text + "xx"}).status_code == 422
    assert client.get(at).content.decode().count("<br>") == 19


def test_a_personal_team_has_only_private_ones(alice: User, client_of: ClientOf) -> None:
    home = alice.personal_team()
    assert home is not None
    client_of(alice).post(f"/team/{home.slug}/collections/", {"title": "Mine", "audience": "1"})
    mine = Collection.objects.get()
    assert mine.audience == Audience.PRIVATE
    client_of(alice).post(mine.get_absolute_url(), {"title": "Mine", "audience": "1"})
    mine.refresh_from_db()
    assert mine.audience == Audience.PRIVATE


def test_collections_move_with_a_team_that_ends(
    alice: User, kenji: User, mara: User, hall: Collection, northwind: Team
) -> None:
    home = kenji.personal_team()
    assert home is not None
    people.give(kenji, hall, mara.pk, Right.ADD)
    actions.make(kenji, "Hall", team=home)
    actions.move(northwind, home, kenji)
    hall.refresh_from_db()
    assert (hall.team, hall.audience) == (home, Audience.PRIVATE)
    assert hall.slug.startswith("hall-") and not Contributor.objects.exists()

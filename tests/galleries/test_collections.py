"""Collections: made, filled, put in order, emptied; the pictures outlive them, and nobody else sees any of it."""

import re
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from images_app.collections import access, order
from images_app.collections import actions as collections
from images_app.collections.models import Collection, CollectionItem
from images_app.images.access import images_of
from images_app.images.actions import trash
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture
from tests.threads import at_once

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def make(person: User, model: ImageModel, count: int) -> list[StoredImage]:
    generation = make_generation(person, model, n=count)
    return [make_picture(generation, position=position) for position in range(count)]


def ids(images: list[StoredImage]) -> str:
    return ",".join(str(image.pk) for image in images)


def hanging(collection: Collection) -> list[uuid.UUID]:
    return list(access.items_of(collection.person, collection).values_list("image", flat=True))


@pytest.fixture
def pictures(alice: User, model: ImageModel) -> list[StoredImage]:
    return make(alice, model, 4)


@pytest.fixture
def shelf(alice: User, pictures: list[StoredImage]) -> Collection:
    """Alice's collection of four."""
    collection = collections.make(alice, "Herons")
    collections.add(alice, collection, [picture.pk for picture in pictures])
    return collection


def test_one_is_made_and_shown(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    answer = client.post(reverse("collections"), {"title": "Autumn", "text": "Leaves"}, follow=True)
    assert "Autumn" in answer.content.decode()
    assert "Autumn" in client.get(reverse("collections"), follow=True).content.decode()


def test_a_form_sent_twice_makes_one(alice: User, client_of: ClientOf) -> None:
    for _ in range(2):
        client_of(alice).post(reverse("collections"), {"title": "Autumn"})
    assert Collection.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one(alice: User) -> None:
    for number in range(6):
        made = at_once(*[partial(collections.make, alice, f"Autumn {number}")] * 4)
        assert len(set(made)) == 1
    assert Collection.objects.count() == 6


def test_it_needs_a_name(alice: User, client_of: ClientOf) -> None:
    answer = client_of(alice).post(reverse("collections"), {"title": "  "})
    assert (answer.status_code, Collection.objects.count()) == (422, 0)
    assert "Give the collection a name." in answer.content.decode()


def test_pictures_are_added_to_one_or_to_a_new_one(
    alice: User, pictures: list[StoredImage], client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post(reverse("collection_items"), {"ids": ids(pictures[:2]), "title": "New"})
    made = Collection.objects.get(title="New")
    assert hanging(made) == [picture.pk for picture in pictures[:2]]
    for _ in range(2):
        client.post(reverse("collection_items"), {"ids": ids(pictures), "collection": str(made.pk)})
    assert hanging(made) == [picture.pk for picture in pictures]


def test_all_that_match_are_added(alice: User, pictures: list[StoredImage], client_of: ClientOf) -> None:
    client_of(alice).post(reverse("collection_items"), {"all": "1", "match": "", "title": "All"})
    assert len(hanging(Collection.objects.get())) == 4


def test_strangers_pictures_and_collections_are_not_found(
    alice: User, bob: User, shelf: Collection, model: ImageModel, client_of: ClientOf
) -> None:
    [theirs] = make(bob, model, 1)
    client, before = client_of(bob), hanging(shelf)
    for name in (
        "collection",
        "collection_deletion",
        "collection_removal",
        "collection_order",
        "collection_cover",
    ):
        assert client.post(reverse(name, args=[shelf.pk]), {"title": "Mine"}).status_code == 404
    assert client.get(reverse("collection", args=[shelf.pk])).status_code == 404
    client.post(reverse("collection_items"), {"ids": ids([theirs]), "collection": str(shelf.pk)})
    client_of(alice).post(reverse("collection_items"), {"ids": ids([theirs]), "collection": str(shelf.pk)})
    assert hanging(shelf) == before
    assert "Herons" not in client.get(reverse("collections"), follow=True).content.decode()


def test_it_is_renamed_and_deleted_and_its_pictures_stay(
    alice: User, shelf: Collection, client_of: ClientOf
) -> None:
    client, address = client_of(alice), shelf.get_absolute_url()
    client.post(address, {"title": "Storks", "text": "Long legs"})
    page = client.get(address).content.decode()
    assert "Storks" in page and "Long legs" in page
    client.post(reverse("collection_deletion", args=[shelf.pk]))
    assert (Collection.objects.count(), images_of(alice).count()) == (0, 4)


def test_pictures_are_taken_out_and_put_back_where_they_were(
    alice: User, shelf: Collection, pictures: list[StoredImage], client_of: ClientOf
) -> None:
    client, address = client_of(alice), reverse("collection_removal", args=[shelf.pk])
    before = hanging(shelf)
    answer = client.post(address, {"ids": ids(pictures[1:3])}, headers=HTMX).content.decode()
    assert "2 pictures taken out of Herons." in answer
    assert len(hanging(shelf)) == 2
    back = re.findall(r'name="back" value="([^"]*)"', answer)[0].replace("&quot;", '"')
    for _ in range(2):
        client.post(address, {"back": back})
    assert hanging(shelf) == before


@pytest.mark.parametrize(
    "back",
    ["", "{}", "[]", "null", '{"x":1}', '{"%s":NaN}', '{"%s":"a"}', "[" * 9000, '{"%s":1' + "0" * 400 + "}"],
)
def test_a_broken_undo_hangs_nothing(
    alice: User, shelf: Collection, pictures: list[StoredImage], client_of: ClientOf, back: str
) -> None:
    collections.take_out(alice, shelf, [pictures[0].pk])
    sent = {"back": back.replace("%s", str(pictures[0].pk))}
    client_of(alice).post(reverse("collection_removal", args=[shelf.pk]), sent)
    assert len(hanging(shelf)) == 3


def test_a_picture_moves_by_a_step_and_stops_at_the_ends(
    alice: User, shelf: Collection, pictures: list[StoredImage], client_of: ClientOf
) -> None:
    client, address = client_of(alice), reverse("collection_order", args=[shelf.pk])
    first, second, third, fourth = (picture.pk for picture in pictures)
    client.post(address, {"image": str(first), "step": "1"})
    assert hanging(shelf) == [second, first, third, fourth]
    for _ in range(3):
        client.post(address, {"image": str(fourth), "step": "-1"})
    assert hanging(shelf) == [fourth, second, first, third]
    client.post(address, {"image": str(fourth), "step": "-1"})
    client.post(address, {"image": str(third), "step": "1"})
    assert hanging(shelf) == [fourth, second, first, third]


def test_a_picture_is_hung_before_or_behind_another_or_at_the_end(
    alice: User, shelf: Collection, pictures: list[StoredImage]
) -> None:
    first, second, third, fourth = (picture.pk for picture in pictures)
    assert order.hang(alice, shelf, fourth, before=second) == 2
    assert hanging(shelf) == [first, fourth, second, third]
    assert order.hang(alice, shelf, first, after=second) == 3
    assert hanging(shelf) == [fourth, second, first, third]
    assert order.hang(alice, shelf, fourth) == 4
    assert order.hang(alice, shelf, uuid.uuid4()) == 0
    assert hanging(shelf) == [second, first, third, fourth]


def test_there_is_always_room_between_two(
    alice: User, shelf: Collection, pictures: list[StoredImage]
) -> None:
    first, second, third, fourth = (picture.pk for picture in pictures)
    for turn in range(120):  # more halves than a float has
        order.hang(alice, shelf, (third, fourth)[turn % 2], after=first)
    assert hanging(shelf) == [first, fourth, third, second]
    places = list(shelf.items.values_list("place", flat=True))
    assert len(set(places)) == 4


def test_what_is_in_the_trash_hangs_nowhere_until_it_is_back(
    alice: User, shelf: Collection, pictures: list[StoredImage], client_of: ClientOf
) -> None:
    removed = trash(alice, [pictures[0].pk])
    assert removed.count == 1
    page = client_of(alice).get(shelf.get_absolute_url()).content.decode()
    assert str(pictures[0].pk) not in page
    assert "3 pictures" in page
    assert CollectionItem.objects.count() == 4


def test_both_pages_ask_no_more_for_more(
    alice: User, shelf: Collection, model: ImageModel, client_of: ClientOf
) -> None:
    client = client_of(alice)

    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    pages = [reverse("team_collections", args=[shelf.team.slug]), shelf.get_absolute_url()]
    pages.append(pages[1] + "?arrange=1")
    asked(pages[0])  # what a first visit asks besides
    before = [asked(page) for page in pages]
    collections.add(alice, shelf, [image.pk for image in make(alice, model, 5)])
    for number in range(3):
        collections.add(
            alice, collections.make(alice, f"No. {number}"), [image.pk for image in make(alice, model, 4)]
        )
    assert [asked(page) for page in pages] == before


def test_a_long_collection_has_pages(
    alice: User, shelf: Collection, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images_app.galleries.views.collections.PICTURES", 3)
    client, address = client_of(alice), shelf.get_absolute_url()
    first = client.get(address).content.decode()
    [more] = set(re.findall(r'href="(\?before=[^"]+)"', first))
    second = client.get(address + more).content.decode()
    assert (first.count("tile-a"), second.count("tile-a")) == (3, 1)
    part = client.get(address + more, headers=HTMX).content.decode()
    assert "<html" not in part and part.count("tile-a") == 1
    assert client.get(address + "?before=x").status_code == 404


@pytest.mark.parametrize("name", ["collection_deletion", "collection_removal", "collection_order"])
def test_nothing_is_done_by_a_link(alice: User, shelf: Collection, client_of: ClientOf, name: str) -> None:
    assert client_of(alice).get(reverse(name, args=[shelf.pk])).status_code == 405


# --- asked for from elsewhere ----------------------------------------------------------------------------------


def test_a_page_asks_where_to_hang_some_pictures(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    generation = make_generation(alice, model, n=2)
    mine = [make_picture(generation, position=position) for position in range(2)]
    foreign = make_picture(make_generation(bob, model))
    collections.make(alice, "Herons")
    collections.make(bob, "Secret")
    address = f"/collections/items/?ids={mine[0].pk},{mine[1].pk},{foreign.pk}&next=/"
    html = client_of(alice).get(address).content.decode()
    assert f'name="ids" value="{mine[0].pk},{mine[1].pk}"' in html
    assert 'name="next" value="/"' in html
    assert "Herons" in html
    assert "Secret" not in html
    inside = client_of(alice).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inside
    assert "Add 2 pictures to a collection" in inside


@pytest.mark.parametrize("ids", ["", "x", "%00", "{0}"])
def test_without_a_picture_of_ones_own_there_is_nothing_to_hang(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf, ids: str
) -> None:
    foreign = make_picture(make_generation(bob, model))
    assert client_of(alice).get(f"/collections/items/?ids={ids.format(foreign.pk)}").status_code == 404

"""A picture in the trash: nowhere to be met but there, and all as it was when it is back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from images_app.collections import access
from images_app.collections import actions as collections
from images_app.galleries.comments import say
from images_app.galleries.family import family_of
from images_app.galleries.views import trash
from images_app.images import actions
from images_app.images.models import Favourite, StoredImage
from images_app.jobs.near import near_pictures
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]


@pytest.fixture
def thrown(alice: User, model: ImageModel) -> StoredImage:
    image = make_picture(make_generation(alice, model, "A heron at dawn"))
    actions.trash(alice, [image.pk])
    return image


def test_nothing_leads_to_it(
    alice: User, bob: User, model: ImageModel, thrown: StoredImage, client_of: ClientOf
) -> None:
    other = make_picture(make_generation(alice, model))
    client, page = client_of(alice), reverse("image", args=[thrown.pk])
    own = client.get(page).content.decode()
    assert reverse("images_restore") in own
    assert 'id="say"' not in own
    assert client_of(bob).get(page).status_code == 404
    assert client.get(f"/compare/?a={thrown.pk}&b={other.pk}").status_code == 404
    assert client.post(reverse("image_comments", args=[thrown.pk]), {"text": "Hello"}).status_code == 404
    assert client.post(reverse("favourite", args=[thrown.pk])).status_code == 404
    assert page not in client.get("/library/?text=dawn").content.decode()
    assert page not in client.get("/").content.decode()


def test_the_studio_says_where_it_is(alice: User, thrown: StoredImage, client_of: ClientOf) -> None:
    assert "In the trash" in client_of(alice).get("/").content.decode()
    StoredImage.objects.get(pk=thrown.pk).delete()  # its days are over
    page = client_of(alice).get("/").content.decode()
    assert "In the trash" not in page
    assert "Its picture was removed." in page


def test_no_new_picture_starts_from_it(alice: User, thrown: StoredImage, client_of: ClientOf) -> None:
    assert client_of(alice).get(f"/?from={thrown.pk}").status_code == 404


def test_its_family_goes_on_without_it(alice: User, model: ImageModel, thrown: StoredImage) -> None:
    remix = make_picture(make_generation(alice, model, parent_image=thrown))
    beyond = make_picture(make_generation(alice, model, parent_image=remix))
    family = family_of(alice, beyond)
    assert family.ancestors == [remix]
    actions.trash(alice, [beyond.pk])
    assert family_of(alice, remix).descendants == []


def test_no_prompt_is_near_to_its(alice: User, thrown: StoredImage) -> None:
    assert near_pictures(alice, ["A heron at dawn"]) == []
    actions.restore(alice, [thrown.pk])
    assert [near.id for near in near_pictures(alice, ["A heron at dawn"])] == [thrown.pk]


def test_it_is_put_into_no_collection(alice: User, thrown: StoredImage) -> None:
    assert collections.add(alice, collections.make(alice, "Herons"), [thrown.pk]) == 0


def test_it_comes_back_as_it_was(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    images = [make_picture(make_generation(alice, model)) for _ in range(3)]
    collection = collections.make(alice, "Herons")
    collections.add(alice, collection, [image.pk for image in images])
    actions.favourite(alice, images[1], on=True)
    say(images[1], alice, "The best of them")
    actions.restore_removed(alice, actions.trash(alice, [images[1].pk]).moment)
    hanging: Any = access.items_of(alice, collection).values_list("image", flat=True)
    assert list(hanging) == [image.pk for image in images]
    assert Favourite.objects.filter(image=images[1]).exists()
    page = client_of(alice).get(reverse("image", args=[images[1].pk])).content.decode()
    assert "The best of them" in page


def test_its_pages_skip_and_repeat_none_while_pictures_are_restored(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trash, "PAGE_SIZE", 2)
    images = [make_picture(make_generation(alice, model)) for _ in range(6)]
    actions.trash(alice, [image.pk for image in images[:3]])  # at one moment: their ids tell them apart
    for image in images[3:]:
        actions.trash(alice, [image.pk])
    client, seen, query = client_of(alice), [], ""
    for _ in range(3):
        page = client.get(f"/trash/{query}").content.decode()
        shown = re.findall(r'name="ids" value="([^"]+)"', page)
        seen += shown
        actions.restore(alice, shown[:1])
        query = "".join(re.findall(r'href="(\?before=[^"]+)">More', page))
    assert not query
    together = sorted((str(image.pk) for image in images[:3]), reverse=True)
    assert seen == [*(str(image.pk) for image in images[:2:-1]), *together]


def test_a_page_whose_pictures_are_all_restored_does_not_call_the_trash_empty(
    alice: User, model: ImageModel, client_of: ClientOf, thrown: StoredImage
) -> None:
    page = client_of(alice).get("/trash/?before=20200101T000000000000-" + "0" * 32).content.decode()
    assert "Nothing further down." in page
    assert "The trash is empty." not in page

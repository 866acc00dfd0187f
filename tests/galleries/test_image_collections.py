"""One picture into a collection and out of it, from its own page."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.collections import access
from images_app.collections import actions as collections
from images_app.images import actions
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]


@pytest.fixture
def picture(alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "A heron"))


def sent_by(page: str) -> dict[str, str]:
    """What the form of the collections sends besides the button pressed."""
    [form] = re.findall(r'<form class="keep".*?</form>', page, re.S)
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
    del fields["csrfmiddlewaretoken"]
    return fields


def test_without_script_a_new_collection_is_made_and_the_page_says_so(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    client, address = client_of(alice), f"/images/{picture.pk}/"
    sent = {**sent_by(client.get(address).content.decode()), "title": "Reeds"}
    answer = client.post("/collections/items/", sent, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    page = answer.content.decode()
    assert "1 picture added to Reeds." in page
    made = access.collections_seen_by(alice).get()
    assert f'<a class="link" href="{made.get_absolute_url()}" dir="auto">Reeds</a>' in page


def test_a_collection_it_hangs_in_comes_first_and_takes_it_out_again(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    old, _ = (collections.make(alice, title) for title in ("Reeds", "Boats"))
    collections.add(alice, old, [picture.pk])
    client = client_of(alice)
    page = client.get(f"/images/{picture.pk}/").content.decode()
    assert page.index(">Reeds</span>") < page.index(">Boats</span>")
    [out] = re.findall(r'formaction="([^"]+/removal/)"', page)
    after = client.post(out, sent_by(page), follow=True).content.decode()
    assert "1 picture taken out of Reeds." in after
    assert not old.items.exists()
    assert "/removal/" not in after.split('class="keep"')[1]


def test_only_ones_own_collections_are_offered(
    alice: User, bob: User, picture: StoredImage, client_of: ClientOf
) -> None:
    collections.make(bob, "Not Alice's")
    assert "Not Alice" not in client_of(alice).get(f"/images/{picture.pk}/").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_collections(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    for count in (2, 20):
        for number in range(count):
            made = collections.make(alice, f"{count}, {number}")
            collections.add(alice, made, [picture.pk])
        client.get(f"/images/{picture.pk}/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/images/{picture.pk}/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_picture_in_the_trash_offers_the_way_back_to_its_person_only(
    alice: User, bob: User, picture: StoredImage, client_of: ClientOf
) -> None:
    actions.trash(alice, [picture.pk])
    client, address = client_of(alice), f"/images/{picture.pk}/"
    page = client.get(address).content.decode()
    assert "This picture is in the trash." in page
    assert client_of(bob).get(address).status_code == 404
    answer = client.post("/images/restore/", {"ids": str(picture.pk), "next": address}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert 'class="view"' in answer.content.decode()

"""One picture's page."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db
HOSTILE = [
    "</script><script>alert(1)</script>",
    "{{ settings.SECRET_KEY }}",
    "\u202e<img src=x>",
    "😀" * 4000,
]
ClientOf = Callable[[User], Client]


def way(page: str, rel: str) -> str:
    """The id the previous or next link leads to, or nothing."""
    found = re.search(rf'rel="{rel}" href="/images/([0-9a-f-]{{36}})/"', page)
    return found[1] if found else ""


@pytest.fixture
def picture(alice: User, model: ImageModel) -> StoredImage:
    generation = make_generation(alice, model, "Plaster arches, late light", size="1792x1024", n=4)
    return make_picture(generation, revised_prompt="Plaster arches on a bare floor, late light")


def page_of(client: Client, picture: StoredImage) -> str:
    response = client.get(f"/images/{picture.pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_shows_the_prompt_the_recipe_and_what_the_model_was_told(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    page = page_of(client_of(alice), picture)
    assert "Plaster arches, late light</h1>" in page
    assert "<ins>on a bare floor</ins>" in page
    for words in (
        "DALL·E 3",
        "Standard",
        "Vivid",
        "$0.04",
        "12 s",
        "1792 × 1024 px",
        "PNG, 1.2 MB",
        picture.sha256[:16],
    ):
        assert words in page, words


def test_its_buttons_lead_to_remix_run_again_and_the_original(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    page = page_of(client_of(alice), picture)
    assert f'href="/?from={picture.pk}"' in page
    assert f'action="/generations/{picture.job.generation_id}/again/"' in page
    assert f'href="/images/{picture.pk}/original/?download=1"' in page
    assert "4 pictures, about $0.32" in page


def test_a_stranger_gets_the_same_404_as_for_a_random_id(
    bob: User, picture: StoredImage, client_of: ClientOf
) -> None:
    client = client_of(bob)
    foreign = client.get(f"/images/{picture.pk}/")
    random = client.get(f"/images/{uuid.uuid4()}/")
    assert foreign.status_code == random.status_code == 404
    assert foreign.content == random.content


@pytest.mark.parametrize("id", ["1", "x", "../jobs", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_no_page(alice: User, client_of: ClientOf, id: str) -> None:
    assert client_of(alice).get(f"/images/{id}/").status_code == 404


def test_the_page_is_only_read(alice: User, picture: StoredImage, client_of: ClientOf) -> None:
    assert client_of(alice).post(f"/images/{picture.pk}/").status_code == 405


def test_the_arrows_walk_the_strip_and_then_on_to_the_neighbours(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    now = timezone.now()
    older = make_picture(make_generation(alice, model, at=now - timedelta(hours=2)))
    generation = make_generation(alice, model, at=now - timedelta(hours=1), n=2)
    strip = [make_picture(generation, position=position) for position in (0, 1)]
    newer = make_picture(make_generation(alice, model, at=now))
    make_picture(make_generation(bob, model, at=now - timedelta(minutes=30)))
    client = client_of(alice)
    row = [newer, *strip, older]
    pages = [page_of(client, picture) for picture in row]
    ids = [str(picture.pk) for picture in row]
    assert [way(page, "prev") for page in pages] == ["", *ids[:-1]]
    assert [way(page, "next") for page in pages] == [*ids[1:], ""]
    assert "1 of 2" in pages[1]


def test_a_remix_shows_what_it_came_from_and_the_first_what_it_became(
    alice: User, model: ImageModel, picture: StoredImage, client_of: ClientOf
) -> None:
    remix = make_picture(make_generation(alice, model, "arches at dusk", parent_image=picture))
    client = client_of(alice)
    came, became = page_of(client, remix), page_of(client, picture)
    assert "Came from" in came and f'<a href="/images/{picture.pk}/">' in came
    assert "Became" in became and f'<a href="/images/{remix.pk}/">' in became


def test_a_parent_of_another_person_is_not_shown(
    alice: User, bob: User, model: ImageModel, picture: StoredImage, client_of: ClientOf
) -> None:
    remix = make_picture(make_generation(bob, model, "arches at dusk", parent_image=picture))
    page = page_of(client_of(bob), remix)
    assert "Came from" not in page
    assert str(picture.pk) not in page


def test_a_model_told_exactly_this_is_said_to_be(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    exact = make_picture(make_generation(alice, model, "a boat"), revised_prompt="a boat")
    silent = make_picture(make_generation(alice, model, "a boat"))
    client = client_of(alice)
    assert "The model was told exactly this." in page_of(client, exact)
    assert "did not say what the model was told" in page_of(client, silent)


def test_what_was_left_out_can_be_seen(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    picture = make_picture(make_generation(alice, model, "my boss in marble"), revised_prompt="in marble")
    page = page_of(client_of(alice), picture)
    assert "<del>my boss </del>" in page
    assert "What was left out" in page


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(alice: User, model: ImageModel, client_of: ClientOf, words: str) -> None:
    picture = make_picture(
        make_generation(alice, model, words), revised_prompt=f"{words} <b>told</b> {words}"
    )
    page = page_of(client_of(alice), picture)
    assert "<script>" not in page
    assert "<img src=x>" not in page
    assert "<b>told" not in page
    assert words.replace("<", "&lt;").replace(">", "&gt;") in page


def test_the_number_of_queries_does_not_grow_with_the_strip(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    for n in (3, 30):
        generation = make_generation(alice, model, n=n)
        pictures = [make_picture(generation, position=position) for position in range(n)]
        page_of(client, pictures[0])
        with CaptureQueriesContext(connection) as captured:
            page_of(client, pictures[1])
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_lightbox_gets_the_same_view_without_the_page(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    client = client_of(alice)
    whole, part = (
        client.get(f"/images/{picture.pk}/"),
        client.get(f"/images/{picture.pk}/", headers={"HX-Request": "true"}),
    )
    assert b"<html" in whole.content and b"<html" not in part.content
    assert b'<article class="view"' in part.content
    assert "HX-Request" in whole["Vary"] and "HX-Request" in part["Vary"]

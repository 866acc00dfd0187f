"""Two pictures beside each other."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from images_app.galleries.compare import pair_of
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


@pytest.fixture
def two(alice: User, model: ImageModel) -> tuple[StoredImage, StoredImage]:
    left = make_picture(make_generation(alice, model, "A heron"))
    right = make_picture(make_generation(alice, model, "A heron", quality="hd"), width=1024, height=1792)
    return left, right


def test_the_page_shows_both_and_what_sets_them_apart(
    alice: User, two: tuple[StoredImage, StoredImage], client_of: ClientOf
) -> None:
    left, right = two
    page = client_of(alice).get(f"/compare/?a={left.pk}&b={right.pk}").content.decode()
    for image in two:
        assert f"/images/{image.pk}/preview/" in page
    assert "<td>Standard</td><td>HD</td>" in page
    assert '<td colspan="2">DALL·E 3</td>' in page


def test_the_labels_say_only_what_differs(alice: User, model: ImageModel) -> None:
    left = make_picture(make_generation(alice, model))
    right = make_picture(make_generation(alice, model, quality="hd"))
    same = make_picture(make_generation(alice, model), bytes=99)
    assert pair_of(alice, left.pk, right.pk).labels == ("Standard", "HD")
    assert pair_of(alice, left.pk, same.pk).labels == ("A", "B")


def test_two_that_are_picked_lead_here(
    alice: User, two: tuple[StoredImage, StoredImage], client_of: ClientOf
) -> None:
    left, right = two
    there = f"/compare/?a={left.pk}&b={right.pk}"
    client = client_of(alice)
    for ids in ([left.pk, right.pk], f"{left.pk},{right.pk}"):  # boxes, and what the script sends
        assert client.post("/compare/", {"ids": ids}).headers["Location"] == there


@pytest.mark.parametrize("count", [0, 1, 3])
def test_other_than_two_lead_back_with_a_word(
    alice: User, model: ImageModel, client_of: ClientOf, count: int
) -> None:
    generation = make_generation(alice, model, n=3)
    ids = [make_picture(generation, position=position).pk for position in range(3)][:count]
    answer = client_of(alice).post("/compare/", {"ids": ids, "next": "/library/?text=x"}, follow=True)
    assert answer.redirect_chain == [("/library/?text=x", 302)]
    assert "Pick two pictures to compare." in answer.content.decode()


def compared(person: User, model: ImageModel, batch: uuid.UUID, pictures: int) -> list[StoredImage]:
    generation = make_generation(person, model, "A heron", n=2, batch=batch, compare=True)
    return [make_picture(generation, position=position) for position in range(pictures)]


def test_models_compared_by_one_press_lead_to_the_first_of_each(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    batch = uuid.uuid4()
    compared(bob, model, batch, 2)
    first, none, second, third = (compared(alice, model, batch, count) for count in (2, 0, 2, 1))
    assert none == []
    answer = client_of(alice).get(f"/compare/?batch={batch}", follow=True)
    assert answer.redirect_chain == [(f"/compare/?a={first[0].pk}&b={second[0].pk}", 302)]
    page = answer.content.decode()
    for other in (first[1], second[1], *third):
        assert f'<a href="?a={first[0].pk}&amp;b={other.pk}">' in page


@pytest.mark.parametrize("batch", ["{0}", "x", ""])
def test_before_two_models_have_a_picture_the_studio_says_so(
    alice: User, model: ImageModel, client_of: ClientOf, batch: str
) -> None:
    press = uuid.uuid4()
    compared(alice, model, press, 2)
    answer = client_of(alice).get(f"/compare/?batch={batch.format(press)}", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Two models must have made a picture first." in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?a={0}", "?a={0}&b=x", "?ids={0}&ids={0}", "?a={0}&b=%00"])
def test_what_is_no_pair_is_no_page(
    alice: User, two: tuple[StoredImage, StoredImage], client_of: ClientOf, query: str
) -> None:
    assert client_of(alice).get(f"/compare/{query.format(two[0].pk)}").status_code == 404


def test_a_strangers_picture_is_compared_with_nothing(
    alice: User, bob: User, model: ImageModel, two: tuple[StoredImage, StoredImage], client_of: ClientOf
) -> None:
    theirs = make_picture(make_generation(bob, model))
    client = client_of(bob)
    foreign = client.get(f"/compare/?a={theirs.pk}&b={two[0].pk}")
    nothing = client.get(f"/compare/?a={theirs.pk}&b={uuid.uuid4()}")
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.content == nothing.content


def test_both_shapes_fit_in_one_frame(two: tuple[StoredImage, StoredImage], alice: User) -> None:
    left, right = two  # 7:4 and 4:7
    assert pair_of(alice, left.pk, right.pk).shape == "1:1"
    assert pair_of(alice, left.pk, left.pk).shape == "7:4"

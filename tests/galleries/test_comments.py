"""What is said about a picture: by its page's plain forms, and by htmx."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from images_app.galleries.comments import LONGEST
from images_app.galleries.models import Comment
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def picture(alice: User, model: ImageModel) -> StoredImage:
    return make_picture(make_generation(alice, model, "Plaster arches"))


def page_of(client: Client, picture: StoredImage) -> str:
    return client.get(f"/images/{picture.pk}/").content.decode()


@pytest.fixture
def comment(alice: User, picture: StoredImage) -> Comment:
    return Comment.objects.create(image=picture, person=alice, text="First thought")


def test_a_comment_stands_on_the_page_with_its_author(
    alice: User, picture: StoredImage, client_of: ClientOf
) -> None:
    client = client_of(alice)
    response = client.post(f"/images/{picture.pk}/comments/", {"text": "The stair reads well."})
    assert (response.status_code, response["Location"]) == (302, f"/images/{picture.pk}/#comments")
    page = page_of(client, picture)
    assert "The stair reads well." in page
    assert "<b>Alice Ardent</b>" in page


def test_htmx_gets_the_comments_alone(alice: User, picture: StoredImage, client_of: ClientOf) -> None:
    response = client_of(alice).post(f"/images/{picture.pk}/comments/", {"text": "Yes"}, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count('id="comments"') == 1
    assert "Yes" in page and "<html" not in page


@pytest.mark.parametrize("text", ["", "   \n ", "\u200f", "x" * (LONGEST + 1), "a\0b"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_no_words_or_too_many_are_refused_and_kept_in_the_box(
    alice: User, picture: StoredImage, client_of: ClientOf, text: str, headers: dict[str, str]
) -> None:
    response = client_of(alice).post(f"/images/{picture.pk}/comments/", {"text": text}, headers=headers)
    assert response.status_code == 422
    assert 'id="say-p"' in response.content.decode()
    assert Comment.objects.count() == 0


def test_the_longest_comment_fits(alice: User, picture: StoredImage, client_of: ClientOf) -> None:
    client_of(alice).post(f"/images/{picture.pk}/comments/", {"text": "😀" * LONGEST})
    assert Comment.objects.get().text == "😀" * LONGEST


def test_hostile_words_stay_words(alice: User, picture: StoredImage, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.post(
        f"/images/{picture.pk}/comments/", {"text": "</textarea><script>alert(1)</script> {{ 7|add:1 }}"}
    )
    page = page_of(client, picture)
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;&lt;script&gt;" in page
    assert "{{ 7|add:1 }}" in page


def test_ones_own_comment_is_reworded_and_says_so(
    alice: User, picture: StoredImage, comment: Comment, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post(f"/comments/{comment.pk}/", {"text": "Second thought"})
    comment.refresh_from_db()
    assert (comment.text, comment.edited_at is None) == ("Second thought", False)
    assert ", edited" in page_of(client, picture)


def test_the_same_words_again_are_no_edit(alice: User, comment: Comment, client_of: ClientOf) -> None:
    client_of(alice).post(f"/comments/{comment.pk}/", {"text": comment.text})
    comment.refresh_from_db()
    assert comment.edited_at is None


@pytest.mark.parametrize(
    ("sent", "spot"),
    [
        ({}, (0.25, 0.5)),
        ({"spot_x": "0.75", "spot_y": "0.1"}, (0.75, 0.1)),
        ({"spot_x": "", "spot_y": ""}, None),
    ],
)
def test_a_pin_stays_moves_or_goes_with_an_edit(
    alice: User,
    comment: Comment,
    client_of: ClientOf,
    sent: dict[str, str],
    spot: tuple[float, float] | None,
) -> None:
    Comment.objects.filter(pk=comment.pk).update(spot_x=0.25, spot_y=0.5)
    client_of(alice).post(f"/comments/{comment.pk}/", {"text": comment.text, **sent})
    comment.refresh_from_db()
    assert (comment.spot, comment.edited_at is None) == (spot, spot == (0.25, 0.5))


def test_a_rewording_without_words_is_refused_beside_its_box(
    alice: User, comment: Comment, client_of: ClientOf
) -> None:
    response = client_of(alice).post(f"/comments/{comment.pk}/", {"text": ""})
    assert response.status_code == 422
    assert f'id="e-{comment.pk}-p"' in response.content.decode()
    comment.refresh_from_db()
    assert comment.text == "First thought"


def test_ones_own_comment_is_deleted(
    alice: User, picture: StoredImage, comment: Comment, client_of: ClientOf
) -> None:
    response = client_of(alice).post(f"/comments/{comment.pk}/removal/")
    assert response["Location"] == f"/images/{picture.pk}/#comments"
    assert not Comment.objects.exists()


def test_nobody_rewords_what_somebody_else_said(
    alice: User, bob: User, picture: StoredImage, client_of: ClientOf
) -> None:
    theirs = Comment.objects.create(image=picture, person=bob, text="Bob was here")
    client = client_of(alice)
    assert client.post(f"/comments/{theirs.pk}/", {"text": "Alice was here"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.text == "Bob was here"
    page = page_of(client, picture)
    assert "Bob was here" in page and f'"/comments/{theirs.pk}/"' not in page


def test_a_pin_stands_on_the_picture_with_the_number_of_its_comment(
    alice: User, picture: StoredImage, comment: Comment, client_of: ClientOf
) -> None:
    client = client_of(alice)
    client.post(f"/images/{picture.pk}/comments/", {"text": "Here", "spot_x": "0.25", "spot_y": "0.5"})
    pinned = Comment.objects.get(text="Here")
    assert (pinned.spot_x, pinned.spot_y) == (0.25, 0.5)
    page = page_of(client, picture)
    assert 'cx="25.00%" cy="50.00%"' in page
    assert f'href="#c-{pinned.pk}" aria-label="Pin 1: comment of Alice Ardent"' in page
    assert f'href="#pin-{pinned.pk}"' in page and f'href="#pin-{comment.pk}"' not in page


def test_a_pin_lies_right_in_a_picture_that_does_not_fill_its_frame(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    # 1900 by 1000 stands in a frame of 2:1 and fills 95 % of its width.
    odd = make_picture(make_generation(alice, model), width=1900, height=1000)
    client_of(alice).post(f"/images/{odd.pk}/comments/", {"text": "Left edge", "spot_x": "0", "spot_y": "0"})
    assert 'cx="2.50%" cy="0.00%"' in page_of(client_of(alice), odd)


@pytest.mark.parametrize(
    "spot",
    [{"spot_x": "0.5"}, {"spot_x": "", "spot_y": ""}],
)
def test_half_a_pin_is_none(
    alice: User, picture: StoredImage, client_of: ClientOf, spot: dict[str, str]
) -> None:
    client_of(alice).post(f"/images/{picture.pk}/comments/", {"text": "Somewhere", **spot})
    assert Comment.objects.get().spot_x is None


@pytest.mark.parametrize("x", ["-0.1", "1.01", "nan", "inf", "left"])
def test_a_pin_beside_the_picture_is_refused(
    alice: User, picture: StoredImage, client_of: ClientOf, x: str
) -> None:
    answer = client_of(alice).post(
        f"/images/{picture.pk}/comments/", {"text": "Somewhere", "spot_x": x, "spot_y": "0.5"}
    )
    assert answer.status_code == 422
    assert not Comment.objects.exists()


def test_a_stranger_says_nothing(
    bob: User, picture: StoredImage, comment: Comment, client_of: ClientOf
) -> None:
    client = client_of(bob)
    for address in (
        f"/images/{picture.pk}/comments/",
        f"/comments/{comment.pk}/",
        f"/comments/{comment.pk}/removal/",
        f"/comments/{uuid.uuid4()}/",
    ):
        assert client.post(address, {"text": "hello"}).status_code == 404
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("address", ["/images/{}/comments/", "/comments/{}/", "/comments/{}/removal/"])
def test_nothing_is_said_by_looking(
    alice: User, picture: StoredImage, client_of: ClientOf, address: str
) -> None:
    assert client_of(alice).get(address.format(picture.pk)).status_code == 405

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


def test_somebody_elses_comment_is_not_touched(
    alice: User, bob: User, picture: StoredImage, client_of: ClientOf
) -> None:
    theirs = Comment.objects.create(image=picture, person=bob, text="Bob was here")
    client = client_of(alice)
    for address in (f"/comments/{theirs.pk}/", f"/comments/{theirs.pk}/removal/"):
        assert client.post(address, {"text": "Alice was here"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.text == "Bob was here"
    page = page_of(client, picture)
    assert "Bob was here" in page and f"/comments/{theirs.pk}/" not in page


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

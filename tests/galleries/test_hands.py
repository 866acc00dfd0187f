"""What is done to many pictures at once, through HTTP: own pictures only, said in words, and taken back."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from images_app.images.access import images_of, trash_of
from images_app.images.models import Favourite, StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
DEEDS = ["images_trash", "images_restore", "images_favourite", "images_zip"]


def make(person: User, model: ImageModel, count: int, prompt: str = "A heron") -> list[StoredImage]:
    generation = make_generation(person, model, prompt, n=count)
    return [make_picture(generation, position=position) for position in range(count)]


def ids(images: list[StoredImage]) -> str:
    return ",".join(str(image.pk) for image in images)


def fields(html: str) -> dict[str, str]:
    """What the undo form of an answer sends."""
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', html))


def test_many_go_into_the_trash_and_the_undo_brings_them_back(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 3), client_of(alice)
    answer = client.post(reverse("images_trash"), {"ids": ids(images[:2])}, headers=HTMX).content.decode()
    assert "2 pictures moved to the trash." in answer
    assert list(images_of(alice)) == [images[2]]
    undone = client.post(reverse("images_restore"), fields(answer), headers=HTMX).content.decode()
    assert "2 pictures restored." in undone
    assert images_of(alice).count() == 3


def test_without_script_the_next_page_offers_the_undo(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 2), client_of(alice)
    sent = {"ids": [str(image.pk) for image in images], "next": "/library/"}
    page = client.post(reverse("images_trash"), sent, follow=True).content.decode()
    notice = page.split('class="notices"')[1].split("</ul>")[0]
    assert "2 pictures moved to the trash." in notice
    client.post(reverse("images_restore"), fields(notice))
    assert images_of(alice).count() == 2


def test_a_second_press_changes_nothing(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    images, client = make(alice, model, 1), client_of(alice)
    for _ in range(2):
        answer = client.post(reverse("images_trash"), {"ids": ids(images)}, headers=HTMX)
    assert answer.status_code == 200
    assert "None of these" in answer.content.decode()
    assert trash_of(alice).count() == 1


def test_a_stranger_can_do_nothing_to_it(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 2), client_of(bob)
    client_of(alice).post(reverse("images_trash"), {"ids": ids(images[:1])})
    moment = trash_of(alice).get().trashed_at
    assert moment
    for deed in DEEDS:
        for sent in ({"ids": ids(images)}, {"all": "1"}, {"at": moment.isoformat()}, {"everything": "1"}):
            nobodys = {name: str(uuid.uuid4()) if name == "ids" else text for name, text in sent.items()}
            theirs, none = (client.post(reverse(deed), body, headers=HTMX) for body in (sent, nobodys))
            assert theirs.status_code == none.status_code == 200
            assert words(theirs.content.decode()) == words(none.content.decode())
    assert (images_of(alice).count(), trash_of(alice).count()) == (1, 1)
    assert not Favourite.objects.exists()


def words(html: str) -> list[str]:
    return re.findall(r"<span data-words>(.*?)</span>", html)


@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_is_done_by_a_link_or_without_signing_in(
    alice: User, client: Client, client_of: ClientOf, deed: str
) -> None:
    assert client_of(alice).get(reverse(deed)).status_code == 405
    assert client.post(reverse(deed)).status_code == 302
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert checked.post(reverse(deed)).status_code == 403


NO_MOMENTS = ["2026-11-23", "0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "2026-13-01T00:00"]


@pytest.mark.parametrize("sent", ["", "no-id", "' OR 1=1", "\x00", ",,,", "é" * 50, *NO_MOMENTS])
@pytest.mark.parametrize("deed", DEEDS)
def test_what_is_no_id_is_no_picture(
    alice: User, model: ImageModel, client_of: ClientOf, deed: str, sent: str
) -> None:
    make(alice, model, 1)
    assert client_of(alice).post(reverse(deed), {"ids": sent, "at": sent}, headers=HTMX).status_code == 200
    assert images_of(alice).count() == 1


def test_all_that_match_are_those_the_filters_show(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    foxes, herons = make(alice, model, 3, "A fox"), make(alice, model, 2)
    client_of(alice).post(reverse("images_favourite"), {"all": "1", "match": "text=fox"})
    assert set(Favourite.objects.values_list("image", flat=True)) == {image.pk for image in foxes}
    client_of(alice).post(reverse("images_trash"), {"all": "1", "match": "text=fox"})
    assert set(images_of(alice)) == set(herons)


def test_hearts_for_many_are_put_on_and_taken_off(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 3), client_of(alice)
    for _ in range(2):
        client.post(reverse("images_favourite"), {"ids": ids(images)})
    assert Favourite.objects.filter(person=alice).count() == 3
    client.post(reverse("images_favourite"), {"ids": ids(images[:2]), "on": "0"})
    assert Favourite.objects.filter(person=alice).count() == 1


def test_from_the_page_of_the_picture_it_leads_to_the_library(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    [image] = make(alice, model, 1)
    sent = {"ids": str(image.pk), "next": reverse("image", args=[image.pk])}
    assert client_of(alice).post(reverse("images_trash"), sent)["Location"] == reverse("library")


def test_what_is_in_the_trash_is_shown_nowhere_else(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 2), client_of(alice)
    client.post(reverse("images_trash"), {"ids": ids(images[:1])})
    assert "is in the trash" in client.get(reverse("image", args=[images[0].pk])).content.decode()
    assert str(images[0].pk) not in client.get(reverse("library")).content.decode()
    assert client.post(reverse("favourite", args=[images[0].pk])).status_code == 404


def test_the_trash_says_how_long_each_stays(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    images, client = make(alice, model, 3), client_of(alice)
    for image, days in zip(images, (0, 28.5, 29.5), strict=True):
        moment = timezone.now() - timedelta(days=days)
        StoredImage.objects.filter(pk=image.pk).update(trashed_at=moment)
    page = client.get(reverse("trash")).content.decode()
    assert re.findall(r'class="quiet n">(.*?)<', page) == [
        "29 days left",
        "1 day left",
        "until today",
    ]


def test_one_picture_or_all_come_back_from_the_trash(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    images, client = make(alice, model, 3), client_of(alice)
    client.post(reverse("images_trash"), {"ids": ids(images)})
    client.post(reverse("images_restore"), {"ids": str(images[0].pk)})
    assert list(images_of(alice)) == [images[0]]
    client.post(reverse("images_restore"), {"everything": "1"})
    assert images_of(alice).count() == 3
    assert "The trash is empty" in client.get(reverse("trash")).content.decode()


def test_the_trash_of_others_is_not_shown(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    [image] = make(alice, model, 1)
    client_of(alice).post(reverse("images_trash"), {"ids": str(image.pk)})
    assert "The trash is empty" in client_of(bob).get(reverse("trash")).content.decode()


def test_the_trash_asks_no_more_for_more_pictures(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    client = client_of(alice)

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("trash"))
        return len(queries)

    client.post(reverse("images_trash"), {"ids": ids(make(alice, model, 1))})
    before: Any = asked()
    client.post(reverse("images_trash"), {"ids": ids(make(alice, model, 5))})
    assert asked() == before

"""A heart on a picture: put on and taken off by its person, never by anybody else."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from images_app.images.models import Favourite, StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def address(image: StoredImage) -> str:
    return reverse("favourite", args=[image.pk])


def hearts(image: StoredImage) -> int:
    return Favourite.objects.filter(image=image).count()


def test_a_heart_is_put_on_and_taken_off(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    image, client = make_picture(make_generation(alice, model)), client_of(alice)
    client.post(address(image))
    assert hearts(image) == 1
    client.post(address(image))
    assert hearts(image) == 0


def test_a_wish_sent_twice_is_one_heart(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    image, client = make_picture(make_generation(alice, model)), client_of(alice)
    for _ in range(2):
        assert client.post(address(image), {"on": "1"}).status_code == 302
    assert hearts(image) == 1
    for _ in range(2):
        client.post(address(image), {"on": "0"})
    assert hearts(image) == 0


def test_htmx_gets_the_heart_as_it_is_now(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    image = make_picture(make_generation(alice, model))
    answer = client_of(alice).post(address(image), {"on": "1"}, headers=HTMX)
    assert 'aria-pressed="true"' in answer.content.decode()


def test_without_script_it_leads_back(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    image, client = make_picture(make_generation(alice, model)), client_of(alice)
    assert client.post(address(image), {"next": "/library/?text=fox"})["Location"] == "/library/?text=fox"
    for elsewhere in ("https://example.com/", "//example.com/", ""):
        assert client.post(address(image), {"next": elsewhere})["Location"] == "/library/"


def test_a_stranger_finds_no_picture(alice: User, bob: User, model: ImageModel, client_of: ClientOf) -> None:
    image = make_picture(make_generation(alice, model))
    assert client_of(bob).post(address(image)).status_code == 404
    assert hearts(image) == 0


def test_a_heart_is_not_set_by_a_link(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    assert client_of(alice).get(address(make_picture(make_generation(alice, model)))).status_code == 405


def test_the_library_shows_whose_heart_is_on_what(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    with_heart = make_picture(make_generation(alice, model))
    make_picture(make_generation(alice, model))
    Favourite.objects.create(person=alice, image=with_heart)
    page = client_of(alice).get("/library/").content.decode()
    assert page.count('aria-pressed="true"') == 1
    assert page.count('data-do="favourite"') == 2

"""What people outside try by a link, in a round and in the public gallery; and what of a picture outlives its showing."""

import hashlib
import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from images_app.collections import actions as collections
from images_app.collections.models import Collection
from images_app.galleries import links
from images_app.galleries.links import Asked
from images_app.galleries.models import Guest, ShareLink
from images_app.images.actions import show, trash
from images_app.images.derive import notes
from images_app.images.models import StoredImage
from images_app.lib.logs import redact
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork import actions as teamwork
from tests.galleries.test_links import (
    _no_tries,
    hall,
    image,
    join,
    kenji,
    make,
    northwind,
    path,
    terms,
)
from tests.rows import make_publication
from tests.threads import at_once

__all__ = ["_no_tries", "hall", "image", "kenji", "northwind"]

ClientOf = Callable[[User], Client]


def asked(**other: Any) -> Asked:
    until = timezone.localdate() + timedelta(days=3)
    plain: Asked = {"pick": True, "score": True, "comment": True, "until": until, "message": ""}
    return plain | other  # type: ignore[return-value]


# --- whose pictures a link may show


def test_a_members_collection_shows_outside_no_others_pictures(
    northwind: Team, image: StoredImage, hall: Collection
) -> None:
    """Kenji's picture is for whoever has his own link, which has a password and hides the original."""
    make("image", image, hall, password="open sesame", downloads=False)
    mallory = join(northwind, "Mallory", Role.MEMBER)
    mine = collections.make(mallory, "Found", team=northwind, audience=Audience.TEAM)
    made = links.make_for_collection(mallory, mine, terms(downloads=True, prompts=True))
    collections.add(mallory, mine, [image.pk])
    assert Client().get(path(made)).status_code == 404
    assert Client().get(f"{path(made)}{image.pk}/original/").status_code == 404


def test_who_keeps_the_team_no_more_shows_no_others_pictures(
    alice: User, northwind: Team, image: StoredImage
) -> None:
    show(image.person, [image.pk], Audience.TEAM)
    admin = join(northwind, "Sam", Role.ADMIN)
    made = links.make_for_image(admin, image, terms())
    assert Client().get(path(made)).status_code == 200
    seats = Membership.objects.filter(team=northwind)
    teamwork.give_role(seats.get(person=admin), Role.MEMBER, seats.get(person=alice))
    assert Client().get(path(made)).status_code == 404
    assert Client().get(f"{path(made)}{image.pk}/preview/").status_code == 404


# --- what the team reads of it afterwards


@pytest.mark.parametrize("ends", ["private", "trashed"])
def test_a_round_does_not_tell_the_prompt_of_what_is_private_again(
    alice: User, image: StoredImage, hall: Collection, client_of: ClientOf, ends: str
) -> None:
    made = make("image", image, hall, round=asked())
    pages = ("/team/northwind/rounds/", f"/team/northwind/rounds/{made.link.pk}/", "/team/northwind/links/")
    assert all("A heron" in client_of(alice).get(page).content.decode() for page in pages)
    show(image.person, [image.pk], Audience.PRIVATE) if ends == "private" else trash(image.person, [image.pk])
    for page in (*pages, f"/team/northwind/links/{made.link.pk}/", f"{pages[1]}export/?as=json"):
        response = client_of(alice).get(page)
        assert response.status_code == 200, page
        assert "heron" not in f"{response.content.decode()} {dict(response.headers)}".lower(), page


def test_a_round_does_not_tell_the_name_of_a_private_collection(
    northwind: Team, image: StoredImage, hall: Collection, client_of: ClientOf
) -> None:
    made = make("collection", image, hall, round=asked())
    other = client_of(join(northwind, "Sam", Role.MEMBER))
    for page in ("/team/northwind/rounds/", f"/team/northwind/rounds/{made.link.pk}/"):
        assert "Hall" not in other.get(page).content.decode()
        assert "Hall" in client_of(image.person).get(page).content.decode()


# --- what gives words away


def test_no_header_lets_a_hidden_prompt_be_guessed(image: StoredImage, hall: Collection) -> None:
    prompt = "A heron at dawn"
    words = hashlib.sha256(prompt.encode()).hexdigest()[:12]
    made = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(made, "WEBP", xmp=notes(prompt))
    key = f"{'0' * 64}-1024-{words}.webp"
    storages["previews"].save(key, ContentFile(made.getvalue()))
    StoredImage.objects.filter(pk=image.pk).update(preview_key=key)
    response = Client().get(f"{path(make('image', image, hall))}{image.pk}/preview/")
    assert response.status_code == 200
    assert words not in str(response.headers)


@pytest.mark.parametrize(
    "place", ["s", "invitations", "notices/unsubscribing", "accounts/password/reset/key"]
)
def test_no_log_keeps_what_opens_a_door(place: str) -> None:
    key = "d7dXk3_-SxT0kEn_of_thirty_two_sig"
    line = redact(f'127.0.0.1:5 - "GET /{place}/{key}/ HTTP/1.1" 200')
    assert key not in line and "/ HTTP/1.1" in line
    assert key not in redact(f"Not Found: /{place}/{key}/zip/")


# --- guests


@pytest.mark.parametrize("name", ["\u202eevil", "a\u2066b", "a\x07b", "a\x1b[31mb", "\u200fa"])
def test_a_guests_name_turns_no_line_around(image: StoredImage, hall: Collection, name: str) -> None:
    made = make("image", image, hall, round=asked())
    Client().post(f"{path(made)}guest/", {"name": name})
    assert all(ord(sign) >= 32 and sign not in "\u202e\u2066\u200f" for sign in Guest.objects.get().name)


def test_names_of_all_scripts_stay_as_they_are(image: StoredImage, hall: Collection) -> None:
    made = make("image", image, hall, round=asked())
    for number, name in enumerate(["می\u200cخواهم", "👩\u200d🚀 Mia", "Zoë", "李雷"]):
        client = Client(REMOTE_ADDR=f"192.0.2.{number + 1}")
        client.post(f"{path(made)}guest/", {"name": name})
        assert Guest.objects.filter(name=name).exists()


def test_one_address_does_not_lock_a_link_for_all_others(image: StoredImage, hall: Collection) -> None:
    made = make("image", image, hall, password="open sesame")
    mallory = Client(REMOTE_ADDR="192.0.2.66")
    statuses = [mallory.post(path(made), {"password": f"guess {n}"}).status_code for n in range(30)]
    assert statuses[-1] == 429
    guest = Client(REMOTE_ADDR="192.0.2.7")
    assert guest.post(path(made), {"password": "open sesame"}).status_code == 302


def test_many_addresses_together_are_held_back_too(image: StoredImage, hall: Collection) -> None:
    made = make("image", image, hall, password="open sesame")
    statuses = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(path(made), {"password": "guess"}).status_code
        for n in range(60)
    ]
    assert 429 in statuses


@pytest.mark.django_db(transaction=True)
def test_no_more_guests_at_once_than_a_link_may_have(
    image: StoredImage, hall: Collection, settings: Settings
) -> None:
    settings.LINK_GUESTS = 2
    made = make("image", image, hall, round=asked())
    clients = [Client(REMOTE_ADDR=f"192.0.2.{n}") for n in range(5)]
    at_once(*(partial(one.post, f"{path(made)}guest/", {"name": "Mia"}) for one in clients))
    assert Guest.objects.count() <= 2


def test_what_only_looks_takes_no_opening(image: StoredImage, hall: Collection) -> None:
    made = make("image", image, hall, view_limit=1)
    client = Client()
    for _ in range(3):
        client.get(path(made))
        client.head(path(made))
        client.get(f"{path(made)}{image.pk}/preview/", headers={"range": "bytes=0-9"})
        client.get(path(made), headers={"sec-purpose": "prefetch", "user-agent": "Slackbot"})
    assert ShareLink.objects.get().views == 0


def test_what_one_link_opened_opens_no_other(image: StoredImage, hall: Collection) -> None:
    one, other = (make("image", image, hall, password=word, round=asked()) for word in ("first", "second"))
    client = Client()
    client.post(path(one), {"password": "first"})
    client.post(f"{path(one)}guest/", {"name": "Mia"})
    key = client.cookies["guest"].value
    assert client.get(path(other)).status_code == 200
    assert "heron" not in client.get(path(other)).content.decode()
    assert client.get(f"{path(other)}{image.pk}/preview/").status_code == 404
    client.post(path(other), {"password": "second"})
    client.cookies["guest"] = key
    assert client.post(f"{path(other)}{image.pk}/answer/", {"picked": "1"}).headers["Location"] == path(other)
    assert Guest.objects.get().votes.count() == 0


# --- everybody


def test_no_words_break_the_feed(image: StoredImage, settings: Settings, model: ImageModel) -> None:
    settings.PUBLIC_GALLERY = True
    User.objects.filter(pk=image.person_id).update(name="Ken\x08ji \ufffe")
    make_publication(image, alt="A\x0bheron\x1b", prompt=False)
    response = Client().get("/gallery/feed/")
    assert response.status_code == 200
    entries = ET.fromstring(response.content).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 1
    assert json.dumps("heron")[1:-1] in response.content.decode()

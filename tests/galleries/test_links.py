"""Links for people outside: what they show, and who makes them. test_link_ends.py knows how they die."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from images_app.collections import actions as collections
from images_app.collections import people
from images_app.collections.models import Collection, Right
from images_app.galleries import links
from images_app.galleries.links import Made
from images_app.galleries.models import ShareLink
from images_app.images.actions import show, trash
from images_app.images.derive import notes
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture
from tests.threads import at_once

ClientOf = Callable[[User], Client]
TERMS: links.Terms = {
    "title": "",
    "password": "",
    "days": 7,
    "view_limit": None,
    "downloads": True,
    "prompts": False,
}
SECRET = "open sesame"


@pytest.fixture(autouse=True)
def _no_tries() -> None:
    cache.clear()


@pytest.fixture
def northwind(alice: User) -> Team:
    return make_team(alice, "Northwind")


def join(team: Team, name: str, role: Role) -> User:
    person = make_person(f"{name.lower()}@example.com", "correct horse battery", name=name)
    Membership.objects.create(team=team, person=person, role=role)
    return person


@pytest.fixture
def kenji(northwind: Team) -> User:
    return join(northwind, "Kenji", Role.MEMBER)


def picture(person: User, team: Team, model: ImageModel, number: int = 0) -> StoredImage:
    """With bytes of its own."""
    image = make_picture(
        make_generation(person, model, "A heron at dawn", team=team),
        original_key=f"o{number}",
        preview_key=f"p{number}",
        thumbnail_key=f"t{number}",
    )
    for alias, key in (("originals", f"o{number}"), ("previews", f"p{number}"), ("previews", f"t{number}")):
        storages[alias].save(key, ContentFile(f"bytes of {key}".encode()))
    return image


@pytest.fixture
def image(kenji: User, northwind: Team, model: ImageModel) -> StoredImage:
    return picture(kenji, northwind, model)


@pytest.fixture
def hall(kenji: User, northwind: Team, image: StoredImage) -> Collection:
    hall = Collection.objects.create(team=northwind, person=kenji, title="Hall")
    collections.add(kenji, hall, [image.pk])
    return hall


def path(made: Made) -> str:
    return "/s/" + made.address.split("/s/")[1]


def terms(**other: Any) -> links.Terms:
    return {**TERMS, **other}  # type: ignore[typeddict-item]


def parts(made: Made, image: StoredImage) -> list[str]:
    """Every address that a link opens."""
    sizes = [f"{image.pk}/{variant}/" for variant in ("thumbnail", "preview", "original")]
    return [path(made) + part for part in ("", f"{image.pk}/", *sizes, "zip/")]


def make(kind: str, image: StoredImage, hall: Collection, **other: Any) -> Made:
    person = image.person
    if kind == "image":
        return links.make_for_image(person, image, terms(**other))
    if kind == "collection":
        return links.make_for_collection(person, hall, terms(**other))
    return links.make_for_selection(person, image.team, [image.pk], terms(**other))


def answer(client: Client, address: str) -> tuple[bytes, dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 404, address
    return response.content, dict(response.headers)


# --- a number of openings


@pytest.mark.django_db(transaction=True)
def test_two_who_come_for_the_last_opening_at_once_do_not_both_get_it(
    image: StoredImage, hall: Collection
) -> None:
    made = make("image", image, hall, view_limit=3)
    statuses = at_once(*[lambda: Client().post(path(made)).status_code] * 6)
    assert sorted(map(str, statuses)) == ["302"] * 3 + ["404"] * 3


def test_a_link_comes_back_with_its_picture(image: StoredImage, hall: Collection) -> None:
    made = make("image", image, hall)
    trash(image.person, [image.pk])
    StoredImage.objects.filter(pk=image.pk).update(trashed_at=None)
    assert Client().get(path(made)).status_code == 200


# --- the password


def test_nothing_stands_open_before_the_password(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall, password=SECRET, title="Herons for the board")
    assert SECRET not in made.link.password
    guest = Client()
    gate = guest.get(path(made)).content.decode()
    assert "Herons" not in gate and str(image.pk) not in gate and "og:" not in gate
    for address in parts(made, image)[1:]:
        assert guest.get(address).status_code in {302, 404}, address
    assert guest.post(path(made), {"password": "wrong"}).status_code == 422
    assert guest.get(f"{path(made)}zip/").status_code == 404
    assert guest.post(path(made), {"password": SECRET}).status_code == 302
    for address in parts(made, image):
        assert guest.get(address).status_code == 200, address
    other = make("collection", image, hall, password=SECRET)
    assert b"Herons" not in guest.get(path(other)).content, "one password opens one link"


def test_passwords_are_not_tried_for_ever(
    image: StoredImage, hall: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "TRIES", 3)
    made = make("image", image, hall, password=SECRET)
    for _ in range(5):  # the right one uses nothing up
        assert Client().post(path(made), {"password": SECRET}).status_code == 302
    statuses = [Client().post(path(made), {"password": "wrong"}).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert Client().post(path(made), {"password": SECRET}).status_code == 429


# --- what it shows


def test_the_token_is_shown_once_and_kept_nowhere(
    kenji: User, image: StoredImage, client_of: ClientOf
) -> None:
    client, page = client_of(kenji), f"/images/{image.pk}/links/"
    assert client.post(page, {"days": "7"}).status_code == 302
    first, second = client.get(page).content.decode(), client.get(page).content.decode()
    [token] = set(re.findall(r"/s/([\w-]{32})/", first))
    assert token not in second
    link = ShareLink.objects.get()
    assert token not in str(vars(link)) and link.hint == token[-4:]
    assert Client().get(f"/s/{token}/").status_code == 200
    image.refresh_from_db()
    assert image.audience == Audience.LINK


def test_without_downloads_there_are_no_originals(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall, downloads=False)
    page = Client().get(path(made)).content.decode()
    assert "/zip/" not in page and "/original/" not in page
    for address in (f"{path(made)}zip/", f"{path(made)}{image.pk}/original/"):
        assert Client().get(address).status_code == 404


def test_hidden_prompts_are_nowhere(image: StoredImage, hall: Collection) -> None:
    made, open_one = make("collection", image, hall), make("collection", image, hall, prompts=True)
    for address in parts(made, image):
        response = Client().get(f"{address}?download=1")
        assert b"heron" not in response.getvalue().lower()
        assert "heron" not in str(response.headers).lower()
    assert b"A heron at dawn" in Client().get(path(open_one)).content
    manifests = []
    for one in (made, open_one):
        archive = zipfile.ZipFile(io.BytesIO(Client().get(f"{path(one)}zip/").getvalue()))
        manifests.append(archive.read("manifest.csv").decode())
        assert len(archive.namelist()) == 2
    assert ["heron" in manifest for manifest in manifests] == [False, True]
    assert not any("price" in manifest for manifest in manifests)


def test_words_in_display_copies_stay_behind(image: StoredImage, hall: Collection) -> None:
    made, sign = io.BytesIO(), "0" * 64
    Image.new("RGB", (9, 9), "red").save(made, "WEBP", xmp=notes("A heron at dawn"))
    for edge in ("preview", "thumbnail"):
        key = f"{sign}-{edge}-abcdef.webp"
        storages["previews"].save(key, ContentFile(made.getvalue()))
        StoredImage.objects.filter(pk=image.pk).update(**{f"{edge}_key": key})
    for prompts in (False, True):
        link = make("image", image, hall, prompts=prompts)
        for edge in ("preview", "thumbnail"):
            response = Client().get(f"{path(link)}{image.pk}/{edge}/")
            if response.status_code == 302:
                continue  # the bucket's own answer, as it was stored
            assert (b"heron" in response.content) is prompts
            with Image.open(io.BytesIO(response.content)) as found:
                assert found.getpixel((4, 4)) == Image.open(made).getpixel((4, 4))
                assert b"trainedAlgorithmicMedia" in found.info["xmp"]


def test_a_link_shows_only_what_is_its_own(
    kenji: User, alice: User, northwind: Team, image: StoredImage, hall: Collection, model: ImageModel
) -> None:
    made = make("collection", image, hall)
    later = picture(kenji, northwind, model, 1)
    elsewhere = picture(kenji, kenji.personal_team() or northwind, model, 2)
    collections.add(kenji, hall, [later.pk, elsewhere.pk])
    StoredImage.objects.filter(pk=elsewhere.pk).update(audience=Audience.PUBLIC)
    stranger = picture(alice, northwind, model, 3)
    StoredImage.objects.filter(pk=stranger.pk).update(audience=Audience.LINK)
    page = Client().get(path(made)).content.decode()
    assert str(image.pk) in page
    for other in (later, elsewhere, stranger):
        assert str(other.pk) not in page
        assert Client().get(f"{path(made)}{other.pk}/").status_code == 404
        assert Client().get(f"{path(made)}{other.pk}/preview/").status_code == 404


@pytest.mark.parametrize("name", ["Kenji Mori", ""])
def test_guests_read_a_name_or_the_teams_and_no_part_of_an_address(
    image: StoredImage, hall: Collection, name: str
) -> None:
    person = image.person
    person.name, person.email = name, "quite.private@example.com"
    person.save()
    page = Client().get(path(make("image", image, hall, title=""))).content.decode()
    assert f"A picture from {name or image.team.name}" in page
    assert "quite" not in page


def test_the_page_says_what_it_is_and_asks_for_no_script(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall, title='Herons & "friends"')
    response = Client().get(path(made))
    page = response.content.decode()
    assert "made with AI" in page and "<script" not in page and 'name="robots" content="noindex' in page
    assert 'property="og:title" content="Herons &amp; &quot;friends&quot;"' in page
    assert re.search(rf'property="og:image" content="https?://[^"]+{image.pk}/preview/"', page)
    assert "script-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert "no-store" in Client().get(f"{path(made)}{image.pk}/preview/")["Cache-Control"]


def test_a_guests_page_asks_as_often_for_many_pictures_as_for_few(
    kenji: User, northwind: Team, image: StoredImage, hall: Collection, model: ImageModel
) -> None:
    counts = []
    for number in (3, 30):
        collections.add(kenji, hall, [picture(kenji, northwind, model, n).pk for n in range(number)])
        made = make("collection", image, hall, prompts=True)
        with CaptureQueriesContext(connection) as captured:
            page = Client().get(path(made)).content.decode()
        counts.append(len(captured))
    assert page.count('class="tile"') == 34
    assert counts[0] == counts[1]


def test_each_guest_counts_once(image: StoredImage, hall: Collection) -> None:
    made, guest = make("collection", image, hall), Client()
    guest.head(path(made))
    for _ in range(3):
        guest.get(path(made))
        guest.get(f"{path(made)}{image.pk}/")
    guest.cookies.clear()  # a program that fetches previews keeps none
    guest.get(path(made))
    Client(REMOTE_ADDR="192.0.2.9").get(path(made))
    made.link.refresh_from_db()
    assert made.link.views == 2
    assert not Session.objects.exists(), "looking leaves nothing behind"


# --- who makes links, and takes them back


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.MEMBER, 302), (Role.ADMIN, 302), (Role.OWNER, 302)]
)
def test_who_may_make_a_link_of_their_own_picture(
    role: Role, status: int, alice: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    person = alice if role is Role.OWNER else join(northwind, "Sam", role)
    own = picture(person, northwind, model)
    response = client_of(person).post(f"/images/{own.pk}/links/", {"days": "7"})
    assert response.status_code == status
    own.refresh_from_db()
    assert (own.audience == Audience.LINK) is (status == 302)
    assert client_of(person).get("/team/northwind/links/").status_code == (403 if status == 403 else 200)


def test_members_make_no_links_of_others_pictures(
    bob: User, northwind: Team, image: StoredImage, hall: Collection, client_of: ClientOf
) -> None:
    show(image.person, [image.pk], Audience.TEAM)
    for person in (join(northwind, "Sam", Role.MEMBER), bob):
        for address in (f"/images/{image.pk}/links/", f"/collections/{hall.pk}/links/"):
            assert client_of(person).post(address, {"days": "7"}).status_code == 404
        posted = {"ids": str(image.pk), "make": "1", "days": "7"}
        assert client_of(person).post("/images/links/", posted).status_code == 404
    assert not ShareLink.objects.exists()


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_keepers_make_links_of_what_the_team_sees_and_of_nothing_private(
    role: Role, alice: User, northwind: Team, image: StoredImage, client_of: ClientOf
) -> None:
    keeper = client_of(alice if role is Role.OWNER else join(northwind, "Sam", role))
    posted = {"ids": str(image.pk), "make": "1", "days": "7"}
    for audience, status in ((Audience.PRIVATE, 404), (Audience.TEAM, 302)):
        show(image.person, [image.pk], audience)
        assert keeper.post(f"/images/{image.pk}/links/", {"days": "7"}).status_code == status
        show(image.person, [image.pk], audience)
        assert keeper.post("/images/links/", posted).status_code == status
    image.refresh_from_db()
    assert image.audience == Audience.LINK


def test_a_keepers_collection_shows_guests_what_others_show_to_the_team(
    alice: User, kenji: User, northwind: Team, image: StoredImage, model: ImageModel
) -> None:
    show(kenji, [image.pk], Audience.TEAM)
    wall = collections.make(alice, "Wall", team=northwind, audience=Audience.TEAM)
    secret = picture(kenji, northwind, model, 1)
    collections.add(alice, wall, [image.pk])
    people.give(alice, wall, kenji.pk, Right.ADD)
    collections.add(kenji, wall, [secret.pk], reveal=True)
    show(kenji, [secret.pk], Audience.PRIVATE)
    page = Client().get(path(links.make_for_collection(alice, wall, TERMS))).content.decode()
    assert str(image.pk) in page and str(secret.pk) not in page


def test_a_member_sees_their_own_links_and_a_keeper_everybodys(
    alice: User, bob: User, northwind: Team, image: StoredImage, hall: Collection, client_of: ClientOf
) -> None:
    made, other = make("image", image, hall), join(northwind, "Sam", Role.MEMBER)
    page, revocation = "/team/northwind/links/", f"/team/northwind/links/{made.link.pk}/revocation/"
    for person, seen in ((other, False), (image.person, True), (alice, True)):
        assert (made.link.hint in client_of(person).get(page).content.decode()) is seen
    for person in (other, bob):
        assert client_of(person).post(revocation).status_code == 404
    assert Client().get(path(made)).status_code == 200
    assert client_of(alice).post(revocation).status_code == 302
    assert Client().get(path(made)).status_code == 404


def test_each_link_of_a_thing_lives_for_itself(image: StoredImage, hall: Collection) -> None:
    one, other = make("image", image, hall), make("image", image, hall)
    links.revoke(one.link, one.link.made_by)
    assert [Client().get(path(made)).status_code for made in (one, other)] == [404, 200]


def test_no_link_lives_longer_than_its_team_allows(
    kenji: User, northwind: Team, image: StoredImage, client_of: ClientOf
) -> None:
    Team.objects.filter(pk=northwind.pk).update(link_days=14, link_days_most=14)
    client, address = client_of(kenji), f"/images/{image.pk}/links/"
    page = client.get(address).content.decode()
    assert re.findall(r'<option value="(\d*)"', page) == ["1", "7", "14"]
    assert 'value="14" selected' in page
    assert client.post(address, {"days": "365"}).status_code == 422
    assert client.post(address, {"days": ""}).status_code == 302
    ends = ShareLink.objects.get().expires_at
    assert ends is not None and ends < timezone.now() + timedelta(days=14, minutes=1)


def test_pictures_picked_become_one_link_in_their_order(
    kenji: User, northwind: Team, image: StoredImage, model: ImageModel, client_of: ClientOf
) -> None:
    other, client = picture(kenji, northwind, model, 1), client_of(kenji)
    form = client.post("/images/links/", {"ids": [other.pk, image.pk]})
    page = client.get(form["Location"])
    assert "Share 2 pictures" in page.content.decode()
    posted = {"ids": f"{other.pk},{image.pk}", "make": "1", "days": "7"}
    page = client.get(client.post("/images/links/", posted)["Location"])
    [token] = set(re.findall(r"/s/([\w-]{32})/", page.content.decode()))
    shown = re.findall(
        rf'href="/s/{token}/([0-9a-f-]{{36}})/"', Client().get(f"/s/{token}/").content.decode()
    )
    assert shown == [str(other.pk), str(image.pk)]

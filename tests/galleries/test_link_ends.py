"""Every way a link can die, and everything it opened then (promise 16): the same 404 as of a link that never was."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from images_app.collections import actions as collections
from images_app.collections.models import Collection
from images_app.galleries import links
from images_app.galleries.links import Asked, Made
from images_app.galleries.models import Guest, ShareLink, Vote
from images_app.images.actions import hide, show, trash
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams.audience import Audience
from images_app.teams.models import Ending, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork import actions as teamwork
from images_app.teamwork.ending import end_due_teams
from tests.galleries.test_links import (
    SECRET,
    TERMS,
    _no_tries,
    answer,
    hall,
    image,
    kenji,
    make,
    northwind,
    parts,
    path,
    picture,
)

__all__ = ["_no_tries", "hall", "image", "kenji", "northwind"]

NOBODYS = "/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/"


# --- how a link dies


def revoked(made: Made, image: StoredImage) -> None:
    assert links.revoke(made.link, made.link.made_by)


def expired(made: Made, image: StoredImage) -> None:
    ShareLink.objects.update(expires_at=timezone.now())


def trashed(made: Made, image: StoredImage) -> None:
    trash(image.person, [image.pk])


def private(made: Made, image: StoredImage) -> None:
    show(image.person, [image.pk], Audience.PRIVATE)


def for_the_team_only(made: Made, image: StoredImage) -> None:
    show(image.person, [image.pk], Audience.TEAM)


def hidden_by_a_keeper(made: Made, image: StoredImage) -> None:
    assert hide(Membership.objects.get(team=image.team, role=Role.OWNER), image)


def maker_removed(made: Made, image: StoredImage) -> None:
    seats = Membership.objects.select_related("team", "person").filter(team=image.team)
    teamwork.remove(seats.get(person=image.person), seats.get(role=Role.OWNER))


def maker_left(made: Made, image: StoredImage) -> None:
    teamwork.leave(Membership.objects.select_related("team", "person").get(team=image.team, role=Role.MEMBER))


def seat_deleted_in_the_admin(made: Made, image: StoredImage) -> None:
    Membership.objects.filter(team=image.team, person=image.person).delete()


def role_changed_in_the_admin(made: Made, image: StoredImage) -> None:
    Membership.objects.filter(team=image.team, person=image.person).update(role=Role.VIEWER)


def maker_locked_out(made: Made, image: StoredImage) -> None:
    User.objects.filter(pk=image.person_id).update(is_active=False)


def team_ended(made: Made, image: StoredImage) -> None:
    Team.objects.filter(pk=image.team_id).update(
        ends_at=timezone.now() - timedelta(seconds=1), ends_with=Ending.MAKERS
    )
    assert end_due_teams() == 1


def maker_looks_on_only(made: Made, image: StoredImage) -> None:
    seats = Membership.objects.select_related("team", "person").filter(team=image.team)
    assert teamwork.give_role(seats.get(person=image.person), Role.VIEWER, seats.get(role=Role.OWNER))


def deleted(made: Made, image: StoredImage) -> None:
    StoredImage.objects.filter(pk=image.pk).delete()


def collection_deleted(made: Made, image: StoredImage) -> None:
    Collection.objects.all().delete()


def taken_down(made: Made, image: StoredImage) -> None:
    image.collection_items.all().delete()


LINK = [
    revoked,
    expired,
    maker_removed,
    maker_left,
    maker_locked_out,
    maker_looks_on_only,
    seat_deleted_in_the_admin,
    role_changed_in_the_admin,
    team_ended,
]
PICTURE = [trashed, private, for_the_team_only, hidden_by_a_keeper, deleted]
KINDS = ["image", "collection", "selection"]
DEATHS = [
    *((kind, die) for die in (*LINK, *PICTURE) for kind in KINDS),
    ("collection", collection_deleted),
    ("collection", taken_down),
]
ROUND: Asked = {
    "pick": True,
    "score": True,
    "comment": True,
    "until": timezone.localdate(),
    "message": "Which?",
}


def posts(made: Made, image: StoredImage) -> dict[str, dict[str, str]]:
    """Everything that guests send, and what with."""
    return {
        path(made): {"password": SECRET},
        f"{path(made)}guest/": {"name": "Mia"},
        f"{path(made)}{image.pk}/answer/": {"picked": "1", "score": "5", "comment": "This one"},
        f"{path(made)}done/": {"done": "1"},
    }


def card(page: bytes) -> str:
    """The address of the picture that other places show of a link."""
    found = re.search(r'property="og:image" content="https?://[^/"]+([^"]+)"', page.decode())
    assert found
    return found[1]


def is_gone(client: Client, made: Made, image: StoredImage, *more: str) -> None:
    """Nothing answers otherwise than a link that never was, and nothing that is sent leaves a trace."""
    never = answer(Client(), NOBODYS)
    votes = sorted(Vote.objects.values_list("pk", "picked", "score"))
    guests = Guest.objects.count()
    for address in (*parts(made, image), *more):
        assert answer(client, address) == never, address
        assert client.head(address).status_code in {404, 405}
    for address, sent in posts(made, image).items():
        response = client.post(address, sent)
        assert (response.content, dict(response.headers)) == never, address
    assert sorted(Vote.objects.values_list("pk", "picked", "score")) == votes
    assert Guest.objects.count() == guests


@pytest.mark.parametrize(("kind", "die"), DEATHS)
def test_a_dead_link_looks_like_one_that_never_was(
    kind: str, die: Callable[[Made, StoredImage], None], image: StoredImage, hall: Collection
) -> None:
    made, guest = make(kind, image, hall, round=ROUND), Client()
    for address in parts(made, image):
        response = guest.get(address)
        assert response.status_code == 200, address
        getattr(response, "getvalue", lambda: b"")()
    for address, sent in posts(made, image).items():
        assert guest.post(address, sent).status_code == 302, address
    assert Vote.objects.get().score == 5
    preview = card(guest.get(path(made)).content)
    die(made, image)
    for client in (guest, Client()):
        is_gone(client, made, image, preview)


@pytest.mark.parametrize("die", [*PICTURE, taken_down])
def test_of_several_pictures_one_that_is_gone_is_gone_alone(
    die: Callable[[Made, StoredImage], None],
    kenji: User,
    northwind: Team,
    image: StoredImage,
    hall: Collection,
    model: ImageModel,
) -> None:
    other = picture(kenji, northwind, model, 1)
    collections.add(kenji, hall, [other.pk])
    made, guest = make("collection", image, hall, round=ROUND), Client()
    for address, sent in posts(made, image).items():
        assert guest.post(address, sent).status_code == 302
    die(made, image)
    never = answer(Client(), NOBODYS)
    for part in parts(made, image)[1:-1]:
        assert answer(guest, part) == never, part
    assert guest.post(f"{path(made)}{image.pk}/answer/", {"picked": "0"}).content == never[0]
    page = guest.get(path(made)).content
    assert str(image.pk) not in page.decode() and str(other.pk) in card(page)
    assert b"1 picture, shared" in page and b"0 of 1 answered" in page
    archive = zipfile.ZipFile(io.BytesIO(guest.get(f"{path(made)}zip/").getvalue()))
    assert len(archive.namelist()) == 2 and str(image.pk) not in archive.read("manifest.csv").decode()
    assert guest.get(f"{path(made)}{other.pk}/").status_code == 200


def test_another_password_is_another_door(image: StoredImage, hall: Collection) -> None:
    made, guest = make("collection", image, hall, password=SECRET, round=ROUND), Client()
    for address, sent in posts(made, image).items():
        assert guest.post(address, sent).status_code == 302
    assert guest.get(path(made)).status_code == 200
    change = links.change(
        made.link,
        TERMS | {"round": ROUND},
        expires_at=made.link.expires_at,
        password="another",
        by=made.link.made_by,
    )
    assert change
    for client in (guest, Client()):
        assert b"Pictures for you" in client.get(path(made)).content
        never = answer(Client(), NOBODYS)
        for part in parts(made, image)[2:]:
            assert answer(client, part) == never, part
        assert client.get(f"{path(made)}{image.pk}/").status_code == 302
        for address, sent in list(posts(made, image).items())[1:]:
            assert client.post(address, sent).content == never[0], address
        assert client.post(path(made), {"password": SECRET}).status_code == 422
    assert guest.post(path(made), {"password": "another"}).status_code == 302
    assert b"Mia" in guest.get(path(made)).content, "they are known again"


def test_a_used_up_link_looks_like_one_that_never_was(image: StoredImage, hall: Collection) -> None:
    made = make("collection", image, hall, view_limit=1, round=ROUND)
    first, late = Client(), Client()
    assert b"Open" in late.get(path(made)).content
    assert first.post(path(made)).status_code == 302
    for address in parts(made, image):
        assert first.get(address).status_code == 200, "whoever opened it may come back"
    is_gone(late, made, image)
    made.link.refresh_from_db()
    assert (made.link.views, made.link.last_view_at is not None) == (1, True)

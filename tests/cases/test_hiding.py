"""A picture that is hidden: nobody meets it, whichever way they come, and it is back as it was when it is released."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from images_app.galleries import comments, links, publications
from images_app.galleries.access import gallery_of
from images_app.galleries.activity import happenings
from images_app.galleries.models import Comment
from images_app.images import access, actions
from images_app.images.models import StoredImage
from images_app.providers.models import ImageModel
from images_app.teams import activity
from images_app.teams.actions import make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture, make_publication

ClientOf = Callable[[User], Client]
TERMS: links.Terms = {
    "title": "",
    "password": "",
    "days": None,
    "view_limit": None,
    "downloads": True,
    "prompts": True,
}


@pytest.fixture
def image(alice: User, bob: User, model: ImageModel) -> StoredImage:
    """Alice's in a team where Bob is, shown to everybody."""
    team = make_team(alice, "Northwind")
    alice.refresh_from_db()
    Membership.objects.create(team=team, person=bob, role=Role.ADMIN)
    image = make_picture(make_generation(alice, model, "A heron at dawn", team=team), audience=Audience.TEAM)
    activity.note_pictures([image], by=alice)
    return image


def ways(
    image: StoredImage, link: str, public: str, alice: User, bob: User, client_of: ClientOf
) -> list[str]:
    """The ways by which the picture is met now."""
    owner, mate, guest, key = client_of(alice), client_of(bob), Client(), str(image.pk)
    page, etag = reverse("image", args=[image.pk]), {"If-None-Match": '"t"'}
    there = {
        "her page": 'id="say"' in owner.get(page).content.decode(),
        "his page": mate.get(page).status_code == 200,
        "her library": key in owner.get("/library/").content.decode(),
        "her search": key in owner.get("/library/?text=dawn").content.decode(),
        "the team": key in mate.get(reverse("team", args=[image.team.slug])).content.decode(),
        "the team's search": gallery_of(bob, image.team).filter(pk=image.pk).exists(),
        "the story": happenings(bob, image.team).exists(),
        "the studio": page in owner.get("/").content.decode(),
        "the link": guest.get(f"/s/{link}/").status_code == 200,
        "the link's archive": guest.get(f"/s/{link}/zip/").status_code == 200,
        "the public page": guest.get(f"/gallery/{public}/").status_code == 200,
        "the public gallery": public in guest.get("/gallery/").content.decode(),
        "the loved ones": public in guest.get("/gallery/?list=loved").content.decode(),
        "the feed": public in guest.get("/gallery/feed/").content.decode(),
        "the sitemap": public in guest.get("/sitemap-pictures.xml").content.decode(),
        "the zip": owner.post("/images/zip/", {"ids": key}).status_code == 200,
        "a remix": owner.get(f"/?from={key}").status_code == 200,
        "sharing": access.shareable_by(bob).filter(pk=image.pk).exists(),
    }
    for size in ("original", "preview", "thumbnail"):
        for who, client in (("her", owner), ("his", mate)):
            answer = client.get(
                reverse("picture", args=[image.pk, size]), headers={"If-None-Match": f'"{size[0]}"'}
            )
            there[f"{who} {size}"] = answer.status_code == 304
    answer = guest.get(f"/s/{link}/{key}/thumbnail/", headers=etag)
    there["the link's thumbnail"] = answer.status_code == 304
    answer = guest.get(f"/gallery/{public}/thumbnail/", headers=etag)
    there["the public thumbnail"] = answer.status_code == 304
    return sorted(way for way, open in there.items() if open)


def test_no_way_leads_to_it_and_all_do_again(
    image: StoredImage, alice: User, bob: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.PUBLIC_GALLERY = True
    StoredImage.objects.filter(pk=image.pk).update(hearts=1)
    publication = make_publication(image)
    token = links.make_for_image(alice, image, TERMS).address.rstrip("/").rpartition("/")[2]
    public = str(publication.pk)
    StoredImage.objects.filter(pk=image.pk).update(audience=Audience.PUBLIC)
    before = ways(image, token, public, alice, bob, client_of)
    assert len(before) == 26
    assert actions.withhold([image.pk], "It shows a real person.") == [image.pk]
    assert ways(image, token, public, alice, bob, client_of) == []
    assert not publications.shown().exists()
    assert actions.withhold([image.pk], "Again.") == []
    assert actions.release([image.pk]) == 1
    assert ways(image, token, public, alice, bob, client_of) == before


def test_its_maker_reads_why_and_sees_nothing_of_it(
    image: StoredImage, alice: User, bob: User, client_of: ClientOf
) -> None:
    actions.withhold([image.pk], "It shows a real person.")
    page = reverse("image", args=[image.pk])
    told = client_of(alice).get(page)
    assert told.status_code == 200
    assert "It shows a real person." in told.content.decode()
    assert reverse("picture", args=[image.pk, "preview"]) not in told.content.decode()
    assert image.placeholder not in told.content.decode()
    assert client_of(bob).get(page).status_code == 404
    studio = client_of(alice).get("/").content.decode()
    assert "Whoever looks after this Easel has hidden its picture." in studio
    assert "Its picture was removed." not in studio


def test_the_trash_is_no_way_round(image: StoredImage, alice: User, client_of: ClientOf) -> None:
    actions.trash(alice, [image.pk])
    actions.withhold([image.pk], "It shows a real person.")
    assert not access.trash_of(alice).exists()
    assert actions.restore(alice, [image.pk]) == 0
    answer = client_of(alice).get(
        reverse("picture", args=[image.pk, "thumbnail"]), headers={"If-None-Match": '"t"'}
    )
    assert answer.status_code == 404


def test_a_hidden_comment_is_read_by_nobody(
    image: StoredImage, alice: User, bob: User, client_of: ClientOf
) -> None:
    said = comments.say(image, bob, "Something unkind")
    shown = (client_of(alice).get(reverse("image", args=[image.pk])), client_of(alice).get("/notices/"))
    assert all("Something unkind" in page.content.decode() for page in shown)
    assert happenings(alice, image.team).filter(comment=said).exists()
    Comment.objects.filter(pk=said.pk).update(hidden_at=timezone.now(), hidden_reason="Unkind.")
    for client in (client_of(alice), client_of(bob)):
        for page in (
            reverse("image", args=[image.pk]),
            "/notices/",
            reverse("team_activity", args=[image.team.slug]),
        ):
            assert "Something unkind" not in client.get(page).content.decode()
        assert client.post(reverse("comment", args=[said.pk]), {"text": "Kinder"}).status_code == 404
        assert client.post(reverse("comment_removal", args=[said.pk])).status_code == 404
    assert not happenings(alice, image.team).filter(comment=said).exists()

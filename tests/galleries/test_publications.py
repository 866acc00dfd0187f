"""The public gallery: what it shows, who asks and who decides, and every way a publication ends (promise 16)."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from images_app.galleries import publications
from images_app.galleries.models import Publication
from images_app.galleries.sitemaps import PictureSitemap
from images_app.images.actions import favourite, hide, purge, restore, show, trash
from images_app.images.derive import notes
from images_app.images.models import StoredImage
from images_app.jobs.models import ImageJob
from images_app.providers.models import ImageModel
from images_app.teams.actions import give_role, make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Ending, Membership, Team, User
from images_app.teams.roles import Role
from images_app.teamwork import actions as teamwork
from images_app.teamwork.ending import end_due_teams
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
State = Publication.State
WISH: publications.Wish = {"prompt": True, "credit": True, "alt": ""}


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.PUBLIC_GALLERY = True


@pytest.fixture
def northwind(alice: User) -> Team:
    team = make_team(alice, "Northwind")
    Team.objects.filter(pk=team.pk).update(may_publish=True)
    team.refresh_from_db()
    return team


def join(team: Team, name: str, role: Role) -> User:
    person = make_person(f"{name.lower()}@example.com", "correct horse battery", name=name)
    Membership.objects.create(team=team, person=person, role=role)
    return person


@pytest.fixture
def kenji(northwind: Team) -> User:
    return join(northwind, "Kenji", Role.MEMBER)


def picture(person: User, team: Team, model: ImageModel, number: int = 0, **fields: Any) -> StoredImage:
    """With bytes of its own."""
    prompt = fields.pop("prompt", "A heron at dawn")
    keys = {"original_key": f"o{number}", "preview_key": f"p{number}", "thumbnail_key": f"t{number}"}
    image = make_picture(make_generation(person, model, prompt, team=team), **{**keys, **fields})
    for alias, key in (("originals", f"o{number}"), ("previews", f"p{number}"), ("previews", f"t{number}")):
        storages[alias].save(key, ContentFile(f"bytes of {key}".encode()))
    return image


@pytest.fixture
def image(kenji: User, northwind: Team, model: ImageModel) -> StoredImage:
    return picture(kenji, northwind, model)


def publish(image: StoredImage, staff: User, **wish: Any) -> Publication:
    asked = publications.ask(image.person, image.pk, {**WISH, **wish})  # type: ignore[typeddict-item]
    assert publications.show(staff, [asked.pk]) == [asked]
    return asked


@pytest.fixture
def shown(image: StoredImage, admin: User) -> Publication:
    return publish(image, admin)


def own_addresses(shown: Publication) -> list[str]:
    page = f"/gallery/{shown.pk}/"
    return [page, f"{page}thumbnail/", f"{page}preview/"]


def mentions(shown: Publication) -> list[bool]:
    """Whether the list, the list of the most loved, the feed and the sitemap know it."""
    places = ["/gallery/", "/gallery/?list=loved", "/gallery/?shape=wide", "/gallery/feed/"]
    answers = [Client().get(address) for address in [*places, "/sitemap-pictures.xml"]]
    assert {answer.status_code for answer in answers} == {200}
    return [str(shown.pk) in answer.text for answer in answers]


# --- how it ends


def taken_back(shown: Publication) -> None:
    assert publications.take_back(shown.image.person, shown.image_id)


def taken_out_by_a_keeper(shown: Publication) -> None:
    assert publications.take_back(User.objects.get(name="Alice Ardent"), shown.image_id)


def refused_by_staff(shown: Publication) -> None:
    assert publications.refuse(User.objects.get(is_superuser=True), [shown.pk], "A logo is in it.")


def trashed(shown: Publication) -> None:
    trash(shown.image.person, [shown.image_id])


def purged(shown: Publication) -> None:
    trash(shown.image.person, [shown.image_id])
    StoredImage.objects.update(trashed_at="2000-01-01T00:00Z")
    ImageJob.objects.update(finished_at=timezone.now())
    assert purge() == 1


def private(shown: Publication) -> None:
    assert show(shown.image.person, [shown.image_id], Audience.PRIVATE)


def for_the_team_only(shown: Publication) -> None:
    assert show(shown.image.person, [shown.image_id], Audience.TEAM)


def held_back_by_a_keeper(shown: Publication) -> None:
    assert hide(Membership.objects.get(team=shown.image.team, role=Role.OWNER), shown.image)


def maker_removed(shown: Publication) -> None:
    seats = Membership.objects.select_related("team", "person").filter(team=shown.image.team)
    teamwork.remove(seats.get(person=shown.image.person), seats.get(role=Role.OWNER))


def maker_left(shown: Publication) -> None:
    seats = Membership.objects.select_related("team", "person").filter(team=shown.image.team)
    teamwork.leave(seats.get(role=Role.MEMBER))


def seat_deleted_in_the_admin(shown: Publication) -> None:
    Membership.objects.filter(team=shown.image.team, person=shown.image.person).delete()


def maker_locked_out(shown: Publication) -> None:
    User.objects.filter(pk=shown.image.person_id).update(is_active=False)


def forbidden_by_the_team(shown: Publication) -> None:
    Team.objects.filter(pk=shown.image.team_id).update(may_publish=False)


def team_ended(shown: Publication) -> None:
    """Its makers take their pictures along, into teams that may publish: nobody has asked for it there."""
    ends = {"ends_at": timezone.now() - timedelta(seconds=1), "ends_with": Ending.MAKERS}
    Team.objects.filter(pk=shown.image.team_id).update(**ends)
    assert end_due_teams() == 1


ENDS = [
    taken_back,
    taken_out_by_a_keeper,
    refused_by_staff,
    trashed,
    purged,
    private,
    for_the_team_only,
    held_back_by_a_keeper,
    maker_removed,
    maker_left,
    seat_deleted_in_the_admin,
    maker_locked_out,
    forbidden_by_the_team,
    team_ended,
]


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_a_publication_ends_it_everywhere(
    end: Callable[[Publication], None], shown: Publication, alice: User
) -> None:
    favourite(alice, shown.image, True)
    kept = {}
    for address in own_addresses(shown):
        answer = Client().get(address)
        assert answer.status_code == 200, address
        kept[address] = answer["ETag"]
    assert mentions(shown) == [True] * 5
    end(shown)
    never = Client().get("/gallery/00000000-0000-4000-8000-000000000000/")
    for address in own_addresses(shown):
        for again in (Client().get(address), Client().get(address, headers={"If-None-Match": kept[address]})):
            assert (again.status_code, again.content) == (404, never.content), address
            assert dict(again.headers) == dict(never.headers)
    assert mentions(shown) == [False] * 5


def test_where_the_site_has_none_nothing_is_there(
    shown: Publication, kenji: User, settings: Settings, client_of: ClientOf
) -> None:
    settings.PUBLIC_GALLERY = False
    lists = ["/gallery/", "/gallery/feed/", "/sitemap.xml", "/sitemap-pictures.xml"]
    for address in [*own_addresses(shown), *lists]:
        assert Client().get(address).status_code == 404, address
    page = client_of(kenji).get(f"/images/{shown.image_id}/").text
    assert "publication" not in page and "public gallery" not in page.lower()
    assert "may_publish" not in client_of(kenji).get("/team/northwind/settings/").text
    assert client_of(kenji).get(f"/images/{shown.image_id}/publication/").status_code == 404
    with pytest.raises(PermissionDenied):
        publications.ask(kenji, shown.image_id, WISH)


def test_the_site_has_none_by_default() -> None:
    from project import env

    assert env.flag("PUBLIC_GALLERY") is False


# --- asking and deciding


def test_nothing_is_seen_before_staff_decide(image: StoredImage, alice: User) -> None:
    asked = publications.ask(image.person, image.pk, WISH)
    favourite(alice, image, True)
    assert mentions(asked) == [False] * 5
    assert [Client().get(address).status_code for address in own_addresses(asked)] == [404] * 3


def test_a_member_asks_on_a_page_and_takes_it_back_there(
    image: StoredImage, kenji: User, admin: User, client_of: ClientOf
) -> None:
    client, page = client_of(kenji), f"/images/{image.pk}/publication/"
    assert page in client.get(f"/images/{image.pk}/").text
    assert "Kenji made it" in client.get(page).text
    assert client.post(page, {"prompt": "on", "alt": "A grey bird"}).status_code == 302
    asked = Publication.objects.get()
    assert (asked.state, asked.prompt, asked.credit, asked.alt) == (State.ASKED, True, False, "A grey bird")
    assert "Nobody has decided yet" in client.get(page).text
    assert "asked for already" in client.post(page, {}, follow=True).text
    publications.show(admin, [asked.pk])
    assert f"/gallery/{asked.pk}/" in client.get(page).text
    assert f"/gallery/{asked.pk}/" in client.get(f"/images/{image.pk}/").text
    assert client.post(f"{page}removal/").status_code == 302
    assert mentions(asked) == [False] * 5
    image.refresh_from_db()
    assert image.audience == Audience.PRIVATE, "as it was before"


def test_a_keeper_takes_it_out_and_the_team_goes_on_seeing_it(
    image: StoredImage, alice: User, admin: User, client_of: ClientOf
) -> None:
    show(image.person, [image.pk], Audience.TEAM)
    shown = publish(image, admin)
    page = client_of(alice).get(f"/images/{image.pk}/").text
    assert f"/images/{image.pk}/publication/removal/" in page
    client_of(alice).post(f"/images/{image.pk}/publication/removal/")
    assert mentions(shown) == [False] * 5
    image.refresh_from_db()
    assert image.audience == Audience.TEAM


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
def test_others_take_nothing_out(
    role: Role, shown: Publication, northwind: Team, bob: User, client_of: ClientOf
) -> None:
    address = f"/images/{shown.image_id}/publication/removal/"
    assert client_of(join(northwind, "Sam", role)).post(address).status_code == 403
    assert client_of(bob).post(address).status_code == 404
    assert mentions(shown)[0]


def test_who_may_ask(
    image: StoredImage, kenji: User, alice: User, bob: User, northwind: Team, client_of: ClientOf
) -> None:
    page = f"/images/{image.pk}/publication/"
    for person in (alice, bob):  # not even the owner: it is Kenji's
        assert client_of(person).post(page).status_code == 404
    seats = Membership.objects.filter(team=northwind)
    give_role(seats.get(person=kenji), Role.VIEWER, seats.get(person=alice))
    assert client_of(kenji).post(page).status_code == 403
    give_role(seats.get(person=kenji), Role.MEMBER, seats.get(person=alice))
    Team.objects.filter(pk=northwind.pk).update(may_publish=False)
    assert client_of(kenji).post(page).status_code == 403
    assert page not in client_of(kenji).get(f"/images/{image.pk}/").text
    assert not Publication.objects.exists()


def test_a_team_publishes_nothing_until_somebody_says_so(alice: User, client_of: ClientOf) -> None:
    team, client = make_team(alice, "Garden"), client_of(alice)
    assert not team.publishes
    page = f"/team/{team.slug}/settings/"
    assert 'name="may_publish"' in client.get(page).text
    posted = {"name": "Garden", "audience": "0", "may_publish": "on"}
    assert client.post(page, posted).status_code == 302
    team.refresh_from_db()
    assert team.publishes


def test_in_a_team_of_ones_own_one_may_always(alice: User, model: ImageModel, admin: User) -> None:
    home = alice.personal_team()
    assert home is not None
    shown = publish(picture(alice, home, model), admin)
    assert mentions(shown)[0]


def test_a_refusal_stands_and_its_maker_reads_why(
    image: StoredImage, kenji: User, admin: User, client_of: ClientOf
) -> None:
    asked = publications.ask(kenji, image.pk, WISH)
    assert publications.refuse(admin, [asked.pk], "A logo is in it.")
    page = f"/images/{image.pk}/publication/"
    assert "A logo is in it." in client_of(kenji).get(page).text
    assert "A logo is in it." in client_of(kenji).get(f"/images/{image.pk}/").text
    for _ in range(2):
        with pytest.raises(publications.NotToBeHad):
            publications.ask(kenji, image.pk, WISH)
        show(kenji, [image.pk], Audience.PRIVATE)  # nor once it has been kept to oneself
    assert publications.show(admin, [asked.pk]) == [], "nor shown against its maker's wish"


def test_what_was_taken_back_is_asked_for_anew(shown: Publication, kenji: User, admin: User) -> None:
    publications.take_back(kenji, shown.image_id)
    publications.ask(kenji, shown.image_id, WISH)
    assert mentions(shown) == [False] * 5
    private(shown)
    asked = publications.ask(kenji, shown.image_id, WISH)
    assert asked.state == State.ASKED and mentions(shown) == [False] * 5


def test_a_decision_meets_only_what_it_was_made_about(
    image: StoredImage, kenji: User, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken back between the look and the press, asked for anew, or decided by a colleague: nothing is changed."""
    asked = publications.ask(kenji, image.pk, WISH)
    publications.take_back(kenji, image.pk)
    assert publications.show(admin, [asked.pk]) == []
    assert publications.refuse(admin, [asked.pk], "No.") == []
    publications.ask(kenji, image.pk, WISH)
    assert publications.show(admin, [asked.pk]) == [asked]
    assert publications.show(admin, [asked.pk]) == []


def test_who_comes_back_into_the_team_shows_nothing_by_that(
    shown: Publication, kenji: User, northwind: Team
) -> None:
    maker_removed(shown)
    Membership.objects.create(team=northwind, person=kenji, role=Role.MEMBER)
    assert mentions(shown) == [False] * 5


def test_out_of_the_trash_it_hangs_again(shown: Publication, kenji: User) -> None:
    trash(kenji, [shown.image_id])
    assert not mentions(shown)[0]
    restore(kenji, [shown.image_id])
    assert mentions(shown)[0]


# --- staff


def staff(*permissions: str) -> User:
    person = make_person("staff@example.com", "correct horse battery", name="Stella")
    User.objects.filter(pk=person.pk).update(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=person.pk)


LIST = "/admin/images_app/publication/"


def test_staff_decide_in_a_list_with_pictures(image: StoredImage, kenji: User, client_of: ClientOf) -> None:
    asked = publications.ask(kenji, image.pk, WISH)
    client = client_of(staff("view_publication", "decide_publication"))
    page = client.get(LIST).text
    assert f"{LIST}{asked.pk}/picture/" in page and "A heron at dawn" in page
    assert client.get(f"{LIST}{asked.pk}/picture/").status_code in {200, 302}
    assert client.get(f"{LIST}{asked.pk}/change/").status_code == 200
    posted = {"_selected_action": [str(asked.pk)], "action": "refuse", "reason": " "}
    assert "Write a reason" in client.post(LIST, posted, follow=True).text
    client.post(LIST, {**posted, "action": "let_through"})
    assert mentions(asked)[0] and str(asked.pk) not in client.get(LIST).text
    client.post(f"{LIST}?state=shown", {**posted, "reason": "A logo is in it."})
    asked.refresh_from_db()
    assert (asked.state, asked.reason, asked.decided_by and asked.decided_by.name) == (
        State.REFUSED,
        "A logo is in it.",
        "Stella",
    )
    lines = LogEntry.objects.filter(object_id=str(asked.pk)).order_by("pk")
    assert [line.user.get_short_name() for line in lines] == ["Stella"] * 2
    assert [line.change_message for line in lines] == ["Shown to everybody", "Not shown: A logo is in it."]


def test_staff_who_may_only_look_decide_nothing(image: StoredImage, kenji: User, client_of: ClientOf) -> None:
    asked = publications.ask(kenji, image.pk, WISH)
    client = client_of(staff("view_publication"))
    assert client.get(LIST).status_code == 200
    client.post(LIST, {"_selected_action": [str(asked.pk)], "action": "let_through"})
    asked.refresh_from_db()
    assert asked.state == State.ASKED


# --- what everybody sees


def test_only_what_its_maker_wants_is_read(image: StoredImage, admin: User) -> None:
    User.objects.filter(pk=image.person_id).update(email="secret.name@example.com")
    shown = publish(image, admin, prompt=False, credit=False)
    for address in ["/gallery/", *own_addresses(shown), "/gallery/feed/", "/sitemap-pictures.xml"]:
        answer = Client().get(address)
        everything = f"{answer.content!r} {answer.headers}".lower()
        for word in ("heron", "kenji", "secret", str(image.pk), str(image.person_id)):
            assert word not in everything, (address, word)
    told = publish(picture(image.person, image.team, image.model, 1), admin, alt="A grey bird")
    page = Client().get(f"/gallery/{told.pk}/").text
    assert "By Kenji" in page and "A heron at dawn" in page and 'alt="A grey bird"' in page
    assert "made with AI" in page


def test_nobody_is_named_by_a_part_of_their_address(image: StoredImage, admin: User) -> None:
    User.objects.filter(pk=image.person_id).update(name="")
    shown = publish(StoredImage.objects.get(), admin)
    for address in ("/gallery/", f"/gallery/{shown.pk}/", "/gallery/feed/"):
        assert "kenji" not in Client().get(address).text.lower()


def test_the_original_is_for_nobody(shown: Publication) -> None:
    assert Client().get(f"/gallery/{shown.pk}/original/").status_code == 404


def test_words_in_display_copies_stay_behind(image: StoredImage, admin: User) -> None:
    made = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(made, "WEBP", xmp=notes("A heron at dawn"))
    key = f"{'0' * 64}-1280-abcdef.webp"
    storages["previews"].save(key, ContentFile(made.getvalue()))
    StoredImage.objects.update(preview_key=key)
    for told in (True, False):
        shown = publish(image, admin, prompt=told)
        answer = Client().get(f"/gallery/{shown.pk}/preview/")
        assert (b"heron" in answer.content) is told
        publications.take_back(image.person, image.pk)


def test_copies_are_kept_and_asked_about_each_time(shown: Publication) -> None:
    for address in ["/gallery/", *own_addresses(shown), "/gallery/feed/"]:
        first = Client().get(address)
        assert first["Cache-Control"] == "public, no-cache" and "Last-Modified" not in first, address
        again = Client().get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
        # Bytes come from here: the bucket's own address would outlive the publication.
        assert "Location" not in first


def test_the_feed_is_atom_with_whole_addresses(shown: Publication, settings: Settings) -> None:
    settings.BASE_URL = "https://easel.example"
    answer = Client().get("/gallery/feed/", headers={"host": "localhost"})
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert f'href="https://easel.example/gallery/{shown.pk}/"' in answer.text
    assert f"<id>{shown.pk.urn}</id>" in answer.text and "<name>Kenji</name>" in answer.text
    assert f"https://easel.example/gallery/{shown.pk}/preview/" in answer.text
    assert "localhost" not in answer.text and "127.0.0.1" not in answer.text


def test_the_sitemap_leads_to_every_page(shown: Publication, settings: Settings) -> None:
    settings.BASE_URL = "https://easel.example"
    index = Client().get("/sitemap.xml").text
    found = re.findall(r"<loc>https://easel\.example([^<]+)</loc>", index)
    assert found == ["/sitemap-gallery.xml", "/sitemap-pictures.xml"]
    pages = [page for part in found for page in re.findall(r"<loc>([^<]+)</loc>", Client().get(part).text)]
    assert pages == ["https://easel.example/gallery/", f"https://easel.example/gallery/{shown.pk}/"]
    assert Client().get("/sitemap-nothing.xml").status_code == 404


def test_a_file_of_the_sitemap_keeps_its_pages_while_others_end(
    kenji: User, northwind: Team, model: ImageModel, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PictureSitemap, "limit", 2)
    gone, second, third = (publish(picture(kenji, northwind, model, n), admin) for n in range(3))
    trash(kenji, [gone.image_id])
    third.refresh_from_db()
    index = Client().get("/sitemap.xml").text
    assert "sitemap-pictures.xml?p=2<" in index and "?p=3" not in index
    assert f"<lastmod>{third.decided_at:%Y-%m-%dT%H:%M:%S}" in index
    parts = [Client().get(f"/sitemap-pictures.xml?p={number}").text for number in (1, 2)]
    assert [re.findall(r"/gallery/([^<]+)/<", part) for part in parts] == [[str(second.pk)], [str(third.pk)]]


@pytest.mark.parametrize("on", [True, False])
def test_search_engines_read_the_gallery_and_nothing_else(on: bool, admin: User, settings: Settings) -> None:
    from urllib.robotparser import RobotFileParser

    settings.PUBLIC_GALLERY = on
    rules = RobotFileParser()
    rules.parse(Client().get("/robots.txt").text.splitlines())
    asked = {page: rules.can_fetch("Googlebot", page) for page in ("/", "/gallery/", "/library/", "/s/x/")}
    assert asked == {"/": False, "/gallery/": on, "/library/": False, "/s/x/": False}
    assert rules.can_fetch("Twitterbot", "/s/x/") and not rules.can_fetch("Twitterbot", "/library/")
    assert bool(rules.site_maps()) is on


def test_lists_by_shape_and_by_love(kenji: User, northwind: Team, model: ImageModel, admin: User) -> None:
    one, two = (publish(picture(kenji, northwind, model, n, prompt=f"Fox {n}"), admin) for n in (0, 1))
    tall = publish(picture(kenji, northwind, model, 2, width=512, height=1024), admin)
    for person in (northwind.memberships.get(role=Role.OWNER).person, kenji):
        favourite(person, one.image, True)
    favourite(kenji, two.image, True)

    def order(query: str) -> list[str]:
        return re.findall(r'href="/gallery/([0-9a-f-]{36})/"', Client().get(f"/gallery/{query}").text)

    assert order("") == [str(tall.pk), str(two.pk), str(one.pk)]
    assert order("?list=loved") == [str(one.pk), str(two.pk)], "what nobody loves is not among the loved"
    assert order("?shape=tall") == [str(tall.pk)]
    assert order("?shape=wide&list=loved") == [str(one.pk), str(two.pk)]
    assert order("?shape=tall&list=loved") == []
    assert [
        Client().get(f"/gallery/?{wrong}").status_code for wrong in ("list=x", "shape=x", "before=x")
    ] == [404] * 3


def test_pages_follow_each_other_and_neither_skip_nor_repeat(
    kenji: User, northwind: Team, model: ImageModel, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("images_app.galleries.public.PAGE_SIZE", 2)
    monkeypatch.setattr("images_app.galleries.public.newest.__defaults__", (2,))
    all_of_them = [publish(picture(kenji, northwind, model, n), admin) for n in range(5)]
    for one in all_of_them:
        favourite(kenji, one.image, True)
    for query in ("?", "?list=loved"):
        seen, address = [], f"/gallery/{query}"
        while address:
            page = Client().get(address).text
            seen += re.findall(r'class="tile-a" href="/gallery/([0-9a-f-]{36})/"', page)
            following = re.search(r'rel="next" href="([^"]+)"', page)
            address = f"/gallery/{following[1].replace('&amp;', '&')}" if following else ""
        assert sorted(seen) == sorted(str(one.pk) for one in all_of_them) and len(seen) == 5


def test_from_a_picture_one_goes_on_to_its_neighbours(
    kenji: User, northwind: Team, model: ImageModel, admin: User
) -> None:
    first, second, third = (publish(picture(kenji, northwind, model, n), admin) for n in range(3))
    page = Client().get(f"/gallery/{second.pk}/").text
    assert f'rel="prev" href="/gallery/{third.pk}/"' in page
    assert f'rel="next" href="/gallery/{first.pk}/"' in page

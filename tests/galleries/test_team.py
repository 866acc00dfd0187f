"""A team's gallery: what is shown to it, loved most, and made just now; and nothing else of anybody."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.galleries.views import team as team_views
from images_app.images.actions import favourite, show
from images_app.images.models import StoredImage
from images_app.jobs.models import Generation
from images_app.providers.models import ImageModel
from images_app.teams.actions import make_person, make_team
from images_app.teams.audience import Audience
from images_app.teams.models import Membership, Team, User
from images_app.teams.roles import Role
from tests.rows import make_generation, make_picture
from tests.threads import at_once

ClientOf = Callable[[User], Client]
Ask = Callable[..., Generation]
PAGE = "/team/northwind/"


@pytest.fixture
def northwind(alice: User) -> Team:
    return make_team(alice, "Northwind")


def join(team: Team, name: str, role: Role = Role.MEMBER) -> User:
    person = make_person(f"{name.lower()}@example.com", "correct horse battery", name=name)
    Membership.objects.create(team=team, person=person, role=role)
    return person


@pytest.fixture
def kenji(northwind: Team) -> User:
    return join(northwind, "Kenji")


def hang(person: User, team: Team, model: ImageModel, prompt: str = "A heron", **fields: Any) -> StoredImage:
    generation = make_generation(person, model, prompt, team=team)
    return make_picture(generation, **{"audience": Audience.TEAM, **fields})


def shown(page: str) -> list[str]:
    return re.findall(r'class="tile-a" href="/images/([0-9a-f-]{36})/"', page)


def test_everybody_of_the_team_sees_what_is_shown_to_it_and_nobody_else(
    alice: User, kenji: User, bob: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    seen, private = hang(alice, northwind, model), hang(alice, northwind, model, audience=Audience.PRIVATE)
    elsewhere = hang(alice, alice.personal_team() or northwind, model)
    page = client_of(kenji).get(PAGE).content.decode()
    assert shown(page) == [str(seen.pk)]
    assert "Alice Ardent: A heron" in page
    for image, status in ((seen, 200), (private, 404), (elsewhere, 404)):
        assert client_of(kenji).get(f"/images/{image.pk}/").status_code == status
        assert client_of(bob).get(f"/images/{image.pk}/").status_code == 404
    assert client_of(bob).get(PAGE).status_code == 404


def test_what_a_teammate_may_not_do_with_a_picture(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(alice, northwind, model)
    client = client_of(kenji)
    page = client.get(f"/images/{image.pk}/").content.decode()
    assert "Everybody in Northwind." in page
    for word in ("Run again makes", "/again/", "What happened", "Only me"):
        assert word not in page
    client.post("/images/trash/", {"ids": image.pk})
    client.post("/images/audience/", {"ids": image.pk, "audience": "0"})
    assert client.post(f"/team/northwind/images/{image.pk}/hiding/").status_code == 403
    assert client.get(f"/jobs/{image.job_id}/").status_code == 404
    image.refresh_from_db()
    assert (image.trashed_at, image.audience) == (None, Audience.TEAM)


def test_only_shown_pictures_of_a_run_stand_beside_a_shown_one(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    generation = make_generation(alice, model, team=northwind, n=2)
    seen = make_picture(generation, audience=Audience.TEAM)
    private = make_picture(generation, position=1)
    remix = make_generation(alice, model, "A remix", team=northwind, parent_image=seen)
    make_picture(remix)
    for client, count in ((client_of(kenji), 0), (client_of(alice), 1)):
        page = client.get(f"/images/{seen.pk}/").content.decode()
        assert page.count(f'href="/images/{private.pk}/"') >= count
        assert (str(private.pk) in page) is bool(count)
        assert ("A remix" in page or str(remix.pk) in page or "Became" in page) is bool(count)
    assert client_of(kenji).get(f"/compare/?a={seen.pk}&b={private.pk}").status_code == 404
    assert str(private.pk) not in client_of(kenji).get(f"/compare/?a={seen.pk}&b={seen.pk}").content.decode()


def test_hearts_are_counted_once_a_person_and_order_what_is_loved(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    once, twice, never = (hang(alice, northwind, model) for _ in range(3))
    for person, image in ((alice, twice), (kenji, twice), (kenji, twice), (kenji, once)):
        favourite(person, image, True)
    page = client_of(kenji).get(f"{PAGE}?list=loved").content.decode()
    assert shown(page) == [str(twice.pk), str(once.pk)]
    assert str(never.pk) not in page
    favourite(kenji, twice, False)
    favourite(alice, twice, False)
    favourite(alice, twice, False)
    twice.refresh_from_db()
    assert twice.hearts == 0


@pytest.mark.django_db(transaction=True)
def test_hearts_at_the_same_moment_are_all_counted(northwind: Team, alice: User, model: ImageModel) -> None:
    people = [join(northwind, f"P{number}") for number in range(4)]
    image = hang(alice, northwind, model)
    for on in (True, False):
        at_once(*(partial(favourite, person, image, on) for person in people * 2))
        image.refresh_from_db()
        assert image.hearts == (4 if on else 0)


def test_pages_of_the_loved_lose_and_double_nothing(
    alice: User, northwind: Team, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_views, "FIRST_PAGE", 2)
    monkeypatch.setattr(team_views, "PAGE_SIZE", 2)
    noon = timezone.now()
    for number in range(9):
        generation = make_generation(alice, model, team=northwind, at=noon - timedelta(seconds=number // 4))
        make_picture(generation, audience=Audience.TEAM, hearts=1 + number % 3)
    client, seen, query = client_of(alice), [], "?list=loved"
    while query:
        page = client.get(f"{PAGE}{query}").content.decode()
        seen += shown(page)
        found = re.search(r'<p class="more" hx-get="([^"]+)"', page)
        query = found[1].replace("&amp;", "&") if found else ""
    assert seen == [str(row.pk) for row in StoredImage.objects.order_by("-hearts", "-created_at", "-id")]
    assert client.get(f"{PAGE}?list=loved&before=20260305T120000000000-{'0' * 32}").status_code == 404


def test_words_people_and_mine_narrow_it(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    hers = hang(alice, northwind, model, "A heron in the rain")
    his = hang(kenji, northwind, model, "A fox in the rain")
    hang(kenji, northwind, model, "A secret heron", audience=Audience.PRIVATE)
    client = client_of(kenji)
    for query, found in (
        ("text=heron", [hers]),
        ("text=rain", [his, hers]),
        (f"person={alice.pk}", [hers]),
        ("person=me", [his]),
        ("list=mine", [his]),
        ("list=mine&text=heron", []),
        ("person=nobody", []),
        ("shape=tall", []),
    ):
        assert shown(client.get(f"{PAGE}?{query}").content.decode()) == [str(image.pk) for image in found], (
            query
        )


def test_what_the_page_counts_is_what_it_shows(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    gone = join(northwind, "Gone")
    for person in (alice, kenji, gone):
        hang(person, northwind, model)
    Membership.objects.filter(person=gone, team=northwind).delete()
    page = client_of(kenji).get(f"{PAGE}?list=mine").content.decode()
    assert '<p class="amount" role="status">1 picture</p>' in page
    assert f"{northwind.memberships.count()} people</a>" in page


def test_somebody_shows_their_own_and_takes_it_back(
    alice: User, kenji: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    image = hang(alice, northwind, model, audience=Audience.PRIVATE)
    client = client_of(alice)
    for audience, status in ((Audience.TEAM, 200), (Audience.PRIVATE, 404)):
        client.post("/images/audience/", {"ids": image.pk, "audience": audience.value})
        assert client_of(kenji).get(f"/images/{image.pk}/").status_code == status
    for wrong in ("2", "3", "9", "x", ""):
        client.post("/images/audience/", {"ids": image.pk, "audience": wrong})
        image.refresh_from_db()
        assert image.audience == Audience.PRIVATE
    assert show(kenji, [image.pk], Audience.TEAM) == 0
    mine = hang(alice, alice.personal_team() or northwind, model, audience=Audience.PRIVATE)
    assert show(alice, [mine.pk, image.pk], Audience.TEAM) == 1


def test_pictures_are_removed_in_ones_own_library_only(
    alice: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    alice.refresh_from_db()
    hang(alice, northwind, model)
    for page, removes in ((PAGE, False), ("/library/", True)):
        text = client_of(alice).get(page).content.decode()
        assert ('data-deed="trash"' in text) is removes
        assert ('data-deed="audience"' in text) is removes


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_keepers_hide_what_others_show(
    kenji: User, alice: User, northwind: Team, model: ImageModel, client_of: ClientOf, role: Role
) -> None:
    keeper = alice if role == Role.OWNER else join(northwind, "Ada", Role.ADMIN)
    image = hang(kenji, northwind, model)
    private = hang(kenji, northwind, model, audience=Audience.PRIVATE)
    client = client_of(keeper)
    assert client.post(f"/team/northwind/images/{image.pk}/hiding/").status_code == 302
    assert client.post(f"/team/northwind/images/{private.pk}/hiding/").status_code == 404
    image.refresh_from_db()
    assert image.audience == Audience.PRIVATE
    assert client_of(kenji).get(f"/images/{image.pk}/").status_code == 200


def test_a_teams_default_holds_for_what_is_asked_for_next(alice: User, northwind: Team, ask: Ask) -> None:
    assert ask(alice, team=northwind).audience == Audience.PRIVATE
    Team.objects.filter(pk=northwind.pk).update(audience=Audience.TEAM)
    northwind.refresh_from_db()
    assert ask(alice, team=northwind).audience == Audience.TEAM


def test_who_is_making_what_is_told_without_what_stays_private(
    alice: User, kenji: User, northwind: Team, ask: Ask, client_of: ClientOf
) -> None:
    ask(alice, "A secret plan", n=2, team=northwind)
    page = client_of(kenji).get(f"{PAGE}makers/").content.decode()
    assert "Alice Ardent is making 2 pictures" in page
    assert "secret" not in page
    Team.objects.filter(pk=northwind.pk).update(audience=Audience.TEAM)
    northwind.refresh_from_db()
    ask(kenji, "An open plan", team=northwind)
    page = client_of(alice).get(PAGE).content.decode()
    assert "Kenji is making a picture" in page
    assert "An open plan" in page


def test_the_number_of_queries_does_not_grow(
    alice: User, northwind: Team, model: ImageModel, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    for count in (2, 12):
        for number in range(count):
            hang(join(northwind, f"N{count}x{number}"), northwind, model, hearts=1)
        for query in ("", "?list=loved", "?text=heron"):
            client.get(f"{PAGE}{query}")
            with CaptureQueriesContext(connection) as captured:
                client.get(f"{PAGE}{query}")
            counts.append(len(captured))
    assert counts[:3] == counts[3:]

"""The library through its page."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.galleries import shelf
from images_app.galleries.filters import pictures_asked
from images_app.galleries.views import library
from images_app.images.models import Favourite, StoredImage
from images_app.jobs.models import Generation
from images_app.jobs.states import State
from images_app.lib.ratio import SHAPES
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_job, make_picture

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOSTILE = "</script><script>alert(1)</script> {{ 7|add:1 }} \u202eevil <b>&amp; " + "😀" * 4000


def shown(page: str) -> list[str]:
    """Ids of the pictures on a page, in order."""
    return re.findall(r'class="tile-a" href="/images/([0-9a-f-]{36})/"', page)


def older(page: str) -> str:
    found = re.search(r'<a class="btn" href="(\?[^"]*before=[^"]*)"', page)
    return found[1].replace("&amp;", "&") if found else ""


def test_pictures_stand_newest_first_under_their_days(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    for days in (0, 1, 40):
        make_picture(make_generation(alice, model, at=timezone.now() - timedelta(days=days)))
    page = client_of(alice).get("/library/").content.decode()
    assert shown(page) == [str(row.pk) for row in StoredImage.objects.order_by("-created_at")]
    assert page.index(">Today<") < page.index(">Yesterday<")
    assert page.count('class="day-h') == 3


def test_nobody_sees_another_persons_pictures(
    alice: User, bob: User, model: ImageModel, client_of: ClientOf
) -> None:
    make_picture(make_generation(alice, model, "Alice's secret garden"))
    page = client_of(bob).get("/library/").content.decode()
    assert shown(page) == []
    assert "secret garden" not in page
    assert "Make the first one" in page


def test_visitors_are_sent_to_the_door(db: None, alice: User) -> None:
    response = Client().get("/library/")
    assert response.status_code == 302
    assert "login" in response["Location"]


def hold(monkeypatch: pytest.MonkeyPatch, pictures: int) -> None:
    """Lets every page hold so many."""
    monkeypatch.setattr(library, "FIRST_PAGE", pictures)
    monkeypatch.setattr(library, "PAGE_SIZE", pictures)


def test_older_pages_lose_and_double_nothing_where_times_are_equal(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(monkeypatch, 4)
    for number in range(11):
        make_picture(make_generation(alice, model, at=NOON - timedelta(seconds=number // 6)))
    client, seen, query = client_of(alice), [], ""
    for _ in range(5):
        page = client.get(f"/library/{query}").content.decode()
        seen += shown(page)
        query = older(page)
        if not query:
            break
    assert not query
    assert seen == [str(row.pk) for row in StoredImage.objects.order_by("-created_at", "-id")]


def test_a_picture_made_meanwhile_moves_no_page(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(monkeypatch, 2)
    for number in range(4):
        make_picture(make_generation(alice, model, at=NOON - timedelta(minutes=number)))
    client = client_of(alice)
    first = client.get("/library/").content.decode()
    make_picture(make_generation(alice, model, at=NOON + timedelta(minutes=1)))
    second = client.get(f"/library/{older(first)}").content.decode()
    assert len({*shown(first), *shown(second)}) == 4


def test_htmx_gets_only_the_next_rows(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(monkeypatch, 2)
    for number in range(3):
        make_picture(make_generation(alice, model, at=NOON - timedelta(minutes=number)))
    client = client_of(alice)
    query = older(client.get("/library/").content.decode())
    response = client.get(f"/library/{query}", headers={"HX-Request": "true"})
    assert "<html" not in response.content.decode()
    assert len(shown(response.content.decode())) == 1
    assert "HX-Request" in response["Vary"]


@pytest.mark.parametrize(
    "place", ["x", "20260305T120000000000-zz", "-", "20261305T120000000000-" + "0" * 32, "%00"]
)
def test_a_place_that_is_none_is_no_page(alice: User, client_of: ClientOf, place: str) -> None:
    assert client_of(alice).get(f"/library/?before={place}").status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_pictures(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    for total in (3, 30):
        while StoredImage.objects.count() < total:
            make_picture(make_generation(alice, model))
        client.get("/library/")  # what is asked for once and remembered
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/library/").content.count(b'class="tile-a"') == total
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_text_is_found_in_what_was_written_and_in_what_was_told(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    written = make_picture(make_generation(alice, model, "A Heron in reeds"))
    told = make_picture(make_generation(alice, model, "a bird"), revised_prompt="A grey heron, standing")
    make_picture(make_generation(alice, model, "a boat"))
    page = client_of(alice).get("/library/?text=heron").content.decode()
    assert set(shown(page)) == {str(written.pk), str(told.pk)}


def test_the_model_filter_keeps_its_models_pictures(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    other = ImageModel.objects.create(
        provider=model.provider,
        name="other",
        label="Other",
        sizes=["64x64"],
        qualities=["low"],
        styles=["plain"],
    )
    make_picture(make_generation(alice, model))
    wanted = make_picture(make_generation(alice, other))
    client = client_of(alice)
    assert shown(client.get("/library/?model=other").content.decode()) == [str(wanted.pk)]
    assert shown(client.get("/library/?model=nobody").content.decode()) == []


def test_the_filters_go_on_to_older_pages(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(monkeypatch, 1)
    for prompt in ("one boat", "two boats", "a heron"):
        make_picture(make_generation(alice, model, prompt))
    client = client_of(alice)
    query = older(client.get("/library/?text=boat").content.decode())
    assert "text=boat" in query
    last = client.get(f"/library/{query}").content.decode()
    assert "heron" not in last
    assert older(last) == ""


@pytest.mark.parametrize(
    ("group", "state"),
    [
        ("decide", State.UNKNOWN),
        ("refused", State.REJECTED),
        ("failed", State.FAILED),
        ("lost", State.LOST),
    ],
)
def test_what_was_not_made_is_shown_as_a_message_with_its_story(
    alice: User, model: ImageModel, client_of: ClientOf, group: str, state: State
) -> None:
    job = make_job(make_generation(alice, model, "A paper boat"), state, message="Because of the weather.")
    make_picture(make_generation(alice, model, "a finished one"))
    page = client_of(alice).get(f"/library/?state={group}").content.decode()
    assert f"/jobs/{job.pk}/" in page
    assert "Because of the weather." in page
    assert "a finished one" not in page


@pytest.mark.parametrize(
    "query",
    [
        *("state=nonsense", "model=x", "text=%00", "text=" + "a" * 300, "text=zzz", "text=%22%22", "text=-"),
        *("shape=round", "when=never", "since=yesterday", "until=2026-02-30", "person=bob"),
    ],
)
def test_what_is_not_understood_or_not_there_finds_nothing(
    alice: User, model: ImageModel, client_of: ClientOf, query: str
) -> None:
    make_picture(make_generation(alice, model))
    response = client_of(alice).get(f"/library/?{query}")
    assert response.status_code == 200
    assert "Nothing here matches" in response.content.decode()


def test_the_library_is_only_read(alice: User, client_of: ClientOf) -> None:
    assert client_of(alice).post("/library/").status_code == 405


@pytest.mark.parametrize("address", ["/library/", "/library/?state=refused", "/library/?text=%3Cscript%3E"])
def test_hostile_words_stay_words(alice: User, model: ImageModel, client_of: ClientOf, address: str) -> None:
    make_picture(make_generation(alice, model, HOSTILE))
    make_job(make_generation(alice, model, HOSTILE), State.REJECTED, message=HOSTILE)
    page = client_of(alice).get(address).content.decode()
    assert "alert(1)</script>" not in page
    assert "<script>" not in page.replace('<script type="module"', "")


@pytest.mark.parametrize("query", ["", "?text=%20%20"], ids=["everything", "a search for spaces"])
def test_the_first_page_holds_forty_and_the_next_sixty(
    alice: User, model: ImageModel, client_of: ClientOf, query: str
) -> None:
    generation: Generation = make_generation(alice, model, n=101)
    for position in range(101):
        make_picture(generation, position=position)
    client = client_of(alice)
    first = client.get(f"/library/{query}").content.decode()
    assert len(shown(first)) == 40
    assert "101 pictures" in first
    second = client.get(f"/library/{older(first)}").content.decode()
    assert len(shown(second)) == 60
    assert older(second)


def test_a_big_amount_is_not_counted_to_its_end(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "COUNTED_AT_MOST", 2)
    for _ in range(3):
        make_picture(make_generation(alice, model))
    assert "2+ pictures" in client_of(alice).get("/library/").content.decode()


def test_the_pages_of_a_search_lose_and_double_nothing(
    alice: User, model: ImageModel, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(monkeypatch, 2)
    boats = [make_picture(make_generation(alice, model, f"boat {number}", at=NOON)) for number in range(5)]
    make_picture(make_generation(alice, model, "a heron"))
    client, seen, query = client_of(alice), [], "?text=boat"
    while query:
        page = client.get(f"/library/{query}").content.decode()
        seen += shown(page)
        query = older(page)
    assert seen == [str(boat.pk) for boat in boats[::-1]]


@pytest.mark.parametrize("text", ["boat", ""])
def test_a_place_of_the_other_order_is_no_page(alice: User, client_of: ClientOf, text: str) -> None:
    place = "20260305T120000000000-" + ("0" * 32 if text else "12")
    assert client_of(alice).get(f"/library/?text={text}&before={place}").status_code == 404


def test_a_search_asks_as_often_however_much_it_finds(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    client, counts = client_of(alice), []
    for total in (3, 30):
        while StoredImage.objects.count() < total:
            make_picture(make_generation(alice, model))
        client.get("/library/?text=heron")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/library/?text=heron").content.count(b'class="tile-a"') == total
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("width", "height", "shape"),
    [
        (1024, 1024, "square"),
        (1536, 1024, "landscape"),
        (1792, 1024, "wide"),
        (1024, 1536, "portrait"),
        (1024, 1792, "tall"),
    ],
)
def test_the_shape_filter_keeps_its_shape(
    alice: User, model: ImageModel, client_of: ClientOf, width: int, height: int, shape: str
) -> None:
    wanted = make_picture(make_generation(alice, model), width=width, height=height)
    client = client_of(alice)
    for name in SHAPES:
        page = client.get(f"/library/?shape={name}").content.decode()
        assert shown(page) == ([str(wanted.pk)] if name == shape else [])


def test_days_are_included_at_both_ends(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    pictures = [
        make_picture(make_generation(alice, model, at=NOON + timedelta(days=number))) for number in range(4)
    ]
    page = client_of(alice).get("/library/?since=2026-03-06&until=2026-03-07").content.decode()
    assert shown(page) == [str(pictures[2].pk), str(pictures[1].pk)]


def test_a_span_is_counted_back_from_today(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    recent = make_picture(make_generation(alice, model, at=timezone.now() - timedelta(days=5)))
    make_picture(make_generation(alice, model, at=timezone.now() - timedelta(days=9)))
    assert shown(client_of(alice).get("/library/?when=week").content.decode()) == [str(recent.pk)]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_days_too(alice: User, client_of: ClientOf, day: str) -> None:
    assert client_of(alice).get(f"/library/?since={day}&until={day}").status_code == 200


def test_favourites_are_ones_own(alice: User, bob: User, model: ImageModel, client_of: ClientOf) -> None:
    liked, other = (make_picture(make_generation(alice, model)) for _ in range(2))
    Favourite.objects.create(person=alice, image=liked)
    Favourite.objects.create(person=bob, image=other)
    assert shown(client_of(alice).get("/library/?favourite=on").content.decode()) == [str(liked.pk)]


def test_what_lies_in_the_trash_is_not_found(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    make_picture(make_generation(alice, model), trashed_at=timezone.now())
    assert shown(client_of(alice).get("/library/?text=heron").content.decode()) == []


def test_filters_go_together_and_are_what_a_whole_action_takes(
    alice: User, model: ImageModel, client_of: ClientOf
) -> None:
    wanted = make_picture(make_generation(alice, model, "a boat", at=NOON))
    make_picture(make_generation(alice, model, "a boat"))
    make_picture(make_generation(alice, model, "a heron", at=NOON))
    query = f"text=boat&model={model.name}&shape=wide&until=2026-03-31&person=me"
    assert shown(client_of(alice).get(f"/library/?{query}").content.decode()) == [str(wanted.pk)]
    assert list(pictures_asked(alice, QueryDict(query))) == [wanted]


def test_one_jumps_to_a_month(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    for month in (1, 2, 3):
        make_picture(make_generation(alice, model, at=NOON.replace(month=month)))
    client = client_of(alice)
    page = client.get("/library/").content.decode()
    address = re.search(r'<a href="(\?before=[^"]*)">February 2026</a>', page)
    assert address
    there = client.get(f"/library/{address[1]}").content.decode()
    assert shown(there) == [
        str(row.pk) for row in StoredImage.objects.filter(created_at__month__lt=3).order_by("-created_at")
    ]
    assert "Back to the newest" in there

"""Views of the library that people save."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from images_app.galleries import saved
from images_app.galleries.models import SavedView
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def test_filters_are_saved_under_a_name_and_applied_by_it(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    query = "text=boat&shape=wide&before=x&nonsense=1&model="
    response = client.post("/library/views/", {"name": "  Wide   boats ", "query": query})
    assert response["Location"] == "/library/?text=boat&shape=wide"
    view = SavedView.objects.get()
    assert (view.person, view.name, view.query) == (alice, "Wide boats", "text=boat&shape=wide")
    page = client.get(response["Location"]).content.decode()
    assert '<a href="/library/?text=boat&amp;shape=wide" aria-current="true">Wide boats</a>' in page


def test_the_same_name_takes_the_newer_filters(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    for word in ("boat", "heron"):
        client.post("/library/views/", {"name": "Mine", "query": f"text={word}"})
    assert SavedView.objects.get().query == "text=heron"


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("", "text=boat", "Give the view a name"),
        ("\x00 ", "text=boat", "Give the view a name"),
        ("x" * 61, "text=boat", "too long"),
        ("Mine", "", "Choose a filter first"),
        ("Mine", "before=x&model=", "Choose a filter first"),
        ("Mine", "text=" + "%F0%9F%A6%8A" * 100, "too long"),
    ],
)
def test_what_cannot_be_saved_says_why(
    alice: User, client_of: ClientOf, name: str, query: str, words: str
) -> None:
    page = client_of(alice).post("/library/views/", {"name": name, "query": query}, follow=True)
    assert words in page.content.decode()
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_views(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "VIEWS_AT_MOST", 1)
    saved.save(alice, "One", "text=a")
    with pytest.raises(saved.NotSaved):
        saved.save(alice, "Two", "text=b")
    assert saved.save(alice, "One", "text=c").query == "text=c"


def test_a_view_gets_another_name(alice: User, client_of: ClientOf) -> None:
    view = saved.save(alice, "One", "text=a")
    client_of(alice).post(f"/library/views/{view.pk}/", {"name": "First"})
    assert SavedView.objects.get().name == "First"


def test_no_two_views_have_one_name(alice: User, client_of: ClientOf) -> None:
    saved.save(alice, "One", "text=a")
    view = saved.save(alice, "Two", "text=b")
    page = client_of(alice).post(f"/library/views/{view.pk}/", {"name": "One"}, follow=True)
    assert "You have a view named One already." in page.content.decode()
    view.refresh_from_db()
    assert view.name == "Two"


def test_a_view_is_deleted_and_its_pictures_stay(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    picture = make_picture(make_generation(alice, model))
    view = saved.save(alice, "One", "text=heron")
    page = client_of(alice).post(f"/library/views/{view.pk}/deletion/", {"query": "text=heron"}, follow=True)
    assert not SavedView.objects.exists()
    assert str(picture.pk) in page.content.decode()


@pytest.mark.parametrize("end", ["", "deletion/"])
def test_a_strangers_view_is_not_there(alice: User, bob: User, client_of: ClientOf, end: str) -> None:
    view = saved.save(alice, "One", "text=a")
    assert client_of(bob).post(f"/library/views/{view.pk}/{end}", {"name": "x"}).status_code == 404
    assert "One" not in client_of(bob).get("/library/?text=a").content.decode()
    view.refresh_from_db()
    assert view.name == "One"


def test_the_number_of_queries_does_not_grow_with_the_views(alice: User, client_of: ClientOf) -> None:
    client, counts = client_of(alice), []
    for total in (1, 12):
        for number in range(total):
            saved.save(alice, f"View {number}", "text=a")
        client.get("/library/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/library/").content.count(b"<li>\n      <a href=") == total
        counts.append(len(captured))
    assert counts[0] == counts[1]

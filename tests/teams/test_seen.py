"""That a session was seen is written rarely, and costs other requests nothing."""

from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation, make_picture

ClientOf = Callable[[User], Client]
KEY = {"If-None-Match": '"t"'}  # the row has no bytes


def asked(client: Client, address: str, **headers: str) -> list[str]:
    """The kinds of statements about sessions' rows that a request brings."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address, headers=headers).status_code in {200, 304}
    return [query["sql"].split()[0] for query in captured if "usersession" in query["sql"]]


def elsewhere(client: Client) -> Client:
    """The same browser, answered by another process."""
    other = Client()
    other.cookies = client.cookies
    return other


def test_a_page_is_noted_once_and_then_asks_nothing(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    assert asked(client, "/trash/") == [] or UserSession.objects.count() == 1
    assert [asked(client, "/trash/") for _ in range(3)] == [[], [], []]


def test_another_process_asks_once_and_writes_nothing(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.get("/trash/")
    other = elsewhere(client)
    assert [asked(other, "/trash/") for _ in range(3)] == [["SELECT"], [], []]


def test_five_minutes_later_one_of_them_writes_once(alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.get("/trash/")
    long_ago = timezone.now() - timedelta(minutes=6)
    UserSession.objects.update(last_seen_at=long_ago)
    one, other = elsewhere(client), elsewhere(client)
    assert asked(one, "/trash/") == ["SELECT", "UPDATE"]
    assert asked(other, "/trash/") == ["SELECT"]
    assert UserSession.objects.get().last_seen_at > long_ago + timedelta(minutes=5)


def test_pictures_ask_nothing(alice: User, model: ImageModel, client_of: ClientOf) -> None:
    image = make_picture(make_generation(alice, model))
    client = client_of(alice)
    assert asked(client, f"/images/{image.pk}/thumbnail/", **KEY) == []
    client.get("/trash/")
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    assert asked(elsewhere(client), f"/images/{image.pk}/thumbnail/", **KEY) == []

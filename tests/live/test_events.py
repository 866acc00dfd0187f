"""Event streams, through a real server and a real Redis."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.test import Client
from redis import Redis

from images_app.lib.bus import CHANNEL, announce
from images_app.live.hub import PER_PERSON
from images_app.teams.models import User
from tests import parts
from tests.live.conftest import Page, Web, cookie_of, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

StartWeb = Callable[..., Web]
OpenPage = Callable[[Web, User], Page]


def change(person: User, job: str = "j1", state: str = "sent") -> dict[str, str]:
    return {
        "kind": "job",
        "person": str(person.pk),
        "team": "t1",
        "job": job,
        "generation": "g1",
        "state": state,
    }


def test_a_change_reaches_its_person_and_nobody_else(
    start_web: StartWeb, open_page: OpenPage, alice: User, bob: User
) -> None:
    web = start_web()
    hers, his = open_page(web, alice), open_page(web, bob)
    announce(change(alice))
    announce(change(bob, job="j2"))
    assert hers.hears("job") == {"job": "j1", "generation": "g1", "state": "sent"}
    assert his.hears("job") == {"job": "j2", "generation": "g1", "state": "sent"}
    assert [data["job"] for name, data in hers.told if name == "job"] == ["j1"]
    assert [data["job"] for name, data in his.told if name == "job"] == ["j2"]


def test_every_page_of_a_person_is_told(start_web: StartWeb, open_page: OpenPage, alice: User) -> None:
    web = start_web()
    pages = [open_page(web, alice) for _ in range(3)]
    announce(change(alice))
    assert all(page.hears("job") for page in pages)


def test_the_stream_is_neither_kept_nor_buffered_nor_compressed(
    start_web: StartWeb, open_page: OpenPage, alice: User
) -> None:
    headers = open_page(start_web(), alice).response.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-store"
    assert headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in headers


def test_strangers_are_refused_in_json(start_web: StartWeb) -> None:
    web = start_web()
    for headers in (
        {},
        {"Cookie": "sessionid=0123456789abcdef0123456789abcdef"},
        {"Cookie": "sessionid=\xe9;;="},
    ):
        answer = httpx.get(f"{web.address}/events/", headers=httpx.Headers(headers, encoding="latin-1"))
        assert answer.status_code == 401
        assert answer.json()["error"]["message"]


def test_other_methods_are_refused(
    start_web: StartWeb, client_of: Callable[[User], Client], alice: User
) -> None:
    web = start_web()
    answer = httpx.post(f"{web.address}/events/", headers={"Cookie": cookie_of(client_of(alice))})
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_a_person_has_so_many_pages_and_a_closed_one_makes_room(
    start_web: StartWeb, open_page: OpenPage, client_of: Callable[[User], Client], alice: User
) -> None:
    web = start_web()
    pages = [open_page(web, alice) for _ in range(PER_PERSON)]
    cookie = {"Cookie": cookie_of(client_of(alice))}
    assert httpx.get(f"{web.address}/events/", headers=cookie).status_code == 429
    pages[0].close()
    wait_until(lambda: _status(web, cookie) == 200)


def _status(web: Web, headers: dict[str, str]) -> int:
    with httpx.stream("GET", f"{web.address}/events/", headers=headers) as answer:
        return answer.status_code


def test_garbage_on_the_channel_is_passed_over(start_web: StartWeb, open_page: OpenPage, alice: User) -> None:
    web = start_web()
    page = open_page(web, alice)
    with Redis.from_url(settings.REDIS_URL) as redis:
        for garbage in (
            b"\xff\xfe",
            b"[]",
            b"{}",
            b'{"kind": "job"}',
            b'{"kind": "job", "person": {"a": 1}}',
        ):
            redis.publish(CHANNEL, garbage)
    announce(change(alice))
    assert page.hears("job") == {"job": "j1", "generation": "g1", "state": "sent"}


def test_pages_ask_anew_when_redis_comes_back(start_web: StartWeb, open_page: OpenPage, alice: User) -> None:
    with parts.start_valkey() as url:
        port = urlsplit(url).port
        web = start_web(url)
        page = open_page(web, alice)
        publish(url, change(alice))
        assert page.hears("job")
        heard = len(page.told)
    assert page.hears("catchup", after=heard) is not None, "pages ask for themselves while Redis is away"
    with parts.start_valkey(port) as url:
        deaf = len(page.told)
        assert page.hears("catchup", after=deaf) is not None
        wait_until(lambda: publish(url, change(alice, job="j2")) > 0)
        told = page.hears("job", after=deaf)
        assert told and told["job"] == "j2"


def publish(url: str, message: dict[str, str]) -> int:
    """How many processes heard it."""
    with Redis.from_url(url) as redis:
        return int(redis.publish(CHANNEL, json.dumps(message)))


def test_a_stop_ends_open_streams_at_once(start_web: StartWeb, open_page: OpenPage, alice: User) -> None:
    web = start_web()
    pages = [open_page(web, alice) for _ in range(5)]
    assert web.stop() < 5
    assert all(page.ended.wait(5) for page in pages)

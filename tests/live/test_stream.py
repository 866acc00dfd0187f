"""One stream, driven as a server drives it: heartbeats, the second look at the session, slow readers."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client
from redis import Redis

from images_app.live import stream
from images_app.live.hub import WAITING, Hub, Subscription
from images_app.live.messages import CATCHUP, HEARTBEAT
from images_app.live.stream import Streams
from images_app.teams.models import User
from tests.live.conftest import cookie_of

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """The server's side of one open stream."""

    def __init__(self, streams: Streams, cookie: str) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self.leave = asyncio.Event()
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/events/",
            "headers": [(b"cookie", cookie.encode())],
        }
        self.task = asyncio.create_task(streams(scope, self._receive, self._send))

    async def _receive(self) -> Mapping[str, Any]:
        await self.leave.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Mapping[str, Any]) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0.01)


def drive(test: Callable[[Hub], Awaitable[None]]) -> None:
    async def run() -> None:
        hub = Hub(settings.REDIS_URL)
        try:
            await test(hub)
        finally:
            hub.close()

    asyncio.run(run())


def test_a_quiet_stream_beats(alice: User, client_of: Callable[[User], Client]) -> None:
    cookie = cookie_of(client_of(alice))

    async def test(hub: Hub) -> None:
        listener = Listener(Streams(hub, heartbeat_s=0.05), cookie)
        await listener.until(lambda: listener.body.count(HEARTBEAT) >= 3)
        assert listener.body.startswith(b"retry: 2000\n\n")

    drive(test)


def test_a_page_that_leaves_frees_its_place(alice: User, client_of: Callable[[User], Client]) -> None:
    cookie = cookie_of(client_of(alice))

    async def test(hub: Hub) -> None:
        listener = Listener(Streams(hub), cookie)
        await listener.until(lambda: bool(listener.body))
        listener.leave.set()
        await asyncio.wait_for(listener.task, 5)
        assert not hub._pages

    drive(test)


@pytest.mark.parametrize("how", ["deactivated", "signed out", "new password"])
def test_who_may_no_longer_listen_is_cut_off(
    alice: User, client_of: Callable[[User], Client], how: str
) -> None:
    client = client_of(alice)
    cookie = cookie_of(client)

    def stop() -> None:
        if how == "deactivated":
            User.objects.filter(pk=alice.pk).update(is_active=False)
        elif how == "signed out":
            client.logout()
        else:
            alice.set_password("another long password")
            alice.save()
        connections.close_all()  # this thread's, which nobody else would close

    async def test(hub: Hub) -> None:
        listener = Listener(Streams(hub, recheck_s=0.2), cookie)
        await listener.until(lambda: listener.body.count(HEARTBEAT) >= 2)  # two looks, and still here
        assert not listener.task.done()
        await sync_to_async(stop)()
        await asyncio.wait_for(listener.task, 5)
        assert listener.sent[-1] == {"type": "http.response.body", "body": b""}

    drive(test)


def test_a_database_that_is_away_cuts_nobody_off(
    alice: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie = cookie_of(client_of(alice))

    def away(session_key: str) -> str | None:
        raise OperationalError("the database is away")

    async def test(hub: Hub) -> None:
        streams = Streams(hub, recheck_s=0.1)
        listener = Listener(streams, cookie)
        await listener.until(lambda: bool(listener.body))
        monkeypatch.setattr(stream, "person_of", away)
        await listener.until(lambda: listener.body.count(HEARTBEAT) >= 2)
        newcomer = Listener(streams, cookie)
        await asyncio.wait_for(newcomer.task, 5)
        assert newcomer.status == 503
        assert not listener.task.done()

    drive(test)


def test_open_streams_hold_no_threads(alice: User, client_of: Callable[[User], Client]) -> None:
    cookie = cookie_of(client_of(alice))

    async def test(hub: Hub) -> None:
        streams = Streams(hub)
        listeners = [Listener(streams, cookie) for _ in range(20)]
        for listener in listeners:
            await listener.until(lambda listener=listener: bool(listener.body))  # type: ignore[misc]
        assert sum(thread.name.startswith("streams") for thread in threading.enumerate()) <= 4

    drive(test)


def test_a_slow_reader_is_told_to_ask_anew_and_costs_little() -> None:
    async def test() -> bytes:
        page = Subscription("someone")
        for number in range(WAITING + 3):
            page.tell(b"event: job\ndata: %d\n\n" % number)
        return await page.wait(1)

    told = asyncio.run(test())
    assert told.startswith(CATCHUP)
    assert told.count(b"event: job") == 2


def test_pages_ask_anew_once_the_hub_hears_again(alice: User, client_of: Callable[[User], Client]) -> None:
    """What was published while the connection was cut is lost, so the page must ask."""
    cookie = cookie_of(client_of(alice))

    async def test(hub: Hub) -> None:
        listener = Listener(Streams(hub), cookie)  # the first page makes the hub listen
        await listener.until(lambda: CATCHUP in listener.body)
        with Redis.from_url(settings.REDIS_URL) as redis:
            redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        # One as the connection breaks, one as it is back.
        await listener.until(lambda: listener.body.count(CATCHUP) >= 3)

    drive(test)

"""`/events/`: a page's stream of server-sent events, as a raw ASGI application. ``?team=`` names the gallery it shows.

Beside Django on purpose: a stream that went through its middleware would hold a thread and a database
connection for as long as it is open. Here an open page costs two coroutines and a socket.
"""

import asyncio
import contextlib
import json
import random
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import structlog
from django.db import Error as DatabaseError

from images_app.lib import here
from images_app.lib.bodies import Receive, Scope, Send
from images_app.lib.clock import Deadline
from images_app.live.access import person_of, session_key_of, team_of
from images_app.live.hub import Hub, Subscription
from images_app.live.messages import HEARTBEAT

PATH = "/events/"

log = structlog.get_logger(__name__)

_OPENING = b"retry: 2000\n\n"
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Streams:
    """The application. ``heartbeat_s``: longest silence; ``recheck_s``: longest stay of one signed out."""

    def __init__(self, hub: Hub, *, heartbeat_s: float = 15.0, recheck_s: float = 60.0) -> None:
        self._hub = hub
        self._heartbeat_s = heartbeat_s
        self._recheck_s = recheck_s
        # A thousand pages that reconnect together wait here, not in a thousand database connections.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="streams")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            return await _refuse(send, 405, "Only GET is answered here.", (b"allow", b"GET"))
        session_key = session_key_of(scope["headers"])
        gallery = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("team", [""])[0]
        try:
            person, team = await self._present(session_key, gallery)
        except DatabaseError as error:
            log.warning("stream refused: no database", error=type(error).__name__)
            return await _refuse(send, 503, "Try again in a moment.", (b"retry-after", b"5"))
        if person is None:
            return await _refuse(send, 401, "Sign in first.")
        page = self._hub.subscribe(person, team)
        if page is None:
            return await _refuse(send, 429, "Too many pages listen already.", (b"retry-after", b"30"))
        watcher = asyncio.create_task(_close_when_gone(receive, page))
        try:
            with contextlib.suppress(OSError):  # the page is gone
                await self._tell(page, session_key, gallery, send)
        finally:
            self._hub.unsubscribe(page)
            watcher.cancel()
            if not self._hub.looks(person):
                with contextlib.suppress(RuntimeError):  # the process ends
                    self._threads.submit(here.left, person)

    async def _tell(self, page: Subscription, session_key: str, gallery: str, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _OPENING, "more_body": True})
        recheck = self._recheck()
        while True:
            events = await page.wait(max(0.0, min(self._heartbeat_s, recheck.left())))
            if page.closed:
                break
            if recheck.passed:
                if not await self._is_still(page, session_key, gallery):
                    break
                recheck = self._recheck()
            await send({"type": "http.response.body", "body": events or HEARTBEAT, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _recheck(self) -> Deadline:
        # Spread, so that pages opened together do not ask the database together.
        return Deadline(self._recheck_s * random.uniform(0.5, 1.0))  # noqa: S311

    async def _is_still(self, page: Subscription, session_key: str, gallery: str) -> bool:
        try:
            person, team = await self._present(session_key, gallery)
        except DatabaseError:
            return True  # nobody is signed out by a database that is away
        if team != page.team:
            self._hub.shut_out(page)
        return person == page.person

    async def _present(self, session_key: str, gallery: str) -> tuple[str | None, str]:
        if not session_key:
            return None, ""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _present, session_key, gallery)


def _present(session_key: str, gallery: str) -> tuple[str | None, str]:
    """Whose session it is, and the team of theirs whose gallery is open; they are looking at a page now."""
    person = person_of(session_key)
    if person is None:
        return None, ""
    here.note(person)
    return person, team_of(person, gallery)


async def _close_when_gone(receive: Receive, page: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    page.close()


async def _refuse(send: Send, status: int, message: str, *headers: tuple[bytes, bytes]) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    plain = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*plain, *headers]})
    await send({"type": "http.response.body", "body": body})

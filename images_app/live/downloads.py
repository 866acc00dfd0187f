"""Archives, one's own and those of links, and the audit log as a file: Django decides what is sent, then the body goes
out beside it, however long that takes.

A download through Django would hold its thread, and its database connection with it, for minutes. Here the view has
ended before the first byte is read; a waiting download costs a coroutine, and a thread only while it reads a chunk.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import connections

from images_app.lib.bodies import Application, Receive, Scope, Send
from images_app.lib.handoff import SLOT

PATH = "/images/zip/"
PATHS = re.compile(
    f"{PATH}|/s/[^/]+/zip/|/team/[^/]+/spend/export/|/oversight/spend/export/|/admin/images_app/auditentry/export/"
)

log = structlog.get_logger(__name__)


class Downloads:
    """An application around Django's: sends what a view has handed over (lib/handoff.py)."""

    def __init__(self, application: Application, *, threads: int = 4) -> None:
        self._application = application
        # Many downloads at once share these: each reads one chunk in turn.
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="downloads")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slot: list[Iterator[bytes]] = []
        held: list[Mapping[str, Any]] = []

        async def hold(message: Mapping[str, Any]) -> None:
            held.append(message)

        await self._application({**scope, SLOT: slot}, receive, hold)
        if not slot:
            for message in held:
                await send(message)
            return
        await send(_without_length(held[0]))
        await self._send_all(slot[0], receive, send)

    async def _send_all(self, chunks: Iterator[bytes], receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(_gone(receive))
        try:
            while not leaving.done():
                chunk = await self._next(chunks)
                if chunk is None:
                    await send({"type": "http.response.body", "body": b""})
                    return
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except OSError as error:
            # Told to the reader by a body that breaks off: a file that looked whole would be worse.
            log.warning("download broke off", error=type(error).__name__)
            raise
        finally:
            leaving.cancel()
            # It is closed for its files' sake: trouble with that is no news about a download that is over, and one
            # whose next chunk is still being read cannot be closed; it goes when that thread lets go of it.
            with contextlib.suppress(Exception):
                await asyncio.get_running_loop().run_in_executor(self._threads, _close, chunks)

    async def _next(self, chunks: Iterator[bytes]) -> bytes | None:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _step, chunks)


def _step(chunks: Iterator[bytes]) -> bytes | None:
    try:
        return next(chunks, None)
    finally:
        connections.close_all()  # a batch of rows was read, perhaps: nothing is held until the next


def _close(chunks: Iterator[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close:
        close()


def _without_length(start: Mapping[str, Any]) -> dict[str, Any]:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    return {**start, "headers": headers}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass

"""A body larger than any form is turned away before it is written to disk."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from images_app.lib.bodies import Capped

MOST = 1000


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Reads everything, as Django does, and says how much it was."""
    got, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        got, more = got + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(got).encode()})


def answer(chunks: list[bytes], *, length: str | None) -> tuple[int, int]:
    """Status, and how many chunks were read."""
    waiting, sent = list(chunks), []

    async def receive() -> Mapping[str, Any]:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    headers = [] if length is None else [(b"content-length", length.encode())]
    asyncio.run(Capped(application, most=MOST)({"type": "http", "headers": headers}, receive, send))
    return sent[0]["status"], len(chunks) - len(waiting)


def test_what_fits_goes_through() -> None:
    assert answer([b"a" * 600, b"a" * 400], length="1000") == (200, 2)


def test_an_announced_giant_is_not_read_at_all() -> None:
    assert answer([b"a" * 600] * 9, length="5400") == (413, 0)


@pytest.mark.parametrize("length", [None, "", "12", "x"])
def test_an_unannounced_giant_is_cut_off(length: str | None) -> None:
    assert answer([b"a" * 600] * 9, length=length) == (413, 2)

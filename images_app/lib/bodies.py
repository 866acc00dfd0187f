"""How much a request may bring."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# The longest prompt of any model, each character of it twelve bytes in a form, and plenty beside: also for the one file
# that a page takes, 2 MB of a provider's numbers.
MOST_BYTES = 4 * 1024 * 1024


class Capped:
    """An ASGI application whose requests bring ``most`` bytes at most.

    Django writes a body to disk before any view or limit of its own is asked, and anybody may send one.
    """

    def __init__(self, application: Application, *, most: int = MOST_BYTES) -> None:
        self._application = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _announced(scope) > self._most:
            await _too_large(send)
            return
        got, begun = 0, False

        async def counted() -> Mapping[str, Any]:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            # To Django the caller has gone: it drops what came and says nothing.
            return {"type": "http.disconnect"} if got > self._most else message

        async def heard(message: Mapping[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        await self._application(scope, counted, heard)
        if got > self._most and not begun:
            await _too_large(send)


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


async def _too_large(send: Send) -> None:
    body = b"That is more than a form may bring.\n"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})

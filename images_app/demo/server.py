"""The demo endpoint as an ASGI application: `uvicorn images_app.demo.server:app`."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from .artist import Recipe, recipe
from .contract import MAX_BODY, PROFILES, ApiError, Order, read_order
from .faults import Faults, FirstTime, invalid_key, read_faults, turn_away
from .links import BadLink, ExpiredLink, Link, Links
from .moderations import moderate
from .pictures import Pictures
from .revise import revise
from .settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PATHS = {"/v1/images/generations": "POST", "/v1/moderations": "POST", "/v1/models": "GET", "/healthz": "GET"}
MOST_POSITIONS = 200
MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass
class Reply:
    """What goes back. `cut` ends the connection in the middle of the body; `hang_up` before any of it."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hang_up: bool = False


class HungUp(Exception):
    """The connection was closed on purpose."""


class Demo:
    """The endpoint. `clock` gives unix seconds and `sleep` waits; tests put their own in their place."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.settings, self.clock, self.sleep = settings, clock, sleep
        self.links = Links.kept_in(settings.data_dir)
        folder = settings.data_dir / "demo-pictures" if settings.data_dir else None
        self.pictures = Pictures(settings.workers, settings.cache_mb, folder)
        self.first_time = FirstTime(clock)
        self.made = 0
        # Work goes on when its caller goes away; without a reference here it could be collected half done.
        self.running: set[asyncio.Task[Reply]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            else:
                self.pictures.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        try:
            reply = await self._route(scope, headers, receive)
        except ApiError as error:
            reply = _json(error.status, error.body(), error.headers)
        await _deliver(reply, scope["method"], send)

    async def _route(self, scope: Scope, headers: Mapping[str, str], receive: Receive) -> Reply:
        method, path = scope["method"], scope["path"]
        if path.startswith("/files/"):
            _allow(method, ("GET", "HEAD"), path)
            return await self._file(path)
        wanted = PATHS.get(path)
        if wanted is None and path.startswith("/v1/models/"):
            wanted = "GET"
        if wanted is None:
            raise ApiError(404, f"Invalid URL ({method} {path[:200]})", code="unknown_url")
        _allow(method, (wanted, "HEAD") if wanted == "GET" else (wanted,), path)
        if path == "/healthz":
            return _json(200, {"status": "ok", "pictures_made": self.made})
        self._check_key(headers.get("authorization", ""))
        if path.startswith("/v1/models"):
            return _models(path.removeprefix("/v1/models").strip("/"))
        body = await _read_body(headers, receive)
        if path == "/v1/moderations":
            return _json(200, moderate(body, headers.get("content-type", "")))
        order = read_order(body, headers.get("content-type", ""))
        return await self._generate(order, _base(self.settings, scope, headers), _position(headers))

    def _check_key(self, authorization: str) -> None:
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            message = (
                "You didn't provide an API key. You need to provide your API key in an Authorization header "
                "using Bearer auth."
            )
            raise ApiError(401, message, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})
        expected = self.settings.api_key
        if expected is not None and not hmac.compare_digest(key.encode(), expected.encode()):
            raise invalid_key(key)

    async def _generate(self, order: Order, base: str, position: int) -> Reply:
        faults = read_faults(order.prompt)
        turn_away(faults, order.prompt, self.first_time, self.clock())
        # From here on it costs: as at a real endpoint, the work is done and counted even if nobody waits for it.
        task = asyncio.create_task(self._make(order, faults, base, position))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return await asyncio.shield(task)

    async def _make(self, order: Order, faults: Faults, base: str, position: int) -> Reply:
        """Draw, wait as long as a real model would, and answer or fail as the prompt asks."""
        recipes = _recipes(order, faults.prompt, position)
        wait = faults.seconds("slow", 45) if "slow" in faults else self._delay(order)
        drawn, _ = await asyncio.gather(self._draw(recipes, faults), self.sleep(wait))
        self.made += len(recipes)
        if faults.after:
            return _failure(faults.after)
        now = int(self.clock())
        data = [
            self._item(order, faults, one, bytes_, base, now)
            for one, bytes_ in zip(recipes, drawn, strict=True)
        ]
        answer: dict[str, Any] = {"created": now, "data": data}
        if order.profile.tokens:
            answer |= _usage(order)
        return _json(200, answer)

    async def _draw(self, recipes: list[Recipe], faults: Faults) -> list[bytes]:
        if faults.after or "bad-picture" in faults:
            return [b"This is not a picture." for _ in recipes]
        return await asyncio.gather(*(self.pictures.get(one) for one in recipes))

    def _delay(self, order: Order) -> float:
        """Seconds, decided by the prompt; the better qualities take half as long again."""
        low, high = self.settings.delay
        share = hashlib.sha256(order.prompt.encode()).digest()[0] / 255
        factor = {"hd": 1.5, "high": 1.5, "low": 0.7}.get(str(order.fields["quality"]), 1.0)
        return (low + (high - low) * share) * factor

    def _item(
        self, order: Order, faults: Faults, one: Recipe, picture: bytes, base: str, now: int
    ) -> dict[str, str]:
        item: dict[str, str] = {}
        if order.fields.get("response_format") == "url":
            # A dead address is one whose hour is over before it is given out.
            expires = now - 1 if "dead-url" in faults else now + self.settings.url_seconds
            token = self.links.token(Link(one, expires, "bad-picture" in faults))
            item["url"] = f"{base}/files/{token}.{one.output_format}"
        else:
            item["b64_json"] = base64.b64encode(picture).decode()
        if order.profile.revises and "no-revised" not in faults:
            item["revised_prompt"] = revise(faults.prompt, one.quality, one.style)
        return item

    async def _file(self, path: str) -> Reply:
        token, _, ending = path.removeprefix("/files/").rpartition(".")
        try:
            link = self.links.read(token, self.clock())
        except BadLink:
            return _refuse_file("SignatureDoesNotMatch", "The signature of this address is not valid.")
        except ExpiredLink:
            return _refuse_file("ExpiredToken", "The time of this address is over.")
        if ending != link.recipe.output_format:
            return _refuse_file("SignatureDoesNotMatch", "The signature of this address is not valid.")
        body = b"\x89PNG\r\n\x1a\nand then nothing" if link.broken else await self.pictures.get(link.recipe)
        return Reply(200, body, MEDIA_TYPES[ending], {"Cache-Control": "private, max-age=3600"})


def _usage(order: Order) -> dict[str, Any]:
    """The token counts and settings that models priced by the token add to their answer."""
    fields = order.fields
    out = order.profile.tokens[str(fields["quality"])][str(fields["size"])] * int(fields["n"])
    text = max(1, -(-len(order.prompt.encode()) // 4))
    return {
        **{name: fields[name] for name in ("background", "output_format", "size", "quality")},
        "usage": {
            "total_tokens": text + out,
            "input_tokens": text,
            "output_tokens": out,
            "input_tokens_details": {"text_tokens": text, "image_tokens": 0},
        },
    }


def _failure(name: str) -> Reply:
    """The failures that come after the money is spent."""
    sorry = ApiError(
        500, "The server had an error while processing your request. Sorry about that!", kind="server_error"
    )
    html = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
    half = b'{"created": 1700000000, "data": [{"url": "https://exam'
    if name == "server-error":
        return _json(500, sorry.body())
    if name == "bad-gateway":
        return Reply(502, html, "text/html")
    if name == "unavailable":
        return _json(
            503,
            {
                "error": {
                    **sorry.body()["error"],
                    "message": "The engine is currently overloaded, please try again later",
                }
            },
        )
    if name == "html":
        return Reply(200, html.replace(b"502 Bad Gateway", b"Welcome"), "text/html")
    if name == "bad-body":
        return Reply(200, half)
    if name == "error-in-200":
        return _json(200, sorry.body())
    if name == "empty":
        return _json(200, {"created": 1700000000, "data": []})
    return Reply(200, half, cut=name == "half-body", hang_up=name == "drop")


def _models(name: str) -> Reply:
    rows = [
        {"id": p.name, "object": "model", "created": p.created, "owned_by": "demo"} for p in PROFILES.values()
    ]
    if not name:
        return _json(200, {"object": "list", "data": rows})
    for row in rows:
        if row["id"] == name:
            return _json(200, row)
    raise ApiError(404, f"The model '{name[:100]}' does not exist", param="model", code="model_not_found")


def _refuse_file(code: str, message: str) -> Reply:
    """As an object store refuses: 403 and a little XML."""
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Reply(403, body.encode(), "application/xml")


def _allow(method: str, allowed: tuple[str, ...], path: str) -> None:
    if method not in allowed:
        message = f"Not allowed to {method} on {path[:200]}. (HINT: Perhaps you meant to use a different HTTP method?)"
        raise ApiError(405, message, code="method_not_supported", headers={"Allow": ", ".join(allowed)})


def _recipes(order: Order, prompt: str, position: int) -> list[Recipe]:
    fields = order.fields
    width, height = order.size
    return [
        recipe(
            prompt,
            width,
            height,
            quality=str(fields["quality"]),
            style=str(fields.get("style", "vivid")),
            variation=position + number,
            output_format=str(fields.get("output_format", "png")),
            compression=int(fields.get("output_compression", 100)),
            transparent=fields.get("background") == "transparent",
        )
        for number in range(int(fields["n"]))
    ]


def _position(headers: Mapping[str, str]) -> int:
    """Which of several pictures of one prompt is asked for: Easel makes a call for each."""
    text = headers.get("x-easel-position", "0")
    return int(text) % MOST_POSITIONS if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _base(settings: Settings, scope: Scope, headers: Mapping[str, str]) -> str:
    """The address this server is reached at, without a slash at its end."""
    if settings.public_url:
        return settings.public_url
    host = headers.get("host") or ":".join(str(part) for part in scope.get("server") or ("127.0.0.1", 80))
    return f"{scope.get('scheme', 'http')}://{host}"


async def _read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """The whole body. Raises ApiError 413 as soon as it is known to be too large."""
    too_large = ApiError(413, f"The request body is larger than {MAX_BODY} bytes.", code="request_too_large")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_BODY:
        raise too_large
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise too_large
        if not message.get("more_body"):
            return bytes(body)


def _json(status: int, value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})


async def _deliver(reply: Reply, method: str, send: Send) -> None:
    """Send the reply. Raises HungUp where it breaks off on purpose, so that the server closes the connection."""
    if reply.hang_up:
        await _hang_up(send)
    length = len(reply.body) + (2000 if reply.cut else 0)
    headers = {"content-type": reply.media_type, "content-length": str(length), **reply.headers}
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    body = b"" if method == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": reply.cut})
    if reply.cut:
        await _hang_up(send)


async def _hang_up(send: Send) -> None:
    """Close the connection without another byte.

    ASGI has no word for it, so this reaches for uvicorn's own transport; under another server the exception alone
    ends the request.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise HungUp
    await asyncio.sleep(0.05)
    transport.close()
    await asyncio.sleep(0.05)


app = Demo(Settings.from_environment())

"""The scripted endpoint's server: reads requests, writes the ledger, then answers as the steps say."""

import asyncio
import gzip
import hashlib
import json
import os
import socket
import struct
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.endpoint_steps import Call, Step, compose, parse_steps, steps_in
from tests.pictures import picture


@dataclass
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    def __init__(self, ledger: Path, api_key: str | None, pixels: str, fsync: bool) -> None:
        self.base_url = ""
        self.stopping = asyncio.Event()
        self._gate = asyncio.Event()
        self._ledger = ledger.open("a", encoding="utf-8")
        self._api_key = api_key
        self._pixels = pixels
        self._fsync = fsync
        self._script: deque[str] = deque()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls = self._connections = self._orders = self._in_flight = self._peak = 0

    async def serve(self, port: int, ready: Callable[[], None]) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", port, backlog=1024, limit=2**20)
        self.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        ready()
        await self.stopping.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._ledger.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        task = asyncio.ensure_future(self._converse(reader, writer, self._connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        try:
            if self._script and self._script[0] == "reset-before-read":
                self._script.popleft()
                await reader.read(
                    1
                )  # at once, the caller might not have sent a byte yet and could be sure of it
                _reset(writer)
                return
            while request := await _read(reader):
                await self._route(request, reader, writer, connection)
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close" or writer.is_closing():
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the caller went away; the ledger has what was read
        finally:
            writer.close()

    async def _route(
        self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        url = urlsplit(request.path)
        if request.method == "POST" and url.path.endswith("/images/generations"):
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)
            try:
                await self._call(request, reader, writer, connection)
            finally:
                self._in_flight -= 1
        elif url.path.startswith("/control/"):
            _send(
                writer,
                200,
                {},
                json.dumps(self._control(url.path, json.loads(request.body or b"[]"))).encode(),
            )
        elif url.path.startswith("/pictures/"):
            self._write(
                {"kind": "picture", "path": url.path, "connection": connection, "headers": request.headers}
            )
            await _serve_picture(url.path, url.query, self._pixels, reader, writer)
        elif url.path.endswith("/models"):
            _send(writer, 200, {}, b'{"object": "list", "data": [{"id": "dall-e-3", "object": "model"}]}')
        else:
            _send(writer, 404, {}, b'{"error": {"message": "no such address"}}')

    def _control(self, path: str, argument: list[str]) -> Any:
        self._orders += 1  # each came on a connection that is no caller's
        if path.endswith("/script"):
            self._script.extend(argument)
        elif path.endswith("/release"):
            self._gate.set()
        return {
            "connections": self._connections - self._orders,
            "in_flight": self._in_flight,
            "peak_in_flight": self._peak,
        }

    async def _call(
        self, request: _Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, connection: int
    ) -> None:
        call = self._answer(request)
        if call.step("reset-before-read"):
            _reset(writer)  # as if never read: not in the ledger
            return
        self._write(
            {
                "n": call.n,
                "kind": "call",
                "connection": connection,
                "attempt": request.headers.get("x-easel-attempt", ""),
                "model": call.asked.get("model"),
                "prompt": call.asked.get("prompt"),
                "body": call.asked,
                "headers": request.headers | {"authorization": "…"},
                "steps": [step.text for step in call.steps],
                "status": call.status,
                "charged": call.charged,
                "sha256": [hashlib.sha256(image).hexdigest() for image in call.images],
            }
        )
        if delay := call.step("delay"):
            await asyncio.sleep(float(delay.argument))
        if call.step("gate"):
            await self._gate.wait()
        await _put_on_wire(call, reader, writer)

    def _answer(self, request: _Request) -> Call:
        self._calls += 1
        try:
            asked = json.loads(request.body)
        except ValueError:
            asked = {}
        prompt = str(asked.get("prompt"))
        steps = parse_steps(self._script.popleft()) if self._script else self._due(prompt)
        if self._api_key and request.headers.get("authorization") != f"Bearer {self._api_key}":
            steps = parse_steps("status 401 code=invalid_api_key")
        call = Call(self._calls, steps, asked, self.base_url.removesuffix("/v1"))
        compose(call, self._pixels)
        return call

    def _due(self, prompt: str) -> list[Step]:
        due = []
        for step in steps_in(prompt):
            self._seen[prompt, step.text] += 1
            if self._seen[prompt, step.text] <= int(step.options.get("times", sys.maxsize)):
                due.append(step)
        return due

    def _write(self, entry: dict[str, Any]) -> None:
        self._ledger.write(json.dumps({"at": time.time(), **entry}) + "\n")
        self._ledger.flush()
        if self._fsync:
            os.fsync(self._ledger.fileno())


async def _put_on_wire(call: Call, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    step = call.step(*WIRE)
    name = step.name if step else ""
    whole = _message(call.status, call.headers, call.body)
    half = len(whole) - max(1, len(call.body) // 2)
    if name == "hang":
        await _until_gone(reader)
    elif name == "reset-after-body":
        _reset(writer)
    elif name == "close-after-body":
        writer.close()
    elif name in ("truncate", "stall", "early-close"):
        writer.write(whole[: 20 if name == "early-close" else half])
        await writer.drain()
        if name == "stall":
            await _until_gone(reader)
        writer.close()
    elif name == "drip":
        for byte in whole:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(float(step.argument) if step else 0)
    else:
        writer.write(whole)


WIRE = ("hang", "reset-after-body", "close-after-body", "truncate", "stall", "early-close", "drip")


async def _serve_picture(
    path: str, query: str, pixels: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    _, _, kind, name = path.split("/", 3)
    n, k = name.removesuffix(".png").split("-")
    image = picture(int(n), int(k), pixels)
    headers = {"Content-Type": "image/png"}
    if kind.isdigit():
        _send(writer, int(kind), {}, b"no picture here")
    elif kind == "redirect":
        _send(writer, 302, {"Location": parse_qs(query).get("to", [path])[0]}, b"")
    elif kind == "html":
        _send(writer, 200, {"Content-Type": "text/html"}, b"<script>alert(1)</script>")
    elif kind == "big":
        _send(writer, 200, headers, image + bytes(60 * 1024 * 1024))
    elif kind == "truncate":
        whole = _message(200, headers, image)
        writer.write(whole[: -len(image) // 2])
        writer.close()
    elif kind in ("gzip", "bomb"):
        packed = gzip.compress(image if kind == "gzip" else bytes(300 * 1024 * 1024), 1)
        _send(writer, 200, {**headers, "Content-Encoding": "gzip"}, packed)
    elif kind == "hang":
        await _until_gone(reader)
    elif kind == "reset":
        _reset(writer)
    else:
        _send(writer, 200, headers, b"" if kind == "empty" else image)


async def _read(reader: asyncio.StreamReader) -> _Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    method, path, _ = first.split(" ", 2)
    return _Request(method, path, headers, body)


def _send(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes) -> None:
    writer.write(_message(status, headers, body))


def _message(status: int, headers: dict[str, str], body: bytes) -> bytes:
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Odd"
    all_headers = {**headers, "Content-Length": str(len(body)), "X-Request-Id": "req-scripted"}
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in all_headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _reset(writer: asyncio.StreamWriter) -> None:
    """An RST instead of a FIN."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _until_gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass

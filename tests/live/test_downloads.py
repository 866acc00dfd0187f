"""An archive sent beside Django, driven as a server drives it: nothing is held while it goes out."""

import asyncio
import contextlib
import io
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import psutil
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from images_app.images.models import StoredImage
from images_app.lib.handoff import SLOT
from images_app.live.downloads import PATH, Downloads
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.live.conftest import Web, cookie_of, wait_until
from tests.rows import make_generation, make_picture

Sent = list[Mapping[str, Any]]


def drive(application: Downloads, body: bytes = b"", cookie: str = "", leave_after: int = 10**9) -> Sent:
    """One request; the reader leaves after so many messages."""
    sent: Sent = []
    gone = asyncio.Event()

    async def run() -> None:
        asked = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Mapping[str, Any]:
            if asked:
                return asked.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)
            if len(sent) >= leave_after:
                gone.set()
                await asyncio.sleep(0)

        headers = [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")]
        headers += [(b"content-length", str(len(body)).encode()), (b"cookie", cookie.encode())]
        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": b"",
            "headers": headers,
            "http_version": "1.1",
            "scheme": "http",
        }
        await application(scope, receive, send)

    asyncio.run(run())
    return sent


def handing_over(chunks: Iterator[bytes]) -> Downloads:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        scope[SLOT].append(chunks)
        headers = [(b"content-type", b"application/zip"), (b"Content-Length", b"0")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return Downloads(application)


def body_of(sent: Sent) -> bytes:
    return b"".join(message.get("body", b"") for message in sent)


def test_it_is_the_address_of_the_page() -> None:
    assert reverse("images_zip") == PATH


def test_the_body_goes_out_by_the_chunk_and_without_a_length() -> None:
    sent = drive(handing_over(iter([b"one", b"two"])))
    assert [name for name, _ in sent[0]["headers"]] == [b"content-type"]
    assert [message.get("body") for message in sent[1:]] == [b"one", b"two", b""]


def test_a_reader_who_leaves_ends_it() -> None:
    made: list[str] = []

    def chunks() -> Iterator[bytes]:
        try:
            for _ in range(1000):
                made.append("chunk")
                yield b"x"
        finally:
            made.append("closed")

    drive(handing_over(chunks()), leave_after=3)
    assert len(made) < 10
    assert made[-1] == "closed"


def test_trouble_breaks_the_body_off() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise OSError("the disk is away")

    with pytest.raises(OSError, match="the disk"):
        drive(handing_over(chunks()))


def test_chunks_are_read_outside_the_loop_and_no_connection_stays() -> None:
    threads = set()

    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            threads.add(threading.current_thread().name)
            yield b"x"

    drive(handing_over(chunks()))
    assert threads
    assert all(name.startswith("downloads") for name in threads)


@pytest.mark.django_db(transaction=True)
def test_the_real_application_sends_a_real_archive(
    alice: User, model: ImageModel, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from project import asgi

    storages["originals"].save("something.txt", ContentFile(b"The store is there."))
    image: StoredImage = make_picture(make_generation(alice, model), original_key="nowhere/at/all.png")
    client: Client = client_of(alice)
    token = client.get("/library/").cookies["csrftoken"].value
    cookie = f"{cookie_of(client)}; csrftoken={token}"
    body = urlencode({"csrfmiddlewaretoken": token, "ids": str(image.pk)}).encode()
    sent = drive(asgi._downloads, body, cookie)
    assert sent[0]["status"] == 200
    with zipfile.ZipFile(io.BytesIO(body_of(sent))) as archive:
        assert archive.namelist() == ["manifest.csv"]
    assert drive(asgi._downloads, b"ids=x", cookie)[0]["status"] == 403
    assert drive(asgi._downloads, body)[0]["status"] in {302, 403}
    connections.close_all()


LARGE = 16 * 1024 * 1024
WAITING = 8  # downloads at once: more than there are threads for them


@dataclass
class Archives:
    """Archives of a person, asked of a real server."""

    web: Web
    headers: dict[str, str]
    token: str

    def get(self, ids: list[str]) -> Any:
        form = {"csrfmiddlewaretoken": self.token, "ids": ",".join(ids)}
        return httpx.stream("POST", self.web.address + PATH, data=form, headers=self.headers, timeout=60)


@pytest.fixture
def archives(alice: User, client_of: Any, start_web: Callable[..., Web]) -> Archives:
    client: Client = client_of(alice)
    token = client.get("/library/").cookies["csrftoken"].value
    return Archives(start_web(), {"Cookie": f"{cookie_of(client)}; csrftoken={token}"}, token)


@pytest.fixture
def large() -> Iterator[str]:
    """The key of an original of LARGE bytes."""
    key = "large.png"
    storages["originals"].save(key, ContentFile(bytes(LARGE)))
    yield key
    storages["originals"].delete(key)


def many(person: User, model: ImageModel, *keys: str) -> list[str]:
    generation = make_generation(person, model)
    return [str(make_picture(generation, position=at, original_key=key).pk) for at, key in enumerate(keys)]


def test_readers_who_wait_hold_neither_memory_nor_threads(
    alice: User, model: ImageModel, archives: Archives, large: str
) -> None:
    ids = many(alice, model, *[large] * 8)
    server = psutil.Process(archives.web.process.pid)
    page = f"{archives.web.address}/library/"
    httpx.get(page, headers=archives.headers, timeout=60)
    before = server.memory_info().rss
    with contextlib.ExitStack() as stack:
        for _ in range(WAITING):
            answer = stack.enter_context(archives.get(ids))
            assert answer.status_code == 200
            next(answer.iter_raw())
        assert httpx.get(page, headers=archives.headers, timeout=60).status_code == 200
        # What is on its way lies in the buffers of sockets; of a gigabyte that waits, no more than a few chunks here.
        assert server.memory_info().rss - before < WAITING * LARGE / 2
    # They have left, all of them in the middle.
    if connection.vendor == "sqlite":
        wait_until(lambda: not [file for file in server.open_files() if file.path.endswith(large)])
    assert httpx.get(page, headers=archives.headers, timeout=60).status_code == 200


def test_a_storage_that_fails_breaks_the_transfer_off(
    alice: User, model: ImageModel, archives: Archives, large: str
) -> None:
    ids = many(alice, model, large, "../away.png")  # files and bucket alike refuse to read it
    with archives.get(ids) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()

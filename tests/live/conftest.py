"""A real web server on a free port, and pages that listen to it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import httpx
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from images_app.teams.models import User


@dataclass
class Web:
    """`uvicorn project.asgi:application`, as bin/start runs it."""

    process: subprocess.Popen[bytes]
    address: str

    def stop(self) -> float:
        """SIGTERM; seconds until the process was gone."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return time.monotonic() - started


@dataclass
class Page:
    """An open event stream: what it was told, in order, as (event, data)."""

    response: httpx.Response
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    def read(self) -> None:
        name = ""
        with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
            for line in self.response.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    with self.news:
                        self.told.append((name, json.loads(line.removeprefix("data: "))))
                        self.news.notify_all()
        self.ended.set()

    def close(self) -> None:
        # The reader waits in recv: only a shutdown wakes it, and tells the server.
        with contextlib.suppress(OSError):
            self.response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def hears(self, name: str, *, after: int = 0, within: float = 10) -> dict[str, str] | None:
        """The data of the first event of that name past the first ``after`` ones; None if it does not come."""

        def found() -> list[dict[str, str]]:
            return [data for event, data in self.told[after:] if event == name]

        with self.news:
            self.news.wait_for(found, within)
            return found()[0] if found() else None


@pytest.fixture
def start_web(transactional_db: None) -> Iterator[Callable[..., Web]]:
    """Starts web servers on the test's database and Redis (or another one)."""
    with contextlib.ExitStack() as stack:

        def start(redis_url: str = settings.REDIS_URL) -> Web:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": redis_url}
            process = subprocess.Popen(
                [sys.executable, "-m", "uvicorn", "project.asgi:application", "--port", str(port)],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(_end, process)
            web = Web(process, f"http://127.0.0.1:{port}")
            deadline = time.monotonic() + 30
            while not _accepts(port):
                assert process.poll() is None, "the web server ended at once"
                assert time.monotonic() < deadline, "the web server does not listen"
                time.sleep(0.05)
            return web

        yield start


@pytest.fixture
def open_page(client_of: Callable[[User], Client]) -> Iterator[Callable[..., Page]]:
    """Opens /events/ as a person, of a page or of a team's gallery, and reads it in a thread of its own."""
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(httpx.Client(timeout=60))

        def open_(web: Web, person: User, gallery: str = "") -> Page:
            response = stack.enter_context(
                client.stream(
                    "GET",
                    f"{web.address}/events/?team={gallery}",
                    headers={"Cookie": cookie_of(client_of(person))},
                )
            )
            page = Page(response)
            reader = threading.Thread(target=page.read)
            # Left first: the stream ends under the reader.
            stack.callback(reader.join, 5)
            stack.callback(page.close)
            reader.start()
            return page

        yield open_


def wait_until(holds: Callable[[], bool], within: float = 10) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def cookie_of(client: Client) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}"


def database_url() -> str:
    """The test's own database, as another process is told of it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{quote(str(database['NAME']))}".replace("////", "///")
    host, port = database["HOST"], database["PORT"]
    return (
        f"postgres://{quote(database['USER'])}:{quote(database['PASSWORD'])}@{host}:{port}/{database['NAME']}"
    )


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait(10)

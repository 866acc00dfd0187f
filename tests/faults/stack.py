"""The whole product as real processes, with every plug in the test's hand.

The processes run the commands the product itself runs. What became of the jobs is read by plain SQL, and what was
paid for from the endpoint's own ledger: neither goes through the code under test.
"""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import httpx

from tests import parts
from tests.endpoint import EndpointProcess

ROOT = Path(__file__).resolve().parent.parent.parent
EMAIL, PASSWORD = "fault@example.com", "correct horse battery"
LEASE_S = 4
FINAL = {"succeeded", "rejected", "failed", "cancelled", "lost", "unknown"}


class Stack:
    """Web, workers, scheduler, Valkey, endpoint; ``production`` adds PostgreSQL and an S3 server."""

    def __init__(
        self, folder: Path, *, production: bool = False, pixels: str = "64x64", **environment: str
    ) -> None:
        self.folder = folder
        self.pixels = pixels
        self._further = environment
        self.production = production
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.deaths: list[str] = []  # of processes that nobody told to end
        self._kept: set[str] = set()
        self._nodes: dict[str, str] = {}
        self._cookies: httpx.Cookies | None = None
        self._plugs = contextlib.ExitStack()
        self._valkey = contextlib.ExitStack()

    # --- plugging in --------------------------------------------------------------------------------------------
    def __enter__(self) -> Self:
        self.redis_port = _free_port()
        self.web_port = _free_port()
        self.endpoint = self._plugs.enter_context(
            EndpointProcess(ledger=self.folder / "ledger", pixels=self.pixels)
        )
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("EASEL", "AWS", "FAIL"))
            },
            "EASEL_TESTING": "1",
            "EASEL_ENV_FILE": os.devnull,
            "DATA_DIR": str(self.folder / "data"),
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DATABASE_URL": f"sqlite:///{self.folder / 'data' / 'easel.sqlite3'}",
            "IMAGE_API_BASE_URL": self.endpoint.base_url,
            "IMAGE_API_KEY": "sk-fault",
            "IMAGE_API_ALLOW_PRIVATE": "true",
            "IMAGE_API_TIMEOUT": "20",
            "LEASE_SECONDS": str(LEASE_S),
            "IDLE_POLL_SECONDS": "1",
            "SWEEP_SECONDS": "1",
            "DEAF_SECONDS": "15",
            "PORT": str(self.web_port),
            "GENERATE_CONCURRENCY": "40",
            "MEDIA_CONCURRENCY": "1",
            **self._further,
        }
        self.start_redis()
        if self.production:
            address, self.postgres = self._plugs.enter_context(parts.postgres())
            settings, self.s3 = self._plugs.enter_context(parts.s3_store())
            self.environment |= {"DATABASE_URL": address, **settings}
        self.manage("migrate", "--verbosity=0")
        self.manage("sync_provider")
        self.manage("create_user", EMAIL, "--password", PASSWORD)
        self.heal()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._valkey.close()
        self._plugs.close()

    def heal(self) -> None:
        """Start whatever is not running, and wait until the web answers."""
        for name in ("web", "generate", "media", "upkeep", "beat"):
            if name not in self.processes or self.processes[name].poll() is not None:
                self.start(name)
        self.until(lambda: self.web_answers(), 60, "the web answers")

    def start(self, name: str, **environment: str) -> None:
        """Start one process, with further environment names such as FAIL; one without is kept running (:meth:`until`)."""
        self._kept -= {name}
        self._kept |= set() if environment else {name}
        log = (self.folder / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            self._command(name),
            cwd=ROOT,
            env=self.environment | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()

    def _command(self, name: str) -> list[str]:
        celery = [sys.executable, "-m", "celery", "-A", "project"]
        self._nodes[name] = f"{name}-{uuid.uuid4().hex[:6]}@fault"
        worker = [
            *celery,
            "worker",
            "--without-gossip",
            "--without-mingle",
            "-n",
            self._nodes[name],
        ]
        return {
            "web": [
                *(sys.executable, "-m", "uvicorn", "project.asgi:application", "--port", str(self.web_port)),
                *("--timeout-graceful-shutdown", "3"),
            ],
            "generate": [
                *worker,
                "-Q",
                "generate",
                "-P",
                "threads",
                "-c",
                self.environment["GENERATE_CONCURRENCY"],
            ],
            "generate2": [
                *worker,
                "-Q",
                "generate",
                "-P",
                "threads",
                "-c",
                self.environment["GENERATE_CONCURRENCY"],
            ],
            "media": [*worker, "-Q", "media", "-P", "prefork", "-c", self.environment["MEDIA_CONCURRENCY"]],
            "upkeep": [*worker, "-Q", "upkeep", "-P", "threads", "-c", "2"],
            "beat": [*celery, "beat", "--pidfile="],
            "beat2": [*celery, "beat", "--pidfile=", "-s", str(self.folder / "beat2")],
        }[name]

    # --- pulling plugs ------------------------------------------------------------------------------------------
    def kill(self, name: str) -> None:
        """kill -9, the whole process group."""
        self._kept -= {name}
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()

    def died(self, name: str) -> bool:
        """Whether a process has ended by itself."""
        return self.processes[name].poll() is not None

    def send(self, name: str, sign: signal.Signals) -> None:
        self._kept -= {name} if sign is signal.SIGTERM else set()
        os.kill(self.processes[name].pid, sign)

    def deafen(self, queue: str) -> None:
        """Have a queue's worker take no more messages, while it lives and looks well."""
        celery = [sys.executable, "-m", "celery", "-A", "project"]
        done = subprocess.run(
            [*celery, "control", "-t", "20", "-d", self._nodes[queue], "cancel_consumer", queue],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert f"no longer consuming from {queue}" in done.stdout, done.stdout + done.stderr

    def stop_redis(self) -> None:
        self._valkey.close()

    def start_redis(self) -> None:
        self._valkey = contextlib.ExitStack()
        self._valkey.enter_context(parts.start_valkey(self.redis_port))

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # --- using it -----------------------------------------------------------------------------------------------
    def person(self) -> "Person":
        """The one person of the stack: signed in once, as the door counts its knocks."""
        person = Person(f"http://127.0.0.1:{self.web_port}", self._cookies)
        self._cookies = person.http.cookies
        return person

    # --- what came of it ----------------------------------------------------------------------------------------
    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Plain SQL, on a connection of our own."""
        url = self.environment["DATABASE_URL"]
        if url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(unquote(urlsplit(url).path), timeout=20)) as database:
                return database.execute(query).fetchall()
        import psycopg

        with psycopg.connect(url) as connection:
            return list(connection.execute(query))

    def states(self, prompt: str) -> list[str]:
        query = (
            "SELECT j.state FROM images_app_imagejob j JOIN images_app_generation g ON j.generation_id = g.id "
            f"WHERE g.prompt LIKE '{prompt}%'"
        )
        return sorted(state for (state,) in self.rows(query))

    def calls(self, prompt: str) -> int:
        """Calls the endpoint read completely, by its own ledger."""
        return sum(entry["prompt"].startswith(prompt) for entry in self.endpoint.entries())

    def settled(self, prompt: str, seconds: float = 60) -> list[str]:
        """The states once every job of a prompt is final or needs a decision."""

        def done() -> bool:
            states = self.states(prompt)
            return bool(states) and set(states) <= FINAL

        self.until(done, seconds, lambda: f"{prompt!r} settles; states {self.states(prompt)}")
        return self.states(prompt)

    def until(self, true: Callable[[], bool], seconds: float, what: str | Callable[[], str]) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                words = what if isinstance(what, str) else what()
                raise AssertionError(f"waited {seconds:.0f} s in vain: {words}\n{self.logs()}")
            self._keep()
            time.sleep(0.1)

    def _keep(self) -> None:
        """What ended by itself is started again, as bin/start and Docker do."""
        for name in sorted(self._kept):
            if self.died(name):
                self.deaths.append(name)
                self.start(name)

    def logs(self) -> str:
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2000:]}" for path in self.folder.glob("*.log"))

    def check_the_books(self) -> None:
        """At most one call an attempt; every further attempt has a cause; every paid picture is in storage."""
        attempts = [entry["attempt"] for entry in self.endpoint.entries()]
        assert len(attempts) == len(set(attempts)), "an attempt was sent twice"
        known = {str(uuid.UUID(str(row[0]))) for row in self.rows("SELECT id FROM images_app_attempt")}
        assert set(attempts) <= known, "a call was made that no row authorised"
        causes = {row[0] for row in self.rows("SELECT cause FROM images_app_attempt WHERE number > 1")}
        assert causes <= {"requeue", "decision", "policy"}, causes

    def web_answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"http://127.0.0.1:{self.web_port}/healthz", timeout=2).status_code == 200
        return False


class Person:
    """Someone in a browser, signed in."""

    def __init__(self, address: str, cookies: httpx.Cookies | None = None) -> None:
        self.http = httpx.Client(base_url=address, timeout=30, cookies=cookies)
        if cookies is not None:
            return
        page = self.http.get("/accounts/login/")
        page.raise_for_status()
        answer = self.http.post(
            "/accounts/login/",
            data={"login": EMAIL, "password": PASSWORD, "csrfmiddlewaretoken": self._token()},
            headers={"Referer": address},
        )
        assert answer.status_code == 302, answer.text[:2000]

    def ask(self, prompt: str, *, n: int = 1, key: str | None = None) -> httpx.Response:
        """Send the studio's form; the answer is a redirect where it was taken."""
        return self.http.post(
            "/",
            data={
                "prompt": prompt,
                "model": "dall-e-3",
                "size": "1024x1024",
                "quality": "standard",
                "style": "vivid",
                "n": str(n),
                "submission": key or str(uuid.uuid4()),
                "csrfmiddlewaretoken": self._token(),
            },
            headers={"Referer": str(self.http.base_url)},
        )

    def decide(self, job: str, choice: str) -> httpx.Response:
        return self.http.post(
            f"/jobs/{job}/decision/",
            data={"choice": choice, "csrfmiddlewaretoken": self._token()},
            headers={"Referer": str(self.http.base_url)},
        )

    def _token(self) -> str:
        token = self.http.cookies.get("csrftoken")
        if token is None:
            self.http.get("/")
            token = self.http.cookies["csrftoken"]
        return token


def running(folder: Path, *, production: bool) -> Iterator[Stack]:
    with Stack(folder, production=production) as stack:
        yield stack
        stack.check_the_books()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

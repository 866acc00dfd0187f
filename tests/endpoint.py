"""A real image endpoint that does what the test says, and keeps the witness's ledger.

In the test's own process (a thread)::

    with ScriptedEndpoint(ledger=path) as endpoint:
        endpoint.base_url            # "http://127.0.0.1:<port>/v1"
        endpoint.script("status 429 retry-after=1", "ok")   # for the next calls, first come first served
        endpoint.calls(attempt_id)   # how many calls carried X-Easel-Attempt: attempt_id; all without it
        endpoint.entries()           # the ledger, oldest first; pictures(): sha256 of every picture made

In a process of its own, with the same methods: ``with EndpointProcess(ledger=path) as endpoint``, or
``python -m tests.endpoint --port P --ledger FILE`` (prints ``READY <base_url>``).

By default a call is answered with a small valid PNG, different for each call, in the response_format asked
for. Other behaviour comes from ``script`` or, where the script is empty, from words in the prompt: ``a cat
[[delay 2]] [[url]]``. ``times=N`` in such a step: for the first N calls with that prompt, then no longer.

    waiting    delay S · gate (until release()) · hang (for ever)
    picture    url · b64 · many N · pixels WxH · data-prefix · urlsafe · linebreaks · no-revised ·
               url-to ADDRESS · url-redirect ADDRESS · url-KIND, a result url that misbehaves
               (404 403 500 html big truncate gzip bomb hang empty reset)
    body       status N [retry-after=V code=C message=M charged=1] · raw TEXT · raw64 BASE64 · html ·
               empty-data · error-in-success · bad-base64 · not-utf8 · deep · huge-number · gzip ·
               gzip-bomb MB · redirect [ADDRESS] · content-type T
    wire       reset-before-read · reset-after-body · close-after-body · early-close · truncate ·
               stall · drip S

In options, ``_`` stands for a space. Several steps for one call of a script: ``"delay 1 + url"``.

The ledger is JSON lines, one fsynced line for each request that was read completely, written before the
first byte of the answer: n, kind ("call" or "picture"), at, connection, attempt, model, prompt, body,
headers, steps, status, charged (a picture was made, whatever became of the answer), sha256 (of each picture).
"""

import argparse
import asyncio
import json
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.endpoint_server import Server

Entry = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent


class Witness:
    """What a test may ask and order, whichever way the endpoint runs."""

    base_url: str
    ledger: Path

    @property
    def origin(self) -> str:
        """scheme://host:port"""
        return self.base_url.removesuffix("/v1")

    def entries(self, kind: str = "call") -> list[Entry]:
        """The ledger's lines of a kind, oldest first."""
        if not self.ledger.exists():
            return []
        lines = self.ledger.read_text(encoding="utf-8").splitlines(keepends=True)
        entries = [json.loads(line) for line in lines if line.endswith("\n")]
        return [entry for entry in entries if entry["kind"] == kind]

    def calls(self, attempt_id: object = None) -> int:
        """How many calls were read completely; with an attempt's id, how many of that attempt."""
        return sum(attempt_id is None or entry["attempt"] == str(attempt_id) for entry in self.entries())

    def pictures(self) -> list[str]:
        """sha256 of every picture made, in the order of the calls."""
        return [sha256 for entry in self.entries() for sha256 in entry["sha256"]]

    def charged(self) -> int:
        """How many calls made a picture, whether or not the answer arrived."""
        return sum(entry["charged"] for entry in self.entries())

    def script(self, *steps: str) -> None:
        """Steps for the next calls, one text a call, after those already waiting."""
        self._control("script", list(steps))

    def release(self) -> None:
        """Let every call waiting at a ``gate`` go on, and those that come to one later."""
        self._control("release", [])

    def state(self) -> dict[str, int]:
        """connections (ever), in_flight and peak_in_flight calls."""
        state: dict[str, int] = self._control("state", [])
        return state

    def _control(self, verb: str, argument: list[str]) -> Any:
        request = urllib.request.Request(
            f"{self.origin}/control/{verb}", json.dumps(argument).encode(), {"Connection": "close"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return json.loads(answer.read())


class ScriptedEndpoint(Witness):
    """The endpoint in a thread of this process. ``api_key``: where given, any other key gets a 401."""

    def __init__(
        self,
        ledger: Path,
        *,
        port: int = 0,
        api_key: str | None = None,
        pixels: str = "64x64",
        fsync: bool = True,
    ) -> None:
        self.ledger = Path(ledger)
        self._server = Server(self.ledger, api_key, pixels, fsync)
        self._port = port
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scripted-endpoint", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the scripted endpoint did not start")
        self.base_url = self._server.base_url
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._server.stopping.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(self._port, self._ready.set))
        self._loop.close()


class EndpointProcess(Witness):
    """The endpoint in a process of its own, which a dying test takes along."""

    def __init__(
        self, ledger: Path, *, port: int = 0, api_key: str | None = None, pixels: str = "64x64"
    ) -> None:
        self.ledger = Path(ledger)
        self._command = [sys.executable, "-m", "tests.endpoint", "--until-eof", f"--port={port}"]
        self._command += [f"--ledger={ledger}", f"--pixels={pixels}"] + (
            [f"--api-key={api_key}"] if api_key else []
        )

    def __enter__(self) -> Self:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self._command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self.process.stdout
        word, _, self.base_url = self.process.stdout.readline().strip().partition(" ")
        if word != "READY":
            raise RuntimeError("the scripted endpoint did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()


def main() -> None:
    parser = argparse.ArgumentParser(description="A scripted image endpoint with a ledger.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--api-key")
    parser.add_argument("--pixels", default="64x64", help="WxH; WxHn for incompressible noise")
    parser.add_argument("--no-fsync", action="store_true", help="for benchmarks")
    parser.add_argument("--until-eof", action="store_true", help="end when stdin ends")
    options = parser.parse_args()

    async def run() -> None:
        server = Server(options.ledger, options.api_key, options.pixels, not options.no_fsync)
        if options.until_eof:
            loop = asyncio.get_running_loop()
            wait = threading.Thread(
                target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(server.stopping.set)), daemon=True
            )
            wait.start()
        await server.serve(options.port, lambda: print("READY", server.base_url, flush=True))

    asyncio.run(run())


if __name__ == "__main__":
    main()

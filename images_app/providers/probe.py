"""The question that costs nothing: which models are there? It shows who can be reached and whether a key is taken."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from images_app.lib.addresses import AddressRefused
from images_app.lib.clock import Clock, Deadline
from images_app.lib.transport import GuardedTransport
from images_app.providers.client import Endpoint

PROBE_S = 10.0
MAX_BYTES = 2 * 1024 * 1024  # real lists of models have tens of thousands


@dataclass(frozen=True)
class Probe:
    """What came back. Without a ``status`` nothing did, and ``trouble`` says why: a code, and ``detail`` a kind.

    ``trouble``: address_refused, bad_base_url, api_key (one that no header can carry), connect_failed, broken.
    ``connected_s`` is how long until the request could leave, ``elapsed_s`` until its answer was read. ``models`` are
    the names listed; None where there was no readable list.
    """

    status: int | None = None
    trouble: str = ""
    detail: str = ""
    connected_s: float = 0.0
    elapsed_s: float = 0.0
    models: tuple[str, ...] | None = None


def ask(endpoint: Endpoint, *, clock: Clock = time.monotonic) -> Probe:
    """Ask once for ``{base}/models``. Raises nothing for what the network or the endpoint does."""
    key = endpoint.api_key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        return Probe(trouble="api_key", detail="UnicodeError")
    start = clock()
    connected = [start]

    def trace(name: str, info: dict[str, Any]) -> None:
        if name == "http11.send_request_headers.started":
            connected[0] = clock()

    try:
        request = _request(endpoint, key, trace)
    except (httpx.InvalidURL, ValueError) as error:
        return Probe(trouble="bad_base_url", detail=type(error).__name__)
    try:
        with GuardedTransport(
            allowed=endpoint.allowed_origins(), ports=endpoint.ports(), deadline=Deadline(PROBE_S, clock)
        ) as transport:
            response = transport.handle_request(request)
            body = _read(response)
    except AddressRefused as error:
        return Probe(trouble="address_refused", detail=error.reason, elapsed_s=clock() - start)
    except (httpx.TransportError, UnicodeError) as error:
        trouble = "broken" if connected[0] > start else "connect_failed"
        return Probe(trouble=trouble, detail=type(error).__name__, elapsed_s=clock() - start)
    return Probe(
        status=response.status_code,
        connected_s=connected[0] - start,
        elapsed_s=clock() - start,
        models=_names(body) if response.status_code == 200 else None,
    )


def _request(endpoint: Endpoint, key: str, trace: Callable[[str, dict[str, Any]], None]) -> httpx.Request:
    silence = {"connect": PROBE_S, "read": PROBE_S, "write": PROBE_S, "pool": PROBE_S}
    return httpx.Request(
        "GET",
        f"{endpoint.base_url.rstrip('/')}/models",
        headers={
            "Authorization": f"Bearer {key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Easel",
        },
        extensions={"timeout": silence, "trace": trace},
    )


def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_BYTES:
            break
    return bytes(body)


def _names(body: bytes) -> tuple[str, ...] | None:
    try:
        entries = json.loads(body)["data"]
        return tuple(str(entry["id"])[:200] for entry in entries)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None

"""One paid call: a request in, an outcome out. Knows no database.

The endpoint has no idempotency key, so a call is made once, on a connection of its own, and whatever comes
back is sorted by one question: may it have been charged? Contract: POST {base}/images/generations.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import httpx

from images_app.lib.addresses import AddressRefused, Origin, origin_of
from images_app.lib.clock import Clock, Deadline
from images_app.lib.transport import CONNECT_S, GuardedTransport
from images_app.providers.errors import SENTENCES, Outcome
from images_app.providers.replies import MAX_REPLY_BYTES, Picture, Reply, kept_headers, sort_reply

__all__ = ["Endpoint", "ImageRequest", "Outcome", "Picture", "Reply", "generate", "sort_reply"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Endpoint:
    """Where to call. ``base_url`` goes up to and including /v1; ``timeout_s`` is seconds without a byte.

    ``allow_private`` lets this endpoint's own origin, and nothing else, be a private address.
    """

    base_url: str
    api_key: str = field(repr=False)
    allow_private: bool = False
    timeout_s: float = 600
    # Where not empty, result urls are fetched from these hosts only.
    result_hosts: tuple[str, ...] = ()

    def allowed_origins(self) -> tuple[Origin, ...]:
        """The origins that may be private, for the call and for result urls alike."""
        try:
            return (origin_of(self.base_url),) if self.allow_private else ()
        except AddressRefused:
            return ()

    def ports(self) -> tuple[int, ...]:
        """The port of this endpoint, which may be an unusual one."""
        try:
            return (origin_of(self.base_url).port,)
        except AddressRefused:
            return ()


@dataclass(frozen=True)
class ImageRequest:
    """What to draw, in the endpoint's own words; fields that are None are not sent."""

    model: str
    prompt: str = field(repr=False)
    size: str | None = None
    quality: str | None = None
    style: str | None = None
    n: int = 1
    response_format: str | None = None
    extras: dict[str, object] = field(default_factory=dict)
    attempt_id: str | None = None  # sent as X-Easel-Attempt, so that both sides can count the same call
    # Sent as X-Easel-Position where it is not 0: an endpoint that draws the same prompt always alike may vary by it.
    position: int = 0

    def body(self) -> dict[str, object]:
        """The JSON object to send. A field of ours wins over an extra of the same name."""
        fields = {
            "model": self.model,
            "prompt": self.prompt,
            "n": self.n,
            "size": self.size,
            "quality": self.quality,
            "style": self.style,
            "response_format": self.response_format,
        }
        return self.extras | {name: value for name, value in fields.items() if value is not None}


def generate(
    endpoint: Endpoint,
    request: ImageRequest,
    *,
    before_send: Callable[[], None] | None = None,
    clock: Clock = time.monotonic,
) -> Reply:
    """Make the call, once, and say what it came to.

    Raises nothing for what the network or the endpoint does. ``before_send`` runs exactly once, as the last
    thing before the connection; what it raises goes through, and then nothing was sent.
    """
    message = _message(endpoint, request)
    start = clock()
    if before_send:
        before_send()
    reply = message if isinstance(message, Reply) else _exchange(endpoint, message, clock)
    return replace(
        reply, message=_without(endpoint.api_key.strip(), reply.message), elapsed_s=clock() - start
    )


def _without(key: str, words: str) -> str:
    """The endpoint's words, should they quote our key; a key of a few letters would only spoil the sentence."""
    return words.replace(key, "…") if len(key) >= 8 else words


def _quotable(key: str) -> bytes:
    """The key as an answer would quote it; of a few letters, what no answer holds."""
    plain = key.strip().encode()
    return plain if len(plain) >= 8 else b"\x00no key\x00"


def _message(endpoint: Endpoint, request: ImageRequest) -> httpx.Request | Reply:
    key = endpoint.api_key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        return _no_answer(Outcome.BLOCKED, "api_key")
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "User-Agent": "Easel",
    }
    if request.attempt_id:
        headers["X-Easel-Attempt"] = request.attempt_id
    if request.position:
        headers["X-Easel-Position"] = str(request.position)
    try:
        url = httpx.URL(endpoint.base_url.rstrip("/") + "/images/generations")
    except (httpx.InvalidURL, ValueError):
        return _no_answer(Outcome.BLOCKED, "bad_base_url")
    silence = endpoint.timeout_s
    timeouts = {"connect": CONNECT_S, "read": silence, "write": silence, "pool": CONNECT_S}
    content = json.dumps(request.body(), allow_nan=False).encode()
    return httpx.Request("POST", url, headers=headers, content=content, extensions={"timeout": timeouts})


def _exchange(endpoint: Endpoint, message: httpx.Request, clock: Clock) -> Reply:
    deadline = Deadline(2 * endpoint.timeout_s, clock)
    allowed, ports = endpoint.allowed_origins(), endpoint.ports()
    with GuardedTransport(allowed=allowed, ports=ports, deadline=deadline) as transport:
        response = None
        body = bytearray()
        trouble = ""
        try:
            response = transport.handle_request(message)
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_REPLY_BYTES:
                    del body[MAX_REPLY_BYTES + 1 :]  # one too many, so that sort_reply sees it too
                    break
        except AddressRefused as error:
            logger.warning("The endpoint's address is refused: %s", error.reason)
            return _no_answer(Outcome.BLOCKED, "address_refused")
        except httpx.TransportError as error:
            trouble = _trouble(error, transport.sent, deadline)
        except Exception:  # a flaw in a library must not turn a paid call into an unexplained one
            logger.exception("The call ended in a way nobody foresaw")
            trouble = "broken" if transport.sent else "interrupted"
        if not transport.sent:
            return _no_answer(Outcome.NOT_SENT, trouble)
        if response is None:
            return _no_answer(Outcome.UNKNOWN, trouble)
        # Should the answer quote our key, it is neither kept nor read with it.
        whole = bytes(body).replace(_quotable(endpoint.api_key), b"\xe2\x80\xa6")
        body.clear()  # one copy of a large answer is enough
        return _answered(response, whole, trouble)


def _answered(response: httpx.Response, body: bytes, trouble: str) -> Reply:
    """What arrived decides, even of half an answer; where it decides nothing, the trouble is the reason."""
    reply = sort_reply(response.status_code, kept_headers(response.headers), body)
    if trouble and reply.outcome is Outcome.UNKNOWN:
        return replace(reply, reason=trouble, message=SENTENCES[trouble])
    return reply


def _trouble(error: httpx.TransportError, sent: bool, deadline: Deadline) -> str:
    if not sent:
        return "connect_timeout" if isinstance(error, httpx.TimeoutException) else "connect_failed"
    if deadline.passed:
        return "total_timeout"
    for kind, reason in (
        (httpx.ReadTimeout, "read_timeout"),
        (httpx.WriteTimeout, "write_failed"),
        (httpx.WriteError, "write_failed"),
        (httpx.ProtocolError, "protocol"),
    ):
        if isinstance(error, kind):
            return reason
    return "broken"


def _no_answer(outcome: Outcome, reason: str) -> Reply:
    return Reply(outcome=outcome, reason=reason, message=SENTENCES[reason])

"""An endpoint's answer sorted into an outcome: a pure function of status, headers and body.

The body is anyone's bytes. Whatever it holds, ``sort_reply`` returns, and what it returns can be stored as it
is: texts are clean Unicode without NUL, numbers fit every database, base64 is the standard one.
"""

import base64
import json
import re
import secrets
import string
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from images_app.lib import clock
from images_app.providers.errors import CODES, SENTENCES, STATUSES, Outcome

MAX_REPLY_BYTES = 64 * 1024 * 1024
MAX_RETRY_AFTER_S = 3600.0
MAX_JSON_PARTS = 200_000  # a real answer has dozens; millions of tiny objects are a memory bomb
MAX_REST_BYTES = 16 * 1024 * 1024  # of an answer beside its pictures; a real one has thousands
MAX_MESSAGE = 500
MAX_REVISED_PROMPT = 40_000
MAX_URL = 16_384
MAX_COUNT = 2**53

_ALPHABET = (string.ascii_letters + string.digits + "+/").encode()
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
# Base64 of any variant, as a data: url too, with whatever escapes JSON allows in it.
_LONG_TEXT = re.compile(rb'(?<=[:,\[\s])"[A-Za-z0-9+/_=\-\\\s:;,.]{4096,}+(?<!\\)"')

KEPT_HEADERS = (
    "content-type",
    "content-length",
    "date",
    "retry-after",
    "x-request-id",
    "request-id",
    "server",
)


@dataclass(frozen=True)
class Picture:
    """One picture of an answer: standard base64 without line breaks, or a url to fetch, or both."""

    b64: str | None = field(repr=False)
    url: str | None = field(repr=False)  # often signed: a secret
    revised_prompt: str | None = field(repr=False)

    def content(self) -> bytes | None:
        """The bytes that came with the answer itself."""
        return None if self.b64 is None else base64.b64decode(self.b64)


@dataclass(frozen=True)
class Reply:
    """What a call came to.

    ``reason`` is a stable code (the keys of errors.SENTENCES). ``message`` is for a person: the endpoint's
    own words where it refused, ours otherwise. ``raw`` is the body as it came over the wire, or as much as
    came; with ``status`` and ``headers`` it gives the same outcome again through ``sort_reply``.
    """

    outcome: Outcome
    reason: str
    message: str
    status: int | None = None
    retry_after_s: float | None = None
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    usage: dict[str, Any] | None = None
    raw: bytes = field(default=b"", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    request_id: str | None = None
    elapsed_s: float = 0.0

    @property
    def to_fetch(self) -> bool:
        """Whether a picture of it is still at the endpoint, behind a url."""
        return any(picture.b64 is None for picture in self.pictures)


def sort_reply(status: int, headers: Mapping[str, str], body: bytes) -> Reply:
    """The outcome of an answer. Never raises; ``headers`` may be all of them or the kept ones of a Reply."""
    kept = kept_headers(headers)
    pictures: tuple[Picture, ...] = ()
    usage = None
    words = ""
    if 200 <= status <= 299:
        outcome, reason, pictures, usage = _success(body)
    else:
        outcome, reason, words = _failure(status, body)
    return Reply(
        outcome=outcome,
        reason=reason,
        message=words or SENTENCES[reason],
        status=status,
        retry_after_s=parse_retry_after(kept.get("retry-after"), kept.get("date")),
        pictures=pictures,
        usage=usage,
        raw=body,
        headers=kept,
        request_id=kept.get("x-request-id") or kept.get("request-id"),
    )


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The few headers worth keeping, printable and short, names in lower case."""
    lower = {
        name.lower(): _clean(value, 200) for name, value in headers.items() if name.lower() in KEPT_HEADERS
    }
    return {name: value for name, value in lower.items() if value}


def parse_retry_after(value: str | None, date: str | None = None) -> float | None:
    """Seconds to wait, 0 to 3600, from a number of seconds or an HTTP date; None for anything else.

    ``date`` is the answer's own Date header: the endpoint's clock counts, not ours.
    """
    value = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,9})?", value, re.ASCII):
        return min(float(value), MAX_RETRY_AFTER_S)
    until = _timestamp(value)
    if until is None:
        return None
    start = _timestamp(date or "")
    wait = until - (clock.now().timestamp() if start is None else start)
    return min(wait, MAX_RETRY_AFTER_S) if wait >= 0 else None


def _timestamp(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _success(body: bytes) -> tuple[Outcome, str, tuple[Picture, ...], dict[str, Any] | None]:
    answer, trouble = _read(body)
    if trouble:
        return Outcome.UNKNOWN, trouble, (), None
    if not isinstance(answer, dict):
        return Outcome.UNKNOWN, "bad_json", (), None
    data = answer.get("data")
    entries = data if isinstance(data, list) else [data] if isinstance(data, dict) else []
    usage = _usage(answer.get("usage"))
    # A good picture counts, whatever stands beside it: it is paid.
    pictures = tuple(picture for picture in map(_picture, entries) if picture)
    if pictures:
        return Outcome.DONE, "done", pictures, usage
    if answer.get("error"):
        return Outcome.UNKNOWN, "error_in_success", (), usage
    return Outcome.UNKNOWN, "bad_picture" if entries else "empty_data", (), usage


def _failure(status: int, body: bytes) -> tuple[Outcome, str, str]:
    """Outcome, reason and the endpoint's own words where they may be shown."""
    if 500 <= status <= 599:
        return Outcome.UNKNOWN, "server_error", ""
    outcome, reason = STATUSES.get(status, (Outcome.UNKNOWN, "unexpected_status"))
    answer, _ = _read(body)
    if 400 <= status <= 499:
        for code in _codes(answer):
            if code in CODES:
                outcome, reason = CODES[code]
                break
    # A complaint about a key likes to quote it.
    shown = outcome in (Outcome.REFUSED, Outcome.BLOCKED) and reason not in ("api_key", "redirected")
    return outcome, reason, _words(answer) if shown else ""


def _read(body: bytes) -> tuple[Any, str]:
    """The JSON value of a body, unpacked first if it is gzip; or the reason why there is none."""
    if body[:2] == b"\x1f\x8b":  # sent though we ask for none
        try:
            body = zlib.decompressobj(wbits=31).decompress(body, MAX_REPLY_BYTES + 1)
        except zlib.error:
            return None, "bad_json"
    if len(body) > MAX_REPLY_BYTES:
        return None, "reply_too_large"
    if sum(map(body.count, (b"[", b"{", b","))) > MAX_JSON_PARTS:
        return None, "bad_json"
    try:
        encoding = json.detect_encoding(body)
        if not encoding.startswith("utf-8"):
            body, encoding = body.decode(encoding, "replace").encode(), "utf-8"
        rest, long = _without_long_texts(body)
        if len(rest) > MAX_REST_BYTES:
            return None, "bad_json"
        # Bad UTF-8, a raw line break or an absurd number somewhere must not cost a picture beside it.
        text = rest.decode(encoding, "replace")
        return json.loads(
            text, strict=False, parse_int=lambda digits: long.get(digits, _whole_number(digits))
        ), ""
    except (ValueError, RecursionError):
        return None, "bad_json"


def _without_long_texts(body: bytes) -> tuple[bytes, dict[str, str]]:
    """A JSON body with a number in place of each long text that may be a picture, and the texts by number.

    Decoded and parsed in one piece, 60 MB with one character beyond ASCII would take ten times as much.
    """
    long: dict[str, str] = {}
    first = secrets.randbelow(10**30) + 10**30  # no answer can hold such a number by itself, but by intent

    def put_aside(found: re.Match[bytes]) -> bytes:
        text = found[0]
        number = str(first + len(long))
        plain = b"\\" not in text
        long[number] = str(memoryview(text)[1:-1], "ascii") if plain else json.loads(text, strict=False)
        return number.encode()

    return _LONG_TEXT.sub(put_aside, body), long


def _whole_number(digits: str) -> int:
    return int(digits) if len(digits) <= 20 else -1


def _picture(entry: Any) -> Picture | None:
    if not isinstance(entry, dict):
        return None
    url = _text(entry.get("url"))
    b64 = _base64(_text(entry.get("b64_json")))
    if url and url[:5].lower() == "data:":
        b64, url = b64 or _base64(url), None
    elif url and (len(url) > MAX_URL or not re.match(r"https?://[^\s\x00-\x20]+\Z", url, re.IGNORECASE)):
        url = None
    if not (b64 or url):
        return None
    revised = _clean(_text(entry.get("revised_prompt")) or "", MAX_REVISED_PROMPT)
    return Picture(b64=b64, url=url, revised_prompt=revised or None)


def _base64(text: str | None) -> str | None:
    """Standard base64 of any variant: with a data: prefix, url-safe, with line breaks, without padding."""
    if not text:
        return None
    if text[:5].lower() == "data:":
        text = text.partition(",")[2]
    compact = text.encode("ascii", "replace")
    odd = compact.translate(None, _ALPHABET)
    if odd.strip(b"="):
        compact = compact.translate(_FROM_URL_SAFE, string.whitespace.encode())
        odd = compact.translate(None, _ALPHABET)
    core = len(compact) - len(odd)
    # Checked by alphabet and length: decoding megabytes to throw them away costs five times as much.
    if not core or core % 4 == 1 or not compact.endswith(odd) or odd.strip(b"="):
        return None
    whole = core + -core % 4
    compact = compact[:whole].ljust(whole, b"=")
    return compact.decode()


def _codes(answer: Any) -> Iterable[str]:
    """Every code and type of an error object, nearest first, letters and digits only."""
    error = answer.get("error", answer) if isinstance(answer, dict) else None
    for part in (error, _member(error, "innererror"), _member(error, "inner_error"), answer):
        for name in ("code", "type"):
            if value := _text(_member(part, name)):
                yield re.sub(r"[^a-z0-9]", "", value[:100].lower())


def _words(answer: Any) -> str:
    """The endpoint's own sentence, wherever its kind of server puts it."""
    if not isinstance(answer, dict):
        return ""
    error = answer.get("error")
    detail = answer.get("detail")
    if isinstance(detail, list):
        detail = "; ".join(filter(None, (_text(_member(item, "msg")) for item in detail[:5])))
    for words in (
        _member(error, "message"),
        error,
        answer.get("message"),
        _member(detail, "message"),
        detail,
    ):
        if text := _clean(_text(words) or "", MAX_MESSAGE):
            return text
    return ""


def _usage(value: Any, depth: int = 2) -> dict[str, Any] | None:
    """Token counts: whole numbers, and one level of details."""
    if not isinstance(value, dict):
        return None
    counts: dict[str, Any] = {}
    for name, count in list(value.items())[:32]:
        if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MAX_COUNT:
            counts[_clean(name, 64)] = count
        elif depth > 1 and (details := _usage(count, depth - 1)):
            counts[_clean(name, 64)] = details
    return counts or None


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _clean(text: str, limit: int) -> str:
    """One paragraph that any database, page or header can hold: no controls, no half characters."""
    text = text[: 4 * limit].encode("utf-8", "replace").decode("utf-8")
    text = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"

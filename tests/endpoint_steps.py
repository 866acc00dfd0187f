"""The scripted endpoint's little language, and the answer that a list of its steps makes."""

import base64
import gzip
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from tests.pictures import picture


class Step(NamedTuple):
    """One word of the script: a name, its argument, its options."""

    name: str
    argument: str
    options: dict[str, str]
    text: str


def parse_steps(text: str) -> list[Step]:
    """``"delay 2 + url"`` to two steps."""
    return [_step(part.strip()) for part in text.split(" + ") if part.strip()]


def steps_in(prompt: str) -> list[Step]:
    """The steps between double brackets in a prompt."""
    return [_step(part.strip()) for part in re.findall(r"\[\[(.+?)\]\]", prompt, re.DOTALL)]


def _step(text: str) -> Step:
    name, _, rest = text.partition(" ")
    if name == "raw":
        return Step(name, rest, {}, text)
    words = [word for word in rest.split() if not re.match(r"[a-z-]+=", word)]
    options = dict(word.split("=", 1) for word in rest.split() if re.match(r"[a-z-]+=", word))
    return Step(name, " ".join(words), {key: value.replace("_", " ") for key, value in options.items()}, text)


@dataclass
class Call:
    """One call on its way to an answer."""

    n: int
    steps: list[Step]
    asked: dict[str, Any]
    origin: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    body: bytes = b""
    images: list[bytes] = field(default_factory=list)
    charged: bool = True

    def step(self, *names: str) -> Step | None:
        return next((step for step in self.steps if step.name in names), None)


def compose(call: Call, pixels: str) -> None:
    """Fill in status, headers and body as the steps say."""
    if step := call.step("content-type"):
        call.headers["Content-Type"] = step.argument
    if step := call.step("status"):
        call.status = int(step.argument)
        call.charged = "charged" in step.options
        error = {key: step.options[key] for key in ("code", "message", "type") if key in step.options}
        call.body = json.dumps({"error": {"message": f"status {call.status}", **error}}).encode()
        if "retry-after" in step.options:
            call.headers["Retry-After"] = step.options["retry-after"]
        return
    if step := call.step("redirect"):
        call.status, call.charged = 307, False
        call.headers["Location"] = step.argument or f"{call.origin}/v1/images/generations"
        return
    wanted = call.step("many")
    shape = call.step("pixels")
    count = int(wanted.argument) if wanted else int(call.asked.get("n") or 1)
    call.images = [picture(call.n, k, shape.argument if shape else pixels) for k in range(count)]
    call.body = json.dumps(
        {"created": int(time.time()), "data": [_datum(call, k, image) for k, image in enumerate(call.images)]}
    ).encode()
    for step in call.steps:
        if step.name in ODD_BODIES:
            call.body = ODD_BODIES[step.name](step.argument, call.body)
        if step.name.startswith("gzip"):
            call.headers["Content-Encoding"] = "gzip"


ODD_BODIES: dict[str, Callable[[str, bytes], bytes]] = {
    "raw": lambda text, body: text.encode(),
    "raw64": lambda text, body: base64.b64decode(text),
    "html": lambda text, body: b"<!doctype html><title>502</title><h1>Bad gateway</h1>",
    "empty-data": lambda text, body: b'{"created": 1, "data": []}',
    "error-in-success": lambda text, body: b'{"error": {"message": "oops", "code": "server_error"}}',
    "bad-base64": lambda text, body: b'{"created": 1, "data": [{"b64_json": "!!!"}]}',
    "not-utf8": lambda text, body: b"\xff\xfe\xff\x00\xc3(" * 50,
    "deep": lambda text, body: b'{"data": ' + b"[" * 100_000,
    "huge-number": lambda text, body: body.replace(b'"created": ', b'"created": ' + b"9" * 10_000),
    "gzip": lambda text, body: gzip.compress(body),
    "gzip-bomb": lambda text, body: gzip.compress(b" " * (int(text or 50) * 1024 * 1024), 9),
}


def _datum(call: Call, k: int, image: bytes) -> dict[str, str]:
    datum = {"revised_prompt": f"{call.asked.get('prompt')}, in oil (call {call.n})"}
    if call.step("no-revised"):
        datum = {}
    url = next((step for step in call.steps if step.name == "url" or step.name.startswith("url-")), None)
    # The contract's default is a url; the gpt-image family knows only base64.
    default = "b64_json" if str(call.asked.get("model")).startswith("gpt-image") else "url"
    if url is None and (call.step("b64") or call.asked.get("response_format", default) == "b64_json"):
        return datum | {"b64_json": _encoded(call, image)}
    if url and url.name == "url-to":
        return datum | {"url": url.argument}
    kind = url.name.partition("-")[2] if url else ""
    to = f"&to={quote(url.argument)}" if url and url.argument else ""
    return datum | {"url": f"{call.origin}/pictures/{kind or 'ok'}/{call.n}-{k}.png?sig=SIGNED-SECRET{to}"}


def _encoded(call: Call, image: bytes) -> str:
    text = (base64.urlsafe_b64encode(image) if call.step("urlsafe") else base64.b64encode(image)).decode()
    if call.step("linebreaks"):
        text = "\r\n".join(re.findall(".{1,76}", text))
    return f"data:image/png;base64,{text}" if call.step("data-prefix") else text

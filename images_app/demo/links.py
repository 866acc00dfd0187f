"""Addresses of finished pictures: a signed recipe with an end, so that they need no storage and cannot be guessed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import zlib
from dataclasses import astuple, dataclass
from pathlib import Path

from .artist import Recipe

SIGNATURE_BYTES = 16


class BadLink(Exception):
    """An address this server did not give out."""


class ExpiredLink(Exception):
    """An address whose time is over."""


@dataclass(frozen=True)
class Link:
    """What an address stands for. `broken` asks for bytes that are no picture."""

    recipe: Recipe
    expires: int
    broken: bool = False


class Links:
    """Makes and reads tokens with one key."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    @classmethod
    def kept_in(cls, data_dir: Path | None) -> Links:
        """With the key kept in `data_dir` (made on first use, readable by its owner only), or one for this process."""
        if data_dir is None:
            return cls(secrets.token_bytes(32))
        data_dir.mkdir(parents=True, exist_ok=True)
        path = data_dir / "demo-links.key"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(path.read_bytes())
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        return cls(path.read_bytes())

    def token(self, link: Link) -> str:
        """A new token for a link; two for the same picture differ."""
        parts = [secrets.token_hex(4), link.expires, int(link.broken), *astuple(link.recipe)]
        packed = zlib.compress(json.dumps(parts, separators=(",", ":")).encode(), 9)
        return _text(self._sign(packed) + packed)

    def read(self, token: str, now: float) -> Link:
        """The link behind a token. Raises BadLink, or ExpiredLink from its last second on."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError) as error:
            raise BadLink from error
        signature, packed = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, self._sign(packed)) or _text(raw) != token:
            raise BadLink
        _, expires, broken, *recipe = json.loads(zlib.decompress(packed))
        if now >= expires:
            raise ExpiredLink
        return Link(Recipe(*recipe), expires, bool(broken))

    def _sign(self, packed: bytes) -> bytes:
        return hmac.new(self.key, packed, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")

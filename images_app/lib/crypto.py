"""Secrets at rest: text sealed with the newest key of ``settings.FIELD_KEY``, opened with any of them.

``FIELD_KEY`` holds one or more Fernet keys with commas between them, the newest first. To rotate: put a new
key in front, ``reseal`` every stored token, then take the old key away.
"""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealError(Exception):
    """FIELD_KEY cannot be used, or none of its keys opens a token. Its text never holds a key or a secret."""


class Secret(str):
    """Text like any other that hides itself in a repr, hence in tracebacks and debug pages."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('…')" if self else "Secret('')"


def new_key() -> str:
    """A fresh key for ``FIELD_KEY``: 44 characters of url-safe base64."""
    return Fernet.generate_key().decode()


def seal(text: str) -> str:
    """A token, ASCII, that only a holder of the key can open; two calls give two tokens."""
    return _keys(settings.FIELD_KEY).encrypt(text.encode()).decode()


def unseal(token: str) -> Secret:
    """The text of a token. Raises SealError where no key of ours opens it."""
    try:
        return Secret(_keys(settings.FIELD_KEY).decrypt(token.encode()).decode())
    except InvalidToken:
        raise SealError("No key in FIELD_KEY opens this secret; put back its old key.") from None


def reseal(token: str) -> str:
    """The same text sealed with the newest key."""
    return seal(unseal(token))


@lru_cache(maxsize=8)
def _keys(field_key: str) -> MultiFernet:
    words = [word.strip() for word in field_key.split(",") if word.strip()]
    if not words:
        raise SealError("FIELD_KEY is empty; new_key() makes one.")
    try:
        return MultiFernet([Fernet(word) for word in words])
    except ValueError:
        raise SealError("FIELD_KEY must be Fernet keys with commas between; new_key() makes one.") from None

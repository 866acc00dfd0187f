"""System checks that say what is wrong with the configuration and how to mend it."""

import re
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@register("easel")
def endpoint_settings(**kwargs: Any) -> list[CheckMessage]:
    """IMAGE_API_*: the first provider."""
    base_url, key = settings.IMAGE_API_BASE_URL, settings.IMAGE_API_KEY
    if not base_url:
        if not key:
            return []
        return [
            Warning(
                "IMAGE_API_KEY is set without IMAGE_API_BASE_URL, so it is not used.",
                hint="Set IMAGE_API_BASE_URL, for instance https://api.example.com/v1.",
                id="easel.W001",
            )
        ]
    parts = urlsplit(base_url)
    found: list[CheckMessage] = []
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        return [
            Error(
                "IMAGE_API_BASE_URL is not a web address that can be called.",
                hint="Write scheme, host and path without a name or password: https://api.example.com/v1.",
                id="easel.E001",
            )
        ]
    if not key:
        found.append(
            Warning(
                "IMAGE_API_BASE_URL is set without IMAGE_API_KEY; most endpoints refuse a call without a key.",
                hint="Set IMAGE_API_KEY, or IMAGE_API_KEY_FILE to the path of a file that holds it.",
                id="easel.W002",
            )
        )
    if not re.search(r"/v\d+\w*$", parts.path):
        found.append(
            Warning(
                f"IMAGE_API_BASE_URL ends with {parts.path or 'the host'!r}, not with a version such as /v1.",
                hint="Write the address up to and including /v1; /images/generations is added to it.",
                id="easel.W003",
            )
        )
    if parts.scheme == "http" and parts.hostname not in LOOPBACK and not settings.IMAGE_API_ALLOW_PRIVATE:
        found.append(
            Warning(
                "IMAGE_API_BASE_URL is http: the key would travel in the clear.",
                hint="Use https, or set IMAGE_API_ALLOW_PRIVATE=true for an endpoint on your own network.",
                id="easel.W004",
            )
        )
    if parts.hostname in LOOPBACK and not settings.IMAGE_API_ALLOW_PRIVATE:
        found.append(
            Warning(
                "IMAGE_API_BASE_URL points to this machine, and calls to private addresses are refused.",
                hint="Set IMAGE_API_ALLOW_PRIVATE=true to allow this one endpoint.",
                id="easel.W005",
            )
        )
    return found


@register("easel")
def key_settings(**kwargs: Any) -> list[CheckMessage]:
    """FIELD_KEY, which seals provider keys, and SECRET_KEY."""
    words = [word.strip() for word in settings.FIELD_KEY.split(",") if word.strip()]
    found: list[CheckMessage] = []
    if not words or not all(_is_fernet(word) for word in words):
        found.append(
            Error(
                "FIELD_KEY is not a key that can seal secrets.",
                hint="Take it out of the environment to have one made in DATA_DIR, or write 32 bytes as url-safe "
                "base64 (44 characters); several with commas between, the newest first.",
                id="easel.E002",
            )
        )
    if settings.SECRET_KEY in words:
        found.append(
            Error(
                "SECRET_KEY and FIELD_KEY are the same: who learns one can open the provider keys.",
                hint="Give each a value of its own, or leave both out to have them made in DATA_DIR.",
                id="easel.E003",
            )
        )
    return found


@register("easel")
def first_account_settings(**kwargs: Any) -> list[CheckMessage]:
    """ADMIN_EMAIL and ADMIN_PASSWORD."""
    if bool(settings.ADMIN_EMAIL) == bool(settings.ADMIN_PASSWORD):
        return []
    return [
        Warning(
            "Of ADMIN_EMAIL and ADMIN_PASSWORD only one is set, so no first account can be made from them.",
            hint="Set both, or neither and use the address that bin/start prints.",
            id="easel.W006",
        )
    ]


def _is_fernet(word: str) -> bool:
    try:
        Fernet(word)
    except ValueError:
        return False
    return True

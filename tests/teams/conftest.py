"""The door is tested from a clean start: no tries counted, no token made."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def _nothing_counted(settings: Settings) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, for tests only
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def token_file(settings: Settings, tmp_path: Path) -> Path:
    settings.WELCOME_TOKEN_FILE = tmp_path / "secrets" / "welcome_token"
    return tmp_path / "secrets" / "welcome_token"

"""An instance that people have used is brought up to date with all that is in it, on either database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.ops.old_instance import PROMPTS

ROOT = Path(settings.BASE_DIR)


@pytest.fixture
def instance(db: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an instance of its own, with an empty database of the shape under test."""
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "project.settings"}
    if connection.vendor == "sqlite":
        yield environment
        return
    import psycopg

    address = os.environ["DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("CREATE DATABASE upgraded")
        try:
            yield environment | {"DATABASE_URL": address.rpartition("/")[0] + "/upgraded"}
        finally:
            server.execute("DROP DATABASE upgraded WITH (FORCE)")


def upgraded(instance: dict[str, str], since: str) -> dict[str, Any]:
    program = [sys.executable, "-m", "tests.ops.old_instance", since]
    done = subprocess.run(program, cwd=ROOT, env=instance, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("since", ["0001_initial", "0002_library_and_composer"])
def test_an_instance_in_use_keeps_all_it_has(instance: dict[str, str], since: str) -> None:
    found = upgraded(instance, since)
    gathered = since != "0001_initial"
    hearts = [2, 0, 0] if gathered else [0, 0, 0]
    assert found["pictures"] == [[prompt, 0, hearts[at], "square"] for at, prompt in enumerate(PROMPTS)], (
        "private, as they were"
    )
    assert found["roles"] == [["First", "owner"], ["Second", "admin"]]
    assert found["paid"] == ["0.0400"] * 3
    if gathered:
        assert found["collections"] == [["herons", 0], ["herons-2", 0], ["collection", 0]]
        assert found["hung"] == 9
        assert (found["comments"], found["presets"]) == (["Darker?"], ["Wide"])

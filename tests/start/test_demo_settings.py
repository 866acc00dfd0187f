"""What .env says to the demo endpoint, which reads its environment alone."""

import os
from pathlib import Path

import pytest

from project import commands, env


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEMO_", "IMAGE_API_"))}
    monkeypatch.setattr(os, "environ", kept)


def test_its_settings_may_stand_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "_dotenv", {"DEMO_DELAY": "1,2", "DEMO_DATA_DIR": "/elsewhere"})
    commands.demo(tmp_path)
    assert (os.environ["DEMO_DELAY"], os.environ["DEMO_DATA_DIR"]) == ("1,2", "/elsewhere")


def test_without_any_only_its_folder_is_chosen_for_it(tmp_path: Path) -> None:
    commands.demo(tmp_path)
    assert os.environ["DEMO_DATA_DIR"] == str(tmp_path / "demo")
    assert "DEMO_DELAY" not in os.environ

"""The whole product as its people get it: started by ``python -m project.start``, pictures from the demo endpoint."""

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.start.running import Easel, easel
from tests.start.wait import until

PASSWORD = "correct horse battery"
LONGEST_S = 60


class Product:
    """One running installation. ``welcome`` is the address it printed; ``url`` is where it answers."""

    def __init__(self, running: Easel) -> None:
        self._easel = running
        self.welcome = running.address()
        found = re.match(r"https?://[^/]+", self.welcome)
        assert found, self.welcome
        self.url = found[0]

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self._easel.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def make_person(self, email: str, name: str) -> None:
        self.manage("create_user", email, "--password", PASSWORD, "--name", name)

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Meanwhile no picture is sent to the endpoint: everything asked for waits."""
        self._on_provider("pause('a test of the line')")
        try:
            yield
        finally:
            self._on_provider("resume()")

    def generations(self, prompt: str) -> int:
        """How many submissions of exactly this prompt there are, by the database."""
        return int(self.one("SELECT COUNT(*) FROM images_app_generation WHERE prompt = ?", prompt))

    def states(self, prompt: str) -> list[str]:
        """The state of every picture asked for with this prompt, the oldest first."""
        return [state for (state,) in self._rows(f"SELECT j.state {OF_PROMPT} ORDER BY j.created_at", prompt)]

    def until_states(self, prompt: str, *wanted: str) -> None:
        """Waits without a browser."""
        until(lambda: self.states(prompt) == list(wanted), LONGEST_S)

    def job(self, prompt: str) -> str:
        """The id of the newest picture asked for with this prompt, as addresses write it."""
        found = str(self.one(f"SELECT j.id {OF_PROMPT} ORDER BY j.created_at DESC", prompt))
        return re.sub(r"^(.{8})(.{4})(.{4})(.{4})(.{12})$", r"\1-\2-\3-\4-\5", found)

    def job_of(self, image: str) -> str:
        """The id of the job that made a picture, as addresses write both."""
        query = "SELECT job_id FROM images_app_storedimage WHERE id = ?"
        return str(UUID(self.one(query, image.replace("-", ""))))

    def one(self, query: str, *values: str) -> Any:
        """The first value of the first row."""
        return self._rows(query, *values)[0][0]

    def _rows(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        file = f"file:{self._easel.data / 'easel.sqlite3'}?mode=ro"
        with contextlib.closing(sqlite3.connect(file, uri=True, timeout=30)) as database:
            return database.execute(query, values).fetchall()

    def _on_provider(self, verb: str) -> None:
        code = f"from images_app.providers.models import Provider; Provider.objects.get().{verb}"
        self.manage("shell", "-c", code)


OF_PROMPT = (
    "FROM images_app_imagejob j JOIN images_app_generation g ON g.id = j.generation_id WHERE g.prompt = ?"
)


@contextlib.contextmanager
def product(folder: Path) -> Iterator[Product]:
    """Running for as long as it is used; then it must stop by itself when asked to."""
    with easel(folder, DEMO_DELAY="0.3,1") as running:
        yield Product(running)
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(LONGEST_S) == 0, running.shown

"""A whole Easel, started as bin/start does it, in a folder of its own."""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from project.commands import free_port
from tests.start.wait import dying_with_us, until

SUBMIT = """
from images_app.jobs.actions import submit
from images_app.jobs.request import JobRequest
from images_app.providers.actions import usable_models
from images_app.teams.access import current_team
from images_app.teams.actions import make_person
person = make_person("ada@example.com", "correct horse battery", superuser=True)
model = usable_models().filter(provider__is_demo=True)[0]
submit(JobRequest(person, current_team(person), model, "a harbour at dawn", model.sizes[0],
                  (model.qualities or [""])[0], (model.styles or [""])[0], 1, "once"))
"""


class Easel:
    """One running installation; ``shown`` is what its terminal has seen."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data = folder / "data"
        self.terminal = folder / f"terminal-{time.monotonic_ns()}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "DATA_DIR": str(self.data),
            "PORT": str(free_port()),
            "EASEL_ENV_FILE": os.devnull,
            "DEMO_DELAY": "1",
            **environment,
        }
        with self.terminal.open("w") as terminal:
            self.process = subprocess.Popen(
                dying_with_us("project.start"),
                env=self.environment,
                stdout=terminal,
                stderr=terminal,
                start_new_session=True,
            )
        self._seen: set[psutil.Process] = set()

    @property
    def shown(self) -> str:
        return self.terminal.read_text()

    def until_shown(self, text: str, seconds: float = 120) -> None:
        until(lambda: text in self.shown or self.process.poll() is not None, seconds)
        assert text in self.shown, self.shown

    def address(self) -> str:
        self.until_shown("Easel is ready: ")
        found = re.search(r"Easel is ready: (\S+)", self.shown)
        assert found
        return found[1]

    def tree(self) -> list[psutil.Process]:
        """Everyone, the supervisor's own process first; remembered, so that orphans are found later."""
        first = psutil.Process(self.process.pid)
        tree = [first, *first.children(recursive=True)]
        self._seen.update(tree)
        return tree

    def child(self, name: str) -> psutil.Process:
        """The process that runs the command of that name, by a word of its arguments."""
        word = {
            "web": "project.asgi:application",
            "demo": "images_app.demo.server:app",
            "valkey": "valkey-server",
            "beat": "beat",
        }.get(name, f"{name}@%h")
        return next(p for p in self.tree()[1:] if any(word in argument for argument in p.cmdline()))

    def alive(self) -> list[str]:
        return [
            f"{p.pid} {p.name()}" for p in self._seen if p.is_running() and p.status() != psutil.STATUS_ZOMBIE
        ]

    def run(self, code: str) -> None:
        subprocess.run([sys.executable, "manage.py", "shell", "-c", code], env=self.environment, check=True)

    def states(self) -> list[str]:
        with contextlib.closing(sqlite3.connect(self.data / "easel.sqlite3")) as database:
            return [state for (state,) in database.execute("SELECT state FROM images_app_imagejob")]

    def submit(self) -> None:
        """One picture, by somebody new; returns when the paid call is in flight."""
        self.run(SUBMIT)
        until(lambda: self.states() == ["sent"], seconds=60)


@contextlib.contextmanager
def easel(folder: Path, **environment: str) -> Iterator[Easel]:
    running = Easel(folder, **environment)
    try:
        yield running
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            running.tree()
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGKILL)
        running.process.wait(10)
        for process in running._seen:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

"""The supervisor, on real processes: nobody is lost, nobody is left behind."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from project.commands import CELERY_ALARM
from tests.start.wait import dying_with_us, until

pytestmark = pytest.mark.faults


class Family:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = folder / "terminal"
        with self.output.open("w") as terminal:
            self.process = subprocess.Popen(
                dying_with_us("tests.start.family", str(folder)),
                stdout=terminal,
                stderr=terminal,
                start_new_session=True,
            )

    def pid(self, name: str) -> int:
        path = self.folder / f"{name}.pid"
        until(lambda: path.exists() and path.read_text() != "")
        return int(path.read_text())

    def shown(self) -> str:
        return self.output.read_text()


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    family = Family(tmp_path)
    tree = psutil.Process(family.process.pid)
    for name in ("steady", "slow", "parent", "inner"):
        family.pid(name)
    everyone = [tree, *tree.children(recursive=True)]
    yield family
    for process in everyone:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    family.process.wait(10)


def lives(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:  # it may end between two looks, so there is only one
        return False


def test_a_dead_child_is_started_again_and_that_is_said(family: Family) -> None:
    first = family.pid("steady")
    os.kill(first, signal.SIGKILL)
    until(lambda: family.pid("steady") != first)
    assert lives(family.pid("steady"))
    assert "steady was killed by SIGKILL; starting it again in 1 s" in family.shown()


def test_what_a_dead_child_had_started_does_not_go_on(family: Family) -> None:
    inner = family.pid("inner")
    os.kill(family.pid("parent"), signal.SIGKILL)
    until(lambda: not lives(inner))


def test_nothing_outlives_a_killed_supervisor(family: Family) -> None:
    everyone = [family.pid(name) for name in ("steady", "slow", "parent", "inner")]
    everyone += [child.pid for child in psutil.Process(family.process.pid).children()]
    family.process.kill()
    until(lambda: not any(lives(pid) for pid in everyone), seconds=10)


def test_nothing_outlives_a_killed_supervisor_whose_keeper_died_before(family: Family) -> None:
    everyone = [family.pid(name) for name in ("steady", "slow", "parent", "inner")]
    keeper = next(
        child
        for child in psutil.Process(family.process.pid).children()
        if "keeper" in " ".join(child.cmdline())
    )
    keeper.kill()
    os.kill(family.pid("steady"), signal.SIGKILL)  # the next news of a child makes another keeper
    until(lambda: family.pid("steady") not in everyone and "again" in family.shown())
    family.process.kill()
    until(lambda: not any(lives(pid) for pid in everyone), seconds=10)


def test_children_end_in_the_order_asked_and_in_their_own_time(family: Family) -> None:
    family.process.terminate()
    until(lambda: "slow has stopped" in family.shown())
    assert (family.folder / "slow.done").exists()
    assert family.process.wait(10) == 0
    assert not any(lives(family.pid(name)) for name in ("steady", "slow", "parent", "inner"))


def test_the_others_are_still_kept_running_while_one_takes_its_time(family: Family) -> None:
    steady = family.pid("steady")
    family.process.terminate()
    os.kill(steady, signal.SIGKILL)
    until(lambda: "slow has stopped" in family.shown())
    assert "steady was killed by SIGKILL; starting it again" in family.shown()


def test_a_signal_of_the_terminal_reaches_the_supervisor_only(family: Family) -> None:
    slow = family.pid("slow")
    assert os.getpgid(slow) == slow != os.getpgid(family.process.pid)


def test_output_goes_to_a_log_and_warnings_are_shown_too(family: Family) -> None:
    until(lambda: "look here" in family.shown())
    assert "steady | [warning  ] look here" in family.shown()
    assert "nothing new" not in family.shown()
    until(lambda: "nothing new" in (family.folder / "logs" / "steady.log").read_text())


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (b"2026 [error    ] consumer: Cannot connect to redis://127.0.0.1:1//: Error 111 ...", False),
        (b"2026 [error    ] Message Error: Couldn't apply scheduled task sweep: Error 111", False),
        (b"2026 [warning  ] Redis is away: pages learn of changes late [images_app.lib.breaker]", False),
        (b"2026 [info     ] alive: ConnectionError; trying again [images_app.jobs.worker]", False),
        (b"2026 [warning  ] poll: OperationalError; trying again [images_app.jobs.worker]", True),
        (b"2026 [error    ] Task sweep raised unexpected: ValueError() [celery.app.trace]", True),
        (b'{"event": "nobody asked for sweep for 30 s: doing it", "level": "warning"}', True),
    ],
)
def test_of_what_a_worker_says_only_what_is_news_is_shown(line: bytes, shown: bool) -> None:
    assert bool(CELERY_ALARM.search(line)) is shown

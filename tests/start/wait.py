"""Starting other processes, and waiting for what they do."""

import os
import sys
import time
from collections.abc import Callable

from project.processes import HERE


def dying_with_us(module: str, *arguments: str) -> list[str]:
    """The command that runs ``module`` and, on Linux, does not outlive a killed test run."""
    python = [sys.executable, "-m", module, *arguments]
    return [sys.executable, "-IS", str(HERE / "child.py"), str(os.getpid()), *python]


def until(check: Callable[[], bool], seconds: float = 30) -> None:
    """Returns once ``check`` holds; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.05)

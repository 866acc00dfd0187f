"""Waiting for what other processes do."""

import time
from collections.abc import Callable


def until(check: Callable[[], bool], seconds: float = 30) -> None:
    """Returns once ``check`` holds; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.05)

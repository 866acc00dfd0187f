"""The time of day for rows and headers, and deadlines that no change of the wall clock can move."""

import time
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

Clock = Callable[[], float]
"""Seconds on a scale that only grows."""


def now() -> datetime:
    """This moment, aware, in UTC."""
    return timezone.now()


class Deadline:
    """A moment ``seconds`` from now."""

    def __init__(self, seconds: float, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Seconds until it; zero or less once it has passed."""
        return self._end - self._clock()

    @property
    def passed(self) -> bool:
        return self.left() <= 0

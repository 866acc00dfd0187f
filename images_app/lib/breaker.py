"""Leaves a neighbour that failed alone for a moment, and says so once: not at every request."""

import threading

import structlog

from images_app.lib.clock import Deadline

REST_S = 3.0

log = structlog.get_logger(__name__)


class Breaker:
    """Open for a few seconds after a failure. ``away`` and ``back`` are logged when it begins and when it is over."""

    def __init__(self, away: str, back: str) -> None:
        self._away, self._back = away, back
        self._lock = threading.Lock()
        self._rest: Deadline | None = None
        self._down = False

    def is_open(self) -> bool:
        rest = self._rest
        return rest is not None and not rest.passed

    def trip(self, error: Exception) -> None:
        with self._lock:
            self._rest = Deadline(REST_S)
            first, self._down = not self._down, True
        if first:
            log.warning(self._away, error=type(error).__name__)

    def reset(self) -> None:
        if not self._down:
            return
        with self._lock:
            back, self._down, self._rest = self._down, False, None
        if back:
            log.info(self._back)

"""Leaves a neighbour that failed alone for a moment, and says so once: not at every request."""

import threading

import structlog

from images_app.lib.clock import Deadline

REST_S = 3.0

log = structlog.get_logger(__name__)


class Breaker:
    """Open for ``rest_s`` seconds after ``failures`` in a row, and after each further one until something goes well.
    ``away`` and ``back`` are logged when it begins and when it is over."""

    def __init__(self, away: str, back: str, *, rest_s: float | None = None, failures: int = 1) -> None:
        self._away, self._back = away, back
        self._rest_s, self._patience = rest_s, failures
        self._lock = threading.Lock()
        self._rest: Deadline | None = None
        self._failed = 0
        self._down = False

    def is_open(self) -> bool:
        rest = self._rest
        return rest is not None and not rest.passed

    def trip(self, error: Exception) -> None:
        with self._lock:
            self._failed += 1
            if self._failed < self._patience:
                return
            self._rest = Deadline(REST_S if self._rest_s is None else self._rest_s)
            first, self._down = not self._down, True
        if first:
            log.warning(self._away, error=type(error).__name__)

    def reset(self) -> None:
        if not self._failed:
            return
        with self._lock:
            back, self._down, self._rest, self._failed = self._down, False, None, 0
        if back:
            log.info(self._back)

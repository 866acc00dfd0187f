"""No duty hangs on Celery alone: its consumer may go deaf and its scheduler silent, and nobody would be told.

``generate`` finds work by its own poll (worker.py). The sweep is done by the ``upkeep`` process itself where nobody asked
for it in time. Storing happens in children that the deaf parent cannot reach, so a worker that takes no more messages
ends, warmly, and whoever keeps it running (bin/start, Docker) starts it anew.
"""

import logging
import os
import signal
import time
from collections.abc import Callable, Iterable

from celery.signals import task_received
from celery.worker.state import active_requests
from django.conf import settings

from images_app.jobs import sweeper
from images_app.jobs.hints import backlog

logger = logging.getLogger(__name__)

MISSED = 3  # rounds the scheduler may miss before its work is done without it
BUSY_PATIENCE = 10  # a worker with a task under way may take this many times as long
LEAVE_S = 60.0


class Duty:
    """Work that is due every so often, whoever asks for it."""

    def __init__(self, work: Callable[[], object], every_s: float) -> None:
        self._work = work
        self._every_s = every_s
        self._begun = time.monotonic()

    def do(self) -> None:
        self._begun = time.monotonic()
        self._work()

    def do_if_missed(self) -> None:
        """Do it where this process has not been asked to for too long."""
        silent_s = time.monotonic() - self._begun
        if silent_s > MISSED * self._every_s:
            logger.warning("nobody asked for %s for %.0f s: doing it", self._work.__name__, silent_s)
            self.do()


sweep = Duty(sweeper.sweep, settings.SWEEP_SECONDS)
adopt = Duty(sweeper.adopt, settings.SWEEP_SECONDS)
tidy = Duty(sweeper.tidy, settings.TIDY_SECONDS)


def do_missed() -> None:
    for duty in (sweep, adopt, tidy):
        duty.do_if_missed()


class Ears:
    """Whether this process still takes messages from its queues."""

    def __init__(self, queues: Iterable[str]) -> None:
        self._queues = tuple(queues)
        self._fine_at = time.monotonic()
        task_received.connect(self._heard, weak=False)

    def deaf(self) -> bool:
        """Whether messages have waited for DEAF_SECONDS and none was taken. Never while Redis cannot tell."""
        now = time.monotonic()
        if not any(backlog(queue) for queue in self._queues):
            self._fine_at = now
        patience = settings.DEAF_SECONDS * (BUSY_PATIENCE if len(active_requests) else 1)
        return now - self._fine_at > patience

    def _heard(self, **_: object) -> None:
        self._fine_at = time.monotonic()


def leave(queues: Iterable[str]) -> None:
    """End this process as a deploy would; by force where even that is not heard, for storing may be repeated."""
    logger.error("messages wait in %s, but none is taken: ending, to be started anew", ", ".join(queues))
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LEAVE_S)
    os._exit(os.EX_SOFTWARE)

"""The sign of life of a worker at a trial."""

import logging
import threading
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from images_app.lib.dbtime import from_now
from images_app.trials.models import Trial

logger = logging.getLogger(__name__)


class Lease:
    """Renews a trial's lease for as long as the block runs: a call may take minutes, and a dead worker is to be
    noticed in one."""

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"trial {trial.pk}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(settings.LEASE_SECONDS / 4):
            # Not of what has gone on to a media worker: its lease is its own.
            mine = Trial.objects.filter(
                pk=self._trial.pk,
                token=self._trial.token,
                state__in=[Trial.State.REACHING, Trial.State.SENT],
            )
            try:
                mine.update(lease_until=from_now(settings.LEASE_SECONDS))
            except DatabaseError as error:
                logger.warning("trial %s: lease not renewed (%s)", self._trial.pk, type(error).__name__)
            finally:
                connections.close_all()

"""Telling workers that there is work. A hint may be lost, late or doubled: the database is the truth."""

import logging
import time

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from images_app.lib import bus

logger = logging.getLogger(__name__)

_QUIET_S = 5.0
_quiet_until = 0.0


def hint(task: str, queue: str, *args: str) -> None:
    """Send a hint once the transaction is committed. Never raises: the workers' own poll is the net."""
    transaction.on_commit(lambda: send(task, queue, *args), robust=True)


def backlog(queue: str) -> int:
    """How many hints wait in a queue; 0 where the broker cannot tell."""
    try:
        return int(bus.connection(settings.REDIS_URL).llen(queue))
    except (RedisError, OSError):
        return 0


def send(task: str, queue: str, *args: str) -> bool:
    """Send a hint now; False where the broker cannot be reached (then nothing is tried for a few seconds)."""
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return False
    try:
        current_app.send_task(task, args=args, queue=queue, ignore_result=True, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + _QUIET_S
        logger.warning("hint not sent, the workers' poll will find the work: %s", type(error).__name__)
        return False
    return True

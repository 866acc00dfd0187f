"""Telling workers that there is work. A hint may be lost, late or doubled: the database is the truth."""

import logging
import time
from functools import cache
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import LimitExceeded, OperationalError
from redis.exceptions import RedisError

from images_app.lib import bus

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0  # a broker that hangs must not hang the page that was asked for
CONNECTIONS = 8
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
        with _connections().acquire(block=True, timeout=PATIENCE_S) as connection:
            current_app.send_task(
                task, args=args, queue=queue, ignore_result=True, retry=False, connection=connection
            )
    except (OperationalError, LimitExceeded, RedisError, OSError) as error:
        _quiet_until = time.monotonic() + _QUIET_S
        logger.warning("hint not sent, the workers' poll will find the work: %s", type(error).__name__)
        return False
    return True


@cache
def _connections() -> Any:
    """This process's connections for hints: Celery's own would wait for half a minute."""
    options = {
        "socket_timeout": PATIENCE_S,
        "socket_connect_timeout": PATIENCE_S,
        "retry_on_timeout": False,
    }
    return current_app.connection_for_write(transport_options=options).Pool(limit=CONNECTIONS)

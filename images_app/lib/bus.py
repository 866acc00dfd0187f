"""Tells open pages that something changed: a message on Redis, sent after the commit and never waited for.

A message lost is a page that is a little late: it asks again on its own. So nothing here raises, and a Redis
that is away costs a caller half a second once, then nothing for a few seconds.
"""

import json
import threading
from functools import lru_cache

import structlog
from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import BlockingConnectionPool
from redis.exceptions import RedisError
from redis.retry import Retry

from images_app.lib.clock import Deadline

CHANNEL = "easel:live"
TIMEOUT_S = 0.5
REST_S = 3.0
CONNECTIONS = 8  # of one process; a publish takes well under a millisecond

log = structlog.get_logger(__name__)


def announce(message: dict[str, str]) -> None:
    """Publish a message, such as ``{"kind": "job", "person": id, "job": id, ...}``; call it on commit."""
    if _breaker.is_open():
        return
    try:
        connection(settings.REDIS_URL).publish(CHANNEL, json.dumps(message))
    except (RedisError, OSError) as error:
        _breaker.trip(error)
    else:
        _breaker.reset()


@lru_cache(maxsize=4)
def connection(url: str) -> Redis:
    """This process's client for short commands: any thread may use it, every call ends within a second.

    Connects at the first command, which may raise redis.RedisError; a forked child connects anew.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_S,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        # Once more at once: a connection that idled through a restart of Redis fails on its first use.
        retry=Retry(NoBackoff(), 1),
    )
    return Redis(connection_pool=pool)


class _Breaker:
    """Open for a few seconds after a failure; says so once, and once when it is over."""

    def __init__(self) -> None:
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
            log.warning("Redis is away: pages learn of changes late", error=type(error).__name__)

    def reset(self) -> None:
        if not self._down:
            return
        with self._lock:
            back, self._down, self._rest = self._down, False, None
        if back:
            log.info("Redis is back: pages are told of changes again")


_breaker = _Breaker()

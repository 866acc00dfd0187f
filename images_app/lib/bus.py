"""Tells open pages that something changed: a message on Redis, sent after the commit and never waited for.

A message lost is a page that is a little late: it asks again on its own. So nothing here raises, and a Redis
that is away costs a caller half a second once, then nothing for a few seconds.
"""

import json
from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import BlockingConnectionPool
from redis.exceptions import RedisError
from redis.retry import Retry

from images_app.lib.breaker import Breaker

CHANNEL = "easel:live"
TIMEOUT_S = 0.5
CONNECTIONS = 8  # of one process; a publish takes well under a millisecond


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


_breaker = Breaker(
    "Redis is away: pages learn of changes late", "Redis is back: pages are told of changes again"
)

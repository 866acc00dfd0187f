"""Who has a page open: a stamp on Redis for each person, renewed by their pages' streams (live/stream.py).

Nothing here raises. While Redis is away nobody is known to be here: who is told of something then may have seen it.
"""

import time
from datetime import datetime

from django.conf import settings
from redis.exceptions import RedisError

from images_app.lib import bus
from images_app.lib.breaker import Breaker

LASTS_S = 75  # a stream renews it at least once a minute
KEPT_S = 3600

_breaker = Breaker("Redis is away: nobody knows who looks", "Redis is back: it is known again who looks")


def note(person: str) -> None:
    """A page of theirs is open."""
    _stamp(person, time.time() + LASTS_S)


def left(person: str) -> None:
    """The last page of theirs that this process knew of was closed."""
    _stamp(person, time.time())


def looked_since(person: str, moment: datetime) -> bool:
    """Whether a page of theirs was open at that moment or later."""
    if _breaker.is_open():
        return False
    try:
        until = bus.connection(settings.REDIS_URL).get(_key(person))
    except (RedisError, OSError) as error:
        _breaker.trip(error)
        return False
    _breaker.reset()
    return until is not None and float(until) >= moment.timestamp()


def _stamp(person: str, until: float) -> None:
    if _breaker.is_open():
        return
    try:
        bus.connection(settings.REDIS_URL).set(_key(person), f"{until:.3f}", ex=KEPT_S)
    except (RedisError, OSError) as error:
        _breaker.trip(error)
    else:
        _breaker.reset()


def _key(person: str) -> str:
    return f"easel:here:{person}"

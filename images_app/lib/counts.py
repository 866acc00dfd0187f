"""The cache: what all web processes count together, such as tries at the door. On Redis, and never in its way.

A Redis that is away or hangs costs a page a second at most. Until it is back each process counts for itself, so the
door neither closes nor stands open.
"""

import json
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.exceptions import RedisError

from images_app.lib import bus
from images_app.lib.breaker import Breaker


class SharedCache(RedisCache):
    """Django's Redis cache on this process's short connection, with one of the process beside it.

    Holds what JSON holds. Does what Easel and allauth need: add, get, set, delete, clear.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # JSON: whoever can write to Redis must not be able to run code here, as with Django's pickles.
        super().__init__(server, {**params, "OPTIONS": {"serializer": json}})
        self._class = _Client
        self._alone = LocMemCache("counts", {**params, "OPTIONS": {"MAX_ENTRIES": 10_000}})

    def add(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        return bool(self._either("add", key, value, timeout, version))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._either("get", key, default, version)

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._either("set", key, value, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(self._either("delete", key, version))

    def clear(self) -> None:
        """Forgets what is counted; Django's own would empty the whole Redis, with the queues in it."""
        self._alone.clear()
        try:
            redis: Redis = self._cache.get_client()
            for key in redis.scan_iter(f"{self.key_prefix}:*", count=1000):
                redis.delete(key)
        except (RedisError, OSError) as error:
            _breaker.trip(error)

    def _either(self, verb: str, *arguments: Any) -> Any:
        if not _breaker.is_open():
            shared: Callable[..., Any] = getattr(super(), verb)
            try:
                answer = shared(*arguments)
            except (RedisError, OSError) as error:
                _breaker.trip(error)
            else:
                _breaker.reset()
                return answer
        return getattr(self._alone, verb)(*arguments)


class _Client(RedisCacheClient):
    """Django's, with connections whose every command ends within a second."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._address = servers[0]

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        return bus.connection(self._address)


_breaker = Breaker(
    "Redis is away: each web process counts tries at the door for itself",
    "Redis is back: tries at the door are counted together again",
)


def take_try(name: str, *, most: int, seconds: int) -> str | None:
    """One of the ``most`` tries that ``name`` has in so many seconds; None where all are taken.

    What it answers is given back with ``cache.delete`` after a try that was none. Adding is the one step that two at
    once cannot both win, so no lock is needed.
    """
    places = (f"{name}:{place}" for place in range(most))
    return next((place for place in places if cache.add(place, 1, seconds)), None)

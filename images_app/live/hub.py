"""One subscription to Redis per process, shared by all of its open pages."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from images_app.lib.bus import CHANNEL
from images_app.live.messages import CATCHUP, OUT, SEAT, addressed

PER_PERSON = 20
WAITING = 64  # events kept for a page that reads slowly
SILENCE_S = 15.0  # without a word from Redis before it is asked whether it is there
BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)

log = structlog.get_logger(__name__)
open_streams = Gauge("easel_event_streams", "Pages that hold an event stream open in this process.")


class Subscription:
    """What one open page has yet to be told. Belongs to the event loop: no other thread may touch it."""

    __slots__ = ("_pending", "_waiter", "closed", "person", "team")

    def __init__(self, person: str, team: str = "") -> None:
        self.person = person
        self.team = team
        self.closed = False
        self._pending: list[bytes] = []
        self._waiter: asyncio.Future[None] | None = None

    def tell(self, event: bytes) -> None:
        if event in self._pending:
            return  # two words of the same say no more
        if len(self._pending) < WAITING:
            self._pending.append(event)
        else:
            self._pending = [CATCHUP]  # asking anew makes every event before it moot
        self._wake()

    def close(self) -> None:
        self.closed = True
        self._wake()

    async def wait(self, seconds: float) -> bytes:
        """The events that came, joined; empty after so many seconds without any, or once closed."""
        if not self._pending and not self.closed:
            self._waiter = asyncio.get_running_loop().create_future()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._waiter
            self._waiter = None
        pending, self._pending = self._pending, []
        return b"".join(pending)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Hub:
    """Hands each message of the bus to the open pages of its person. Belongs to one event loop.

    While Redis is away, and when it is back, every page is told to ask anew: the bus keeps nothing.
    """

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._pages: dict[str, set[Subscription]] = {}
        self._galleries: dict[str, set[Subscription]] = {}
        self._listener: asyncio.Task[None] | None = None
        self.closed = False

    def open(self) -> None:
        """Begin to listen; again if it stopped. No await inside, so that two callers cannot both begin."""
        if not self.closed and (self._listener is None or self._listener.done()):
            self._listener = asyncio.create_task(self._listen())

    def subscribe(self, person: str, team: str = "") -> Subscription | None:
        """A place for one more page of this person, which shows the gallery of ``team``; None where they have their
        fill, or we are closing."""
        pages = self._pages.setdefault(person, set())
        if self.closed or len(pages) >= PER_PERSON:
            return None
        self.open()
        page = Subscription(person, team)
        pages.add(page)
        if team:
            self._galleries.setdefault(team, set()).add(page)
        open_streams.inc()
        return page

    def unsubscribe(self, page: Subscription) -> None:
        pages = self._pages.get(page.person, set())
        if page in pages:
            pages.remove(page)
            open_streams.dec()
        if not pages:
            self._pages.pop(page.person, None)
        self.shut_out(page)

    def shut_out(self, page: Subscription) -> None:
        """The page hears no more of its team."""
        there = self._galleries.get(page.team, set())
        there.discard(page)
        if not there:
            self._galleries.pop(page.team, None)

    def looks(self, person: str) -> bool:
        """Whether this process holds a page of theirs open."""
        return person in self._pages

    def close(self) -> None:
        """End every stream and stop listening."""
        self.closed = True
        for page in self._everyone():
            page.close()
        if self._listener is not None:
            self._listener.cancel()

    async def _listen(self) -> None:
        failures = 0
        while True:
            try:
                async for _ in self._messages():
                    if failures:
                        log.info("Redis is back: pages are told of changes again")
                    failures = 0
            except (RedisError, OSError) as error:
                if not failures:
                    log.warning("Redis is away: pages ask for themselves", error=type(error).__name__)
            for page in self._everyone():
                page.tell(CATCHUP)
            pause = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
            failures += 1
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads, hides nothing

    async def _messages(self) -> AsyncIterator[None]:
        """Deliver until the connection fails; yields at each sign of life."""
        redis = Redis.from_url(
            self._redis_url,
            socket_connect_timeout=2.0,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),
        )
        async with redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            asked = False
            while True:
                message = await pubsub.get_message(timeout=SILENCE_S)
                if message is None:
                    if asked:
                        raise TimeoutError("Redis does not answer")
                    await pubsub.ping()
                    asked = True
                    continue
                asked = False
                if message["type"] == "subscribe":  # only now is nothing missed any more
                    for page in self._everyone():
                        page.tell(CATCHUP)
                elif message["type"] == "message":
                    for whose, event in addressed(message["data"]):
                        for page in (*self._pages.get(whose, ()), *self._galleries.get(whose, ())):
                            page.tell(event)
                            if event is SEAT:
                                self.shut_out(page)
                            elif event is OUT:
                                page.close()
                yield

    def _everyone(self) -> list[Subscription]:
        return [page for pages in self._pages.values() for page in pages]

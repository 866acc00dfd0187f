"""Announcing, with Redis there and with Redis away."""

import json
import logging
import threading
import time
from collections.abc import Iterator

import pytest
from pytest_django import Settings
from redis import Redis

from images_app.lib import breaker, bus
from images_app.lib.breaker import Breaker


@pytest.fixture(autouse=True)
def fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(bus, "_breaker", Breaker("Redis is away", "Redis is back"))
    yield


def test_a_message_is_published(settings: Settings) -> None:
    with Redis.from_url(settings.REDIS_URL) as redis, redis.pubsub() as listener:
        listener.subscribe(bus.CHANNEL)
        listener.get_message(timeout=1)
        bus.announce({"kind": "job", "person": "p"})
        heard = listener.get_message(timeout=2)
    assert heard is not None
    assert json.loads(heard["data"]) == {"kind": "job", "person": "p"}


def test_an_absent_redis_costs_little_and_is_told_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    with caplog.at_level(logging.WARNING):
        for _ in range(200):
            bus.announce({"kind": "job"})
    assert time.monotonic() - started < 2
    assert len([record for record in caplog.records if "Redis is away" in record.getMessage()]) == 1


def test_a_silent_redis_is_waited_for_only_once(settings: Settings) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        for _ in range(50):
            bus.announce({"kind": "job"})
    assert time.monotonic() - started < 2.5


def test_it_is_told_again_after_a_rest(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_S", 0.0)
    address, settings.REDIS_URL = settings.REDIS_URL, "redis://127.0.0.1:1/0"
    bus.announce({"kind": "job"})
    settings.REDIS_URL = address
    with Redis.from_url(address) as redis, redis.pubsub() as listener:
        listener.subscribe(bus.CHANNEL)
        listener.get_message(timeout=1)
        bus.announce({"kind": "job"})
        assert listener.get_message(timeout=2) is not None


def test_many_threads_share_a_few_connections(settings: Settings) -> None:
    with Redis.from_url(settings.REDIS_URL) as redis, redis.pubsub() as listener:
        listener.subscribe(bus.CHANNEL)
        listener.get_message(timeout=1)
        others = len(redis.client_list())  # of tests before, still closing or kept for the next
        threads = [threading.Thread(target=bus.announce, args=({"n": str(n)},)) for n in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        heard = [listener.get_message(timeout=2) for _ in threads]
        clients = len(redis.client_list()) - others
    assert {json.loads(message["data"])["n"] for message in heard if message} == {str(n) for n in range(64)}
    assert clients <= bus.CONNECTIONS

"""Tries at the door are counted over all web processes, and also while Redis is away."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django.fixtures import Settings
from redis import Redis

from images_app.lib import breaker, counts
from images_app.lib.breaker import Breaker
from tests import parts
from tests.conftest import PASSWORD
from tests.parts import Server

SIGN_IN = {"login": "alice@example.com", "password": PASSWORD}
WRONG = {**SIGN_IN, "password": "wrong"}
# What allauth does before it looks at a password.
TRIES_ELSEWHERE = """
from tests import environment
from django.test import RequestFactory
from images_app.teams.adapter import AccountAdapter

request = RequestFactory().post("/accounts/login/", headers={"host": "localhost"})
for _ in range(5):
    AccountAdapter().pre_authenticate(request, email="alice@example.com")
"""
pytestmark = pytest.mark.usefixtures("alice")


@pytest.fixture(autouse=True)
def _fresh_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_breaker", Breaker("Redis is away", "Redis is back"))


@pytest.fixture
def redis(settings: Settings) -> Iterator[Server]:
    """A Valkey of this test's own, which it may freeze or stop."""
    with parts.valkey() as (address, server):
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": address}}
        caches["default"].clear()
        yield server


def tried(data: dict[str, str]) -> tuple[str, float]:
    """The page after one try, "in" for a sign-in; and the seconds it took."""
    began = time.monotonic()
    response = Client().post("/accounts/login/", data)
    took = time.monotonic() - began
    return ("in" if response.status_code == 302 else response.text), took


def test_tries_in_another_process_count() -> None:
    root = Path(__file__).resolve().parents[2]
    subprocess.run([sys.executable, "-c", TRIES_ELSEWHERE], cwd=root, check=True, timeout=60)
    assert "Too many tries" in tried(SIGN_IN)[0]


def test_a_redis_that_is_away_stops_nobody_who_knows_the_password(redis: Server) -> None:
    redis.stop()
    page, took = tried(SIGN_IN)
    assert (page, took < 2) == ("in", True)
    redis.start()


def test_a_redis_that_hangs_is_waited_for_once(redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[Exception] = []
    trip = breaker.Breaker.trip

    def tripped(self: breaker.Breaker, error: Exception) -> None:
        waits.append(error)
        trip(self, error)

    monkeypatch.setattr(breaker, "REST_S", 60.0)
    monkeypatch.setattr(breaker.Breaker, "trip", tripped)
    tried(WRONG)
    redis.freeze()
    try:
        pages = [tried(SIGN_IN)[0] for _ in range(3)]
    finally:
        redis.thaw()
    assert pages == ["in"] * 3
    assert len(waits) == 1


def test_while_redis_is_away_the_process_counts_alone_and_says_so_once(
    redis: Server, caplog: pytest.LogCaptureFixture
) -> None:
    redis.stop()
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            tried(WRONG)
        assert "Too many tries" in tried(SIGN_IN)[0]
    assert len([record for record in caplog.records if "Redis is away" in record.getMessage()]) == 1
    redis.start()


def test_when_redis_is_back_it_counts_again(redis: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_S", 0.0)
    redis.stop()
    cache.set("n", [1.5], 60)
    redis.start()
    assert cache.get("n") is None
    cache.set("n", [2.5], 60)
    assert (cache.get("n"), cache.add("n", [3.5], 60)) == ([2.5], False)


def test_another_port_in_the_host_header_gives_no_further_tries() -> None:
    for port in range(5):
        Client().post("/accounts/login/", WRONG, headers={"host": f"localhost:{port + 1}"})
    assert "Too many tries" in tried(SIGN_IN)[0]


def test_forgetting_the_counts_leaves_the_queues_alone(redis: Server, settings: Settings) -> None:
    cache.set("n", 1, 60)
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as client:
        client.lpush("generate", "a hint")
        cache.clear()
        assert client.keys() == [b"generate"]


def test_nothing_in_redis_is_run_as_code(settings: Settings) -> None:
    with Redis.from_url(settings.REDIS_URL) as client:
        cache.set("n", [1.5], 60)
        assert client.get(cache.make_key("n")) == b"[1.5]"

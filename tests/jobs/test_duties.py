"""What becomes of a duty where Celery does not ask for it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from celery.signals import task_received
from django.conf import settings as django_settings

from images_app.jobs.duties import MISSED, Duty, Ears

DEAF_S = 0.2


@pytest.fixture
def waiting(settings: Any) -> Iterator[None]:
    """A message waits, and messages may wait for DEAF_S."""
    settings.DEAF_SECONDS = DEAF_S
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        client.lpush("media", "{}")
        yield
        client.delete("media")


def test_a_worker_that_leaves_messages_waiting_is_deaf(waiting: None) -> None:
    ears = Ears(["media"])
    assert not ears.deaf()
    time.sleep(DEAF_S)
    assert ears.deaf()


def test_a_worker_that_takes_messages_is_not_deaf_however_many_wait(waiting: None) -> None:
    ears = Ears(["media"])
    time.sleep(DEAF_S)
    task_received.send(sender=None)
    assert not ears.deaf()


def test_a_worker_without_messages_is_not_deaf() -> None:
    ears = Ears(["nothing waits here"])
    ears._fine_at -= 1000
    assert not ears.deaf()


def test_nobody_is_deaf_while_redis_is_away(waiting: None, settings: Any) -> None:
    ears = Ears(["media"])
    time.sleep(DEAF_S)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert not ears.deaf()


def test_a_duty_is_done_where_nobody_asked_for_it() -> None:
    done: list[float] = []
    duty = Duty(lambda: done.append(time.monotonic()), every_s=0.05)
    duty.do_if_missed()
    assert done == []
    time.sleep(MISSED * 0.05)
    duty.do_if_missed()
    duty.do_if_missed()
    assert len(done) == 1

"""A message reaches its own queue and no other: calls never run beside pixels."""

import pytest
import redis
from django.conf import settings

from images_app.jobs.hints import send
from project.celery import app


@pytest.mark.parametrize("queue", ["generate", "media", "upkeep"])
def test_a_hint_reaches_only_its_queue(queue: str) -> None:
    client = redis.Redis.from_url(settings.REDIS_URL)
    with app.connection_for_write() as connection:
        for declared in app.amqp.queues.values():
            declared(connection.default_channel).declare()
    client.delete("generate", "media", "upkeep")
    assert send("jobs.tidy", queue)
    assert {name: client.llen(name) for name in ("generate", "media", "upkeep")} == {
        name: int(name == queue) for name in ("generate", "media", "upkeep")
    }


def test_no_task_is_acknowledged_late() -> None:
    """The loss of Redis cancels those (see the settings): a paid call among them would be lost."""
    app.loader.import_default_modules()
    assert not [name for name, task in app.tasks.items() if task.acks_late]

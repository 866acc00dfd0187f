"""Redis goes away while a worker has a message in hand: the worker lives on, and takes messages again."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from kombu import Consumer
from kombu.common import ignore_errors

from project.celery import app
from tests.parts import start_valkey


class Held:
    """A worker's connection with one message in hand; ``stop`` ends its Redis."""

    def __init__(self, stack: ExitStack, prefetch: int) -> None:
        valkey = ExitStack()
        self.connection = connected(valkey.enter_context(start_valkey()))
        self.stop = valkey.close
        stack.callback(valkey.close)
        self.channel = self.connection.default_channel
        self.channel.basic_qos(0, prefetch, False)
        self.messages: list[Any] = []
        consumer = Consumer(self.channel, [app.amqp.queues["media"]], on_message=self.messages.append)
        consumer.consume()
        app.send_task("jobs.media", args=("x",), queue="media", connection=self.connection)
        self.connection.drain_events(timeout=5)
        assert self.messages


def connected(url: str) -> Any:
    return app.connection_for_read(url=url)


@pytest.fixture
def held(request: pytest.FixtureRequest) -> Iterator[Held]:
    with ExitStack() as stack:
        yield Held(stack, request.param)


@pytest.mark.parametrize("held", [2], indirect=True)
def test_closing_the_lost_connection_does_not_end_the_worker(held: Held) -> None:
    control: Any = app.control
    control.mailbox.Node("worker@test", channel=held.connection.channel()).listen()
    held.connection.transport.cycle.on_poll_start()  # it waits for the next message, and for commands
    held.stop()
    with suppress(Exception):  # as Celery's consumer does when it has lost its connection
        held.connection.collect(socket_timeout=1)
    ignore_errors(held.connection, held.connection.close)


@pytest.mark.parametrize("held", [1], indirect=True)
def test_an_acknowledgement_that_nobody_takes_frees_the_worker_for_the_next_message(held: Held) -> None:
    assert not held.channel.qos.can_consume()
    held.stop()
    held.messages[0].ack_log_error(logging.getLogger(__name__), held.connection.connection_errors)
    assert held.channel.qos.can_consume()

"""A part goes away for a while and comes back: nothing accepted or paid for may be missing afterwards.

The production shape. Every outage ends with the same look at the books (:func:`all_is_well`).
"""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.faults.stack import LEASE_S, Person, Stack, running
from tests.faults.test_promises import sha_in_ledger, sha_in_storage

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

REPAIR_S = 60  # from the repair to the last picture


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    yield from running(tmp_path_factory.mktemp("stack-outages"), production=True)


def all_is_well(stack: Stack, prompt: str, count: int) -> None:
    """Every job of a prompt has its picture, for one call each; storage holds what the ledger says."""

    def done() -> bool:
        return stack.states(prompt) == ["succeeded"] * count

    stack.until(done, REPAIR_S, lambda: f"{prompt!r} is done; states {stack.states(prompt)}")
    assert stack.calls(prompt) == count
    assert sha_in_storage(stack, prompt) == sha_in_ledger(stack, prompt)
    assert json.loads(stack.manage("jobs", "--json"))["stuck"] == 0


def calls_under_way(stack: Stack, person: Person, prompt: str, count: int) -> None:
    person.ask(f"{prompt} [[delay 3]]", n=count)
    stack.until(lambda: stack.calls(prompt) == count, 30, "all calls are under way")


# 4. A paid picture is never dropped.
def test_replies_that_come_while_the_database_is_down(stack: Stack, person: Person) -> None:
    calls_under_way(stack, person, "database down", 6)
    stack.postgres.stop()
    time.sleep(2 * LEASE_S)  # the replies come, and every lease runs out
    stack.postgres.start()
    all_is_well(stack, "database down", 6)


def test_replies_that_come_while_the_database_is_frozen(stack: Stack, person: Person) -> None:
    calls_under_way(stack, person, "database frozen", 6)
    stack.postgres.freeze()
    time.sleep(2 * LEASE_S)
    stack.postgres.thaw()
    all_is_well(stack, "database frozen", 6)


def test_a_database_that_restarts_shows_nobody_an_error(stack: Stack, person: Person) -> None:
    stack.postgres.stop()
    stack.postgres.start()
    assert [person.http.get("/").status_code for _ in range(8)] == [200] * 8


def test_storing_survives_killed_children_and_a_bucket_that_is_away(stack: Stack, person: Person) -> None:
    person.ask("decoding [[pixels 4000x3000]]", n=3)
    stack.until(lambda: "received" in stack.states("decoding"), 30, "there is something to decode")
    for _ in range(3):
        for child in children(stack.processes["media"].pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        time.sleep(0.5)
    stack.s3.stop()
    person.ask("bucket away", n=4)
    stack.until(lambda: stack.states("bucket away") == ["received"] * 4, 30, "all are received")
    time.sleep(15)
    stack.s3.start()
    all_is_well(stack, "bucket away", 4)
    all_is_well(stack, "decoding", 3)


def test_replies_wait_in_memory_for_a_spool_that_cannot_be_written(stack: Stack, person: Person) -> None:
    spool = Path(stack.environment["DATA_DIR"]) / "spool"
    calls_under_way(stack, person, "spool away", 3)
    spool.rename(spool.with_name("away"))
    spool.write_text("in the way")
    time.sleep(2 * LEASE_S)
    spool.unlink()
    spool.with_name("away").rename(spool)
    all_is_well(stack, "spool away", 3)


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


# 1. An accepted job is never lost.
def test_no_upkeep_and_no_scheduler_for_a_while(stack: Stack, person: Person) -> None:
    stack.kill("upkeep")
    stack.kill("beat")
    stack.kill("generate")
    stack.start("generate", FAIL="spooled:kill")
    person.ask("nobody sweeps")
    stack.until(lambda: stack.died("generate"), 30, "the worker dies")
    stack.start("generate")
    person.ask("nobody sweeps, new", n=3)
    new = lambda: stack.states("nobody sweeps, new") == ["succeeded"] * 3  # noqa: E731
    stack.until(new, 30, "work goes on without them")
    time.sleep(2 * LEASE_S)
    assert "sent" in stack.states("nobody sweeps")
    stack.heal()
    all_is_well(stack, "nobody sweeps", 4)


def test_deaf_workers_and_no_scheduler(stack: Stack, person: Person) -> None:
    stack.kill("beat")
    stack.kill("generate")
    stack.deafen("media")
    stack.deafen("upkeep")
    stack.start("generate", FAIL="spooled:kill")  # for the sweep to find
    person.ask("nobody listens")
    stack.until(lambda: stack.died("generate"), 30, "the worker dies")
    stack.start("generate")
    person.ask("nobody listens, new", n=3)
    all_is_well(stack, "nobody listens", 4)


# 10. A worker that hangs is noticed.
def test_redis_restarted_again_and_again_under_load(stack: Stack, person: Person) -> None:
    died_before = list(stack.deaths)
    for _ in range(4):
        person.ask("restarts [[delay 1]]", n=3)
        stack.stop_redis()
        time.sleep(0.7)
        person.ask("restarts [[delay 1]]", n=1)
        stack.start_redis()
    all_is_well(stack, "restarts", 16)
    assert stack.deaths == died_before


def test_a_storm_of_cut_connections_to_redis(stack: Stack, person: Person) -> None:
    over = threading.Event()

    def cut() -> None:
        with redis.Redis(port=stack.redis_port) as client:
            while not over.wait(0.2):
                client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")

    storm = threading.Thread(target=cut)
    storm.start()
    try:
        for _ in range(3):
            person.ask("cut off [[delay 1]]", n=4)
            time.sleep(1.5)
    finally:
        over.set()
        storm.join()
    all_is_well(stack, "cut off", 12)


def test_a_redis_that_hangs_does_not_hang_the_web(stack: Stack, person: Person) -> None:
    with redis.Redis(port=stack.redis_port) as client:
        pid = client.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = person.ask("redis hangs", n=2)
        took = time.monotonic() - begun
    finally:
        os.kill(pid, signal.SIGCONT)
    assert answer.status_code == 302
    assert took < 8, took
    all_is_well(stack, "redis hangs", 2)

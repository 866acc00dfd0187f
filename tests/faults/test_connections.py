"""A worker's few connections: what must never use them all up, and what a fork must not share."""

import signal
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest

from tests.faults.stack import Stack

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """PostgreSQL with as few connections for each process as may be set."""
    with Stack(tmp_path_factory.mktemp("few"), production=True, DATABASE_POOL="4") as stack:
        yield stack
        stack.check_the_books()


def test_downloads_that_hang_hold_up_no_call_and_no_lease(few: Stack) -> None:
    person = few.person()
    for batch in range(2):
        person.ask(f"slow {batch} [[url-hang]]", n=4)
    few.until(lambda: few.states("slow") == ["received"] * 8, 20, "eight downloads hang")
    person.ask("long [[delay 10]]", n=4)  # more than two leases long
    assert few.settled("long", 40) == ["succeeded"] * 4


def test_a_forked_child_works_on_connections_of_its_own(few: Stack) -> None:
    """The second child is forked from a parent that has long been connected; the first was not."""
    person = few.person()
    parent = psutil.Process(few.processes["media"].pid)
    [first] = parent.children()
    first.send_signal(signal.SIGKILL)
    few.until(lambda: parent.children() not in ([], [first]), 20, "a new child")
    person.ask("forked [[b64]]", n=4)
    assert few.settled("forked", 60) == ["succeeded"] * 4
    [child] = parent.children()
    inherited = ends(parent) & ends(child)
    own = {port for _, port in ends(child) - inherited}
    store = urlsplit(few.environment["AWS_S3_ENDPOINT_URL"]).port
    # The parent's to Redis stay open in the child, which leaves them alone and opens its own.
    assert {port for _, port in inherited} <= {few.redis_port}
    assert {few.redis_port, store} <= own


def test_many_replies_at_once_are_all_settled(few: Stack) -> None:
    person = few.person()
    for batch in range(8):
        person.ask(f"batch {batch} [[gate]]", n=4)
    few.until(lambda: few.endpoint.state()["in_flight"] >= 32, 60, "thirty-two calls are under way")
    few.endpoint.release()
    assert few.settled("batch", 90) == ["succeeded"] * 32
    assert "PoolTimeout" not in (few.folder / "generate.log").read_text()


def ends(process: psutil.Process) -> set[tuple[int, int]]:
    """Local and remote port of every connection a process has open."""
    return {(one.laddr.port, one.raddr.port) for one in process.net_connections("tcp") if one.raddr}

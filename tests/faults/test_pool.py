"""A worker's few database connections, and what must never use them all up."""

from collections.abc import Iterator

import pytest

from tests.faults.stack import Stack

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """PostgreSQL with two connections for each process."""
    with Stack(tmp_path_factory.mktemp("few"), production=True, DATABASE_POOL="2") as stack:
        yield stack
        stack.check_the_books()


def test_downloads_that_hang_hold_up_no_call_and_no_lease(few: Stack) -> None:
    person = few.person()
    person.ask("slow [[url-hang]]", n=4)
    few.until(lambda: few.states("slow") == ["received"] * 4, 20, "four downloads hang")
    person.ask("long [[delay 10]]", n=4)  # more than two leases long
    assert few.settled("long", 40) == ["succeeded"] * 4


@pytest.mark.xfail(
    reason="a claim takes its lock and then waits for a connection that those who wait for the lock hold"
)
def test_many_replies_at_once_are_all_settled(few: Stack) -> None:
    person = few.person()
    for batch in range(8):
        person.ask(f"batch {batch} [[gate]]", n=4)
    few.until(lambda: few.endpoint.state()["in_flight"] >= 32, 60, "thirty-two calls are under way")
    few.endpoint.release()
    assert few.settled("batch", 90) == ["succeeded"] * 32
    assert "PoolTimeout" not in (few.folder / "generate.log").read_text()

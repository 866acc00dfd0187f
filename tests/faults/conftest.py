"""One stack a module and shape; every test heals it first and leaves the checker to look at the books."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stack import Person, Stack, running


@pytest.fixture(scope="module", params=["plain", "production"])
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp(f"stack-{request.param}")
    yield from running(folder, production=request.param == "production")


@pytest.fixture
def stack(whole: Stack) -> Iterator[Stack]:
    whole.heal()
    yield whole
    whole.check_the_books()


@pytest.fixture
def person(stack: Stack) -> Person:
    return stack.person()

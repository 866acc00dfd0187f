"""Rules for prompts, as an administrator writes them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from images_app.moderation import endpoint
from images_app.moderation.models import PromptRule
from images_app.teams.models import User

Rule = Callable[..., PromptRule]


@pytest.fixture
def rule(db: None) -> Rule:
    """An active rule for every team that refuses the word "weapon", unless said otherwise."""

    def make(pattern: str = "weapon", **fields: Any) -> PromptRule:
        values = {"name": "No weapons", "active": True, **fields}
        return PromptRule.objects.create(pattern=pattern, **values)

    return make


@pytest.fixture
def browser(alice: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(alice)


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    """No test inherits another's failures of the endpoint."""
    yield
    endpoint._breaker.reset()

"""Earlier prompts: mine, each once, the latest first."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from images_app.jobs import past
from images_app.jobs.past import past_prompts
from images_app.providers.models import ImageModel
from images_app.teams.models import User
from tests.rows import make_generation


@pytest.fixture
def asked(alice: User, model: ImageModel) -> list[str]:
    prompts = ["a red door", "A blue boat", "a red door", "the sea"]
    for place, prompt in enumerate(prompts):
        make_generation(alice, model, prompt, at=timezone.now() - timedelta(minutes=9 - place))
    return prompts


def test_each_prompt_is_there_once_the_latest_first(alice: User, asked: list[str]) -> None:
    assert [one.prompt for one in past_prompts(alice)] == ["the sea", "a red door", "A blue boat"]


def test_all_words_must_be_in_it_in_any_order_and_case(alice: User, asked: list[str]) -> None:
    assert [one.prompt for one in past_prompts(alice, "BOAT  blue")] == ["A blue boat"]
    assert past_prompts(alice, "blue door") == []


def test_there_is_an_end_to_it(alice: User, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST", 2)
    assert len(past_prompts(alice)) == 2


def test_a_page_without_script_and_its_list_alone_with_it(
    alice: User, asked: list[str], client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    page, part = (
        client.get("/prompts/?q=boat"),
        client.get("/prompts/?q=boat", headers={"HX-Request": "true"}),
    )
    assert "<h1" in page.content.decode()
    assert part.content.decode().lstrip().startswith('<div id="past-list"')
    for answer in (page, part):
        assert "A blue boat</a>" in answer.content.decode()
        assert "the sea</a>" not in answer.content.decode()


def test_a_strangers_prompts_are_not_there(
    bob: User, asked: list[str], client: Client, client_of: Callable[[User], Client]
) -> None:
    assert "What you ask for will be listed here." in client_of(bob).get("/prompts/").content.decode()
    assert client.get("/prompts/").status_code == 302


def test_one_query_however_many(alice: User, asked: list[str], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        past_prompts(alice)

"""The endpoint that is asked about prompts: the demo one as a real process's application, and one that misbehaves."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
import uvicorn
from pytest_django.fixtures import Settings

from images_app.demo.server import Demo
from images_app.demo.settings import Settings as DemoSettings
from images_app.jobs.models import Generation
from images_app.moderation import endpoint
from images_app.moderation.actions import PromptRefused
from images_app.moderation.endpoint import Answer, found_in, read_answer
from images_app.moderation.models import (
    Action,
    CategoryThreshold,
    FlaggedPrompt,
    ModerationEndpoint,
    PromptRule,
    RefusedPrompt,
)
from images_app.providers.models import Provider
from images_app.teams.models import User

Ask = Callable[..., Generation]
Setting = Callable[..., ModerationEndpoint]


class Liar:
    """A server that answers what it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.status, self.body = 200, b"{}"
        self.asked: list[dict[str, Any]] = []
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                liar.asked.append(json.loads(self.rfile.read(length)))
                self.send_response(liar.status)
                self.send_header("Content-Length", str(len(liar.body)))
                self.end_headers()
                self.wfile.write(liar.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"


@pytest.fixture
def liar() -> Iterator[Liar]:
    one = Liar()
    yield one
    one.server.shutdown()


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The address of the demo endpoint, served by uvicorn as bin/start serves it."""
    server = uvicorn.Server(uvicorn.Config(Demo(DemoSettings(api_key="sk-test")), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    server.should_exit = True
    thread.join()


@pytest.fixture
def setting(provider: Provider, settings: Settings) -> Setting:
    settings.IMAGE_API_ALLOW_PRIVATE = True

    def make(address: str, **fields: Any) -> ModerationEndpoint:
        Provider.objects.filter(pk=provider.pk).update(base_url=address)
        return ModerationEndpoint.objects.create(provider=provider, **fields)

    return make


# --- a real one -----------------------------------------------------------------------------------------------


def test_what_it_flags_is_refused_with_the_category_named(
    alice: User, ask: Ask, demo: str, setting: Setting
) -> None:
    setting(demo, advice="Draw something peaceful.")
    assert ask(alice, "a quiet harbour").prompt == "a quiet harbour"
    with pytest.raises(PromptRefused) as caught:
        ask(alice, "a harbour demo-violence/graphic demo-hate")
    assert caught.value.sentence == (
        "Not made, and nothing was charged: the check of prompts found hate, violence/graphic. "
        "Draw something peaceful."
    )
    kept = RefusedPrompt.objects.get()
    assert (kept.rule, kept.reason) == (None, "hate, violence/graphic")
    assert Generation.objects.count() == 1


def test_it_may_only_flag(alice: User, ask: Ask, demo: str, setting: Setting) -> None:
    setting(demo, action=Action.FLAG)
    made = ask(alice, "a harbour demo-hate")
    flag = FlaggedPrompt.objects.get()
    assert (flag.generation, flag.rule, flag.reason) == (made, None, "hate")


def test_a_threshold_decides_instead_of_its_word(alice: User, ask: Ask, demo: str, setting: Setting) -> None:
    site = setting(demo)
    ask(alice, "demo-maybe harbour")
    row = CategoryThreshold.objects.create(endpoint=site, category="sexual", score=0.4)
    with pytest.raises(PromptRefused, match="found sexual"):
        ask(alice, "demo-maybe harbour")
    row.score = 0.99
    row.save()
    ask(alice, "demo-sexual harbour")


def test_it_is_asked_about_what_would_be_sent(alice: User, ask: Ask, demo: str, setting: Setting) -> None:
    setting(demo)
    PromptRule.objects.create(
        name="r", kind="expression", pattern="demo-hate", action="replace", replacement="peace", active=True
    )
    assert ask(alice, "a harbour demo-hate").prompt == "a harbour peace"


def test_switched_off_it_is_not_asked(alice: User, ask: Ask, demo: str, setting: Setting) -> None:
    setting(demo, enabled=False)
    ask(alice, "a harbour demo-hate")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"input": "x", "model": "gpt-9"}, 404),
        ({"model": "omni-moderation-latest"}, 400),
        ({"input": 3}, 400),
        ({"input": []}, 400),
        ({"input": [""]}, 400),
        ({"input": ["x"], "size": 1}, 400),
        ({"input": ["x", "demo-hate"]}, 200),
    ],
)
def test_the_demo_endpoint_is_strict(demo: str, body: dict[str, Any], status: int) -> None:
    answer = httpx.post(f"{demo}/moderations", json=body, headers={"Authorization": "Bearer sk-test"})
    assert answer.status_code == status
    if status == 200:
        assert [one["flagged"] for one in answer.json()["results"]] == [False, True]


# --- one that misbehaves --------------------------------------------------------------------------------------


def good(flagged: bool = False) -> bytes:
    result = {"flagged": flagged, "categories": {"hate": flagged}, "category_scores": {"hate": 0.9}}
    return json.dumps({"results": [result]}).encode()


BAD = [
    (500, b"{}"),
    (302, good()),
    (200, b""),
    (200, b"not json"),
    (200, b"[]"),
    (200, b'{"results": []}'),
    (200, b'{"results": [{}]}'),
    (200, b'{"results": [{"flagged": "no", "categories": {}, "category_scores": {}}]}'),
    (200, b"[" * 100_000),
    (200, b'{"results": 3}'),
    (200, b'{"pad": "' + b"x" * (2 << 20) + b'"}'),
]


@pytest.mark.parametrize(("status", "body"), BAD)
@pytest.mark.parametrize("fail_open", [True, False])
def test_without_an_answer_it_is_as_the_site_has_set(
    alice: User, ask: Ask, liar: Liar, setting: Setting, status: int, body: bytes, fail_open: bool
) -> None:
    setting(liar.address, fail_open=fail_open)
    liar.status, liar.body = status, body
    if fail_open:
        ask(alice, "a harbour")
        return
    with pytest.raises(PromptRefused, match="does not answer just now"):
        ask(alice, "a harbour")
    assert not Generation.objects.exists()
    assert not RefusedPrompt.objects.exists()


def test_after_three_failures_it_rests_and_says_so_once(
    alice: User, ask: Ask, liar: Liar, setting: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    setting(liar.address)
    liar.status = 500
    for _ in range(2):
        ask(alice, "zanzibar harbour")
    assert "endpoint_away" not in caplog.text
    for _ in range(5):
        ask(alice, "zanzibar harbour")
    assert len(liar.asked) == 3
    assert caplog.text.count("moderation.endpoint_away") == 1
    assert "zanzibar" not in caplog.text
    endpoint._breaker._rest = None
    liar.status, liar.body = 200, good(True)
    with pytest.raises(PromptRefused):
        ask(alice, "zanzibar harbour")
    assert caplog.text.count("moderation.endpoint_back") == 1


def test_a_success_between_two_failures_begins_the_count_anew(
    alice: User, ask: Ask, liar: Liar, setting: Setting
) -> None:
    setting(liar.address)
    for status in (500, 500, 200, 500, 500, 500, 500):
        liar.status, liar.body = status, good()
        ask(alice, "a harbour")
    assert len(liar.asked) == 6


def test_a_private_address_is_never_asked(
    alice: User, ask: Ask, liar: Liar, setting: Setting, settings: Settings
) -> None:
    setting(liar.address)
    settings.IMAGE_API_ALLOW_PRIVATE = False
    ask(alice, "a harbour")
    assert liar.asked == []


def test_one_prompt_goes_as_a_text(alice: User, ask: Ask, liar: Liar, setting: Setting) -> None:
    setting(liar.address, model="some-model")
    liar.body = good()
    ask(alice, "a harbour")
    assert liar.asked == [{"model": "some-model", "input": "a harbour"}]


@pytest.mark.parametrize(
    ("answer", "thresholds", "found"),
    [
        (Answer(False, frozenset(), {"hate": 0.5}), {}, []),
        (Answer(True, frozenset({"hate"}), {"hate": 0.5}), {}, ["hate"]),
        (Answer(True, frozenset({"hate"}), {"hate": 0.5}), {"hate": 0.6}, []),
        (Answer(False, frozenset(), {"hate": 0.5}), {"hate": 0.5}, ["hate"]),
        (Answer(True, frozenset({"a", "b"}), {"a": 0.1, "b": 0.9}), {}, ["b", "a"]),
        (Answer(True, frozenset(), {}), {}, ["something it does not name"]),
    ],
)
def test_which_categories_count(answer: Answer, thresholds: dict[str, float], found: list[str]) -> None:
    assert found_in(answer, thresholds) == found


def test_strange_scores_are_left_out() -> None:
    scores = '{"a": true, "b": NaN, "c": 7, "d": 0.5}'
    result = f'{{"flagged": true, "categories": {{"a\\u202e": true, "b": 1}}, "category_scores": {scores}}}'
    (answer,) = read_answer(f'{{"results": [{result}]}}'.encode(), 1)
    assert (answer.categories, answer.scores) == (frozenset({"a"}), {"d": 0.5})

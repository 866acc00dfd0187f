"""Each special prompt makes the failure it promises, also inside a longer prompt."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from images_app.demo.faults import AFTER, NAMES, read_faults
from images_app.demo.server import Demo
from images_app.demo.settings import Settings

from .parts import KEY, bench, running


def asked(prompt: str, **fields: Any) -> tuple[httpx.Response, int]:
    """The answer to a prompt, and how many pictures were counted."""

    async def work() -> tuple[httpx.Response, int]:
        async with bench() as b:
            return await b.ask(prompt, **fields), b.demo.made

    reply: tuple[httpx.Response, int] = running(work())
    return reply


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("refused", 400, "content_policy_violation"),
        ("billing", 400, "billing_hard_limit_reached"),
        ("quota", 429, "insufficient_quota"),
        ("auth", 401, "invalid_api_key"),
        ("forbidden", 403, None),
        ("no-model", 404, "model_not_found"),
    ],
)
def test_turned_away_and_not_counted(name: str, status: int, code: str | None) -> None:
    reply, made = asked(f"A harbour in fog [demo:{name}] with two boats")
    assert (reply.status_code, reply.json()["error"]["code"], made) == (status, code, 0)
    assert "retry-after" not in reply.headers


def test_rate_limited_once_then_served() -> None:
    async def work() -> None:
        async with bench() as b:
            prompt = "[demo:rate-limit 5] paper hills"
            first = await b.ask(prompt)
            assert (first.status_code, first.headers["retry-after"]) == (429, "5")
            assert first.json()["error"]["code"] == "rate_limit_exceeded"
            assert (await b.ask(prompt)).status_code == 200
            assert (await b.ask("[demo:rate-limit 5] other hills")).status_code == 429
            b.now += 601
            assert (await b.ask(prompt)).status_code == 429

    running(work())


def test_retry_after_as_a_date_and_as_garbage() -> None:
    async def work() -> None:
        async with bench() as b:
            dated = await b.ask("[demo:rate-limit-date 30]")
            assert parsedate_to_datetime(dated.headers["retry-after"]).timestamp() == b.now + 30
            garbage = await b.ask("[demo:rate-limit-garbage]")
            assert not garbage.headers["retry-after"].isdecimal()

    running(work())


@pytest.mark.parametrize(
    ("name", "status"), [("server-error", 500), ("bad-gateway", 502), ("unavailable", 503)]
)
def test_server_errors_come_after_the_picture_was_counted(name: str, status: int) -> None:
    reply, made = asked(f"Hills [demo:{name}]")
    assert (reply.status_code, made) == (status, 1)


def test_a_body_that_does_not_parse() -> None:
    for name in ("bad-body", "html"):
        reply, made = asked(f"[demo:{name}]")
        assert (reply.status_code, made) == (200, 1)
        with pytest.raises(ValueError):
            reply.json()


def test_an_error_inside_a_success() -> None:
    reply, made = asked("[demo:error-in-200]")
    assert (reply.status_code, made) == (200, 1)
    assert reply.json()["error"]["type"] == "server_error"


def test_a_success_without_pictures() -> None:
    reply, made = asked("[demo:empty]")
    assert (reply.status_code, reply.json()["data"], made) == (200, [], 1)


def test_slow_waits_as_long_as_asked() -> None:
    async def work() -> None:
        async with bench() as b:
            await b.ask("[demo:slow 45] [demo:empty]")
            await b.ask("[demo:slow 0.5] [demo:empty]")
            assert b.slept == [45, 0.5]

    running(work())


def test_a_dead_address() -> None:
    async def work() -> None:
        async with bench() as b:
            url = (await b.ask("Hills [demo:dead-url]")).json()["data"][0]["url"]
            assert (await b.client.get(url)).status_code == 403

    running(work())


def test_bytes_that_are_no_picture() -> None:
    async def work() -> None:
        async with bench() as b:
            url = (await b.ask("Hills [demo:bad-picture]")).json()["data"][0]["url"]
            reply = await b.client.get(url)
            assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png")
            assert len(reply.content) < 100

    running(work())


def test_no_revised_prompt() -> None:
    reply, _ = asked("Paper hills [demo:no-revised]", response_format="b64_json")
    assert set(reply.json()["data"][0]) == {"b64_json"}


def test_special_words_leave_the_revised_prompt() -> None:
    reply, _ = asked("Paper hills [demo:slow 0], soft light")
    assert reply.json()["data"][0]["revised_prompt"].startswith("Paper hills")
    assert "demo:" not in reply.text


def test_a_special_word_that_does_not_exist_is_refused() -> None:
    reply, made = asked("[demo:rate-limt 5]")
    assert (reply.status_code, made) == (400, 0)
    assert "rate-limit" in reply.json()["error"]["message"]


def test_ordinary_brackets_are_left_alone() -> None:
    assert read_faults("A sign saying [demo]  and [x:y]").prompt == "A sign saying [demo]  and [x:y]"


def test_every_special_prompt_is_in_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "demo-endpoint.md").read_text()
    assert [name for name in NAMES if f"[demo:{name}" not in text] == []


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server on a free port: what happens to a connection shows only there."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    demo = Demo(Settings(api_key=KEY, delay=(0, 0)))
    server = uvicorn.Server(uvicorn.Config(demo, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("name", ["drop", "half-body"])
def test_a_connection_that_breaks(address: str, name: str) -> None:
    assert name in AFTER
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(
            f"{address}/v1/images/generations",
            headers={"Authorization": f"Bearer {KEY}"},
            json={"model": "dall-e-3", "prompt": f"A boat [demo:{name}]"},
        )
    assert httpx.get(f"{address}/healthz").json()["pictures_made"] >= 1

"""/healthz, /readyz and /metrics: what machines are told, and who is told."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from redis import Redis

from images_app.jobs import health
from images_app.jobs.models import Attempt
from images_app.jobs.states import State
from images_app.providers.models import Provider
from tests.ops.conftest import MakeJob

PROXIED: Any = {"headers": {"X-Forwarded-For": "127.0.0.1"}}


@pytest.fixture
def worker(settings: Any) -> Iterator[None]:
    """The sign of life of one generate worker."""
    sign = {"queue": "generate", "host": "here", "pid": 7, "in_flight": 3, "at": time.time()}
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.set("easel:worker:test", json.dumps(sign), ex=30)
        yield
        redis.delete("easel:worker:test")


def test_healthz_asks_nobody(client: Client) -> None:
    """No database mark on this test: a query would fail it."""
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_names_its_parts_to_anybody(client: Client) -> None:
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "storage": "ok"})
    assert answer.headers["Cache-Control"].startswith("max-age=0")


@pytest.mark.django_db
def test_readyz_says_when_redis_is_away(client: Client, settings: Any) -> None:
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "redis": "fail", "storage": "ok"})
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_readyz_waits_two_seconds_for_a_part_that_hangs_and_asks_it_once(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    hung = socket.socketpair()

    def hang() -> None:
        asked.append(1)
        hung[0].recv(1)

    monkeypatch.setitem(health._PARTS, "storage", hang)
    monkeypatch.setattr(health, "PART_S", 0.3)
    started = time.monotonic()
    answers = [client.get("/readyz").json() for _ in range(3)]
    hung[1].send(b"x")
    assert {answer["storage"] for answer in answers} == {"fail"}
    assert len(asked) == 1
    assert time.monotonic() - started < 5


@pytest.mark.django_db
def test_readyz_says_when_a_folder_cannot_be_written(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    files = {
        "BACKEND": "images_app.images.storage.DurableFileStorage",
        "OPTIONS": {"location": tmp_path, "base_url": None},
    }
    settings.STORAGES = {**settings.STORAGES, "originals": files, "previews": files}
    monkeypatch.setattr(
        os, "access", lambda path, mode: False
    )  # the tests may run as root, who may everything
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["storage"]) == (503, "fail")


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_with_the_token(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "let-me-see"
    bearer: Any = {"headers": {"Authorization": "Bearer let-me-see", "X-Forwarded-For": "203.0.113.9"}}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9", **bearer).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stranger",
    [
        {"REMOTE_ADDR": "203.0.113.9"},
        {"REMOTE_ADDR": "10.0.0.1"},
        {"REMOTE_ADDR": ""},
        PROXIED,
        {"REMOTE_ADDR": "203.0.113.9", "headers": {"Authorization": "Bearer "}},
        {"REMOTE_ADDR": "203.0.113.9", "headers": {"Authorization": "Bearer wrong"}},
    ],
)
@pytest.mark.parametrize("token", ["", "let-me-see"])
def test_metrics_are_hidden_from_strangers(client: Client, settings: Any, stranger: Any, token: str) -> None:
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", **stranger).status_code == 404


@pytest.mark.django_db
def test_metrics_count_what_there_is(client: Client, make_job: MakeJob, worker: None) -> None:
    make_job(State.QUEUED, 2)
    sent = make_job(State.SENT, 0)
    make_job(State.SENT, 5)
    Attempt.objects.create(job=sent, provider=sent.provider, number=1, cause="submit", outcome="done")
    sent.provider.pause("billing")
    text = client.get("/metrics").content.decode()
    for line in (
        'easel_jobs{state="queued"} 1.0',
        'easel_jobs{state="sent"} 2.0',
        'easel_jobs{state="lost"} 0.0',
        "easel_jobs_in_flight 2.0",
        'easel_attempts_total{outcome="done"} 1.0',
        'easel_stuck{kind="lease_over"} 1.0',
        'easel_provider_paused{provider="stub"} 1.0',
        'easel_workers{queue="generate"} 1.0',
        'easel_workers{queue="media"} 0.0',
        "easel_calls_in_flight 3.0",
        "easel_spool_files 0.0",
        'easel_part_up{part="redis"} 1.0',
    ):
        assert line in text.splitlines()
    assert "process_open_fds" in text
    [waiting] = [line for line in text.splitlines() if line.startswith("easel_oldest_waiting_seconds")]
    assert 110 < float(waiting.split()[1]) < 200


@pytest.mark.django_db
def test_metrics_hold_no_prompt_and_no_key(client: Client, make_job: MakeJob) -> None:
    make_job(State.QUEUED)
    text = client.get("/metrics").content.decode()
    assert "secret garden" not in text
    assert Provider.objects.get().api_key not in text


@pytest.mark.django_db
def test_metrics_ask_no_more_for_more_jobs(
    client: Client, make_job: MakeJob, django_assert_max_num_queries: Any
) -> None:
    for state in State:
        make_job(state, 30)
    with django_assert_max_num_queries(12) as few:
        client.get("/metrics")
    for state in State:
        make_job(state, 30)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/metrics")


@pytest.mark.django_db
def test_probes_answer_only_reads(client: Client) -> None:
    for address in ("/healthz", "/readyz", "/metrics"):
        assert client.post(address).status_code == 405

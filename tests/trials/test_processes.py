"""Trials with the workers as real processes: the built-in demo endpoint, and a worker that is killed in the paid call."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.faults.stack import ROOT, Stack

pytestmark = [pytest.mark.faults, pytest.mark.slow]

# Asks for a trial as the page does; the worker hears of it by its hint.
ASK = """
import uuid
from images_app.providers.models import Provider
from images_app.teams.models import User
from images_app.trials.actions import ask_picture
from images_app.trials.offers import offers
provider = Provider.objects.get(slug="{slug}")
ask_picture(provider, User.objects.get(), offers(provider)[0], uuid.UUID("{number}"))
"""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("trials")) as stack:
        yield stack


def asked(stack: Stack, slug: str = "environment") -> str:
    number = uuid4()
    stack.manage("shell", "--no-imports", "-c", ASK.format(slug=slug, number=number))
    return number.hex


def now(stack: Stack, number: str) -> tuple[str, str, str]:
    """State, cost and steps of a trial."""
    [row] = stack.rows(f"SELECT state, cost, steps FROM images_app_trial WHERE submission = '{number}'")
    return row[0], row[1], row[2]


def ended(stack: Stack, number: str, *states: str) -> tuple[str, str, str]:
    stack.until(lambda: now(stack, number)[0] in states, 60, lambda: f"a trial ends; {now(stack, number)}")
    return now(stack, number)


def test_a_trial_goes_through_every_worker(stack: Stack) -> None:
    state, cost, steps = ended(stack, asked(stack), "done", "failed", "unknown")
    assert (state, cost) == ("done", "paid"), steps
    assert steps.count('"ok"') == 5


def test_a_worker_killed_in_the_paid_call_leaves_an_unknown_end_and_no_second_call(stack: Stack) -> None:
    before = len(stack.endpoint.entries())
    stack.endpoint.script("hang")
    number = asked(stack)
    stack.until(lambda: len(stack.endpoint.entries()) == before + 1, 60, "the endpoint has the call")
    stack.kill("generate")
    stack.heal()
    state, cost, steps = ended(stack, number, "unknown", "done", "failed")
    assert (state, cost) == ("unknown", "maybe"), steps
    # The new worker takes what comes next, and has left the old call alone.
    assert ended(stack, asked(stack), "done", "failed", "unknown")[0] == "done"
    assert len(stack.endpoint.entries()) == before + 2
    assert now(stack, number)[0] == "unknown"


def test_a_worker_killed_before_the_call_is_followed_by_another(stack: Stack) -> None:
    before = len(stack.endpoint.entries())
    stack.kill("generate")
    stack.start("generate", FAIL="trial reached:kill")
    number = asked(stack)
    stack.until(lambda: stack.died("generate"), 60, "the worker is killed")
    assert len(stack.endpoint.entries()) == before
    stack.heal()
    assert ended(stack, number, "done", "failed", "unknown")[0] == "done"
    assert len(stack.endpoint.entries()) == before + 1


def test_the_demo_endpoint_passes_its_trial(stack: Stack, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base, key = f"http://127.0.0.1:{port}", "demo-trial-key"
    environment = {**os.environ, "DEMO_API_KEY": key, "DEMO_DELAY": "0", "DEMO_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "uvicorn", "images_app.demo.server:app", "--port", str(port)]
    demo = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(f"{base}/healthz", timeout=2).status_code == 200
        return False

    try:
        stack.until(answers, 60, "the demo endpoint answers")
        settings = {
            "IMAGE_API_BASE_URL": "",
            "IMAGE_API_KEY": "",
            "DEMO_URL": f"{base}/v1",
            "DEMO_API_KEY": key,
        }
        stack.environment |= settings
        stack.manage("sync_provider")
        for name in ("generate", "media"):
            stack.kill(name)
        stack.heal()
        state, cost, steps = ended(stack, asked(stack, "demo"), "done", "failed", "unknown")
        assert (state, cost) == ("done", "paid"), steps
        assert httpx.get(f"{base}/healthz", timeout=2).json()["pictures_made"] == 1
    finally:
        demo.kill()
        demo.wait()

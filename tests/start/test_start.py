"""bin/start's program as a person meets it: one line when it is ready, clear words when it cannot start."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from images_app.jobs.worker import ALIVE_EVERY_S
from tests.start.running import Easel, easel
from tests.start.wait import until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Easel]:
    with easel(tmp_path_factory.mktemp("easel")) as one:
        one.address()
        yield one


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """A start that is expected to be refused."""
    return subprocess.run(
        [sys.executable, "-m", "project.start"],
        env={"PATH": os.environ["PATH"], "EASEL_ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_prints_one_line_the_address_of_the_first_account(running: Easel) -> None:
    assert running.shown.count("\n") == 1, running.shown
    with urllib.request.urlopen(running.address()) as page:
        assert page.status == 200
        assert "/welcome/?token=" in running.address()


def test_everything_listens_on_loopback_and_nothing_listens_for_commands(running: Easel) -> None:
    listening = [
        (process.pid, socket.laddr.ip)
        for process in running.tree()
        for socket in process.net_connections()
        if socket.status == psutil.CONN_LISTEN
    ]
    assert {ip for _, ip in listening} == {"127.0.0.1"}
    assert {pid for pid, _ in listening} == {running.child(name).pid for name in ("web", "demo", "valkey")}


def test_the_embedded_valkey_keeps_its_data_and_asks_for_a_password(running: Easel) -> None:
    address = (running.data / "secrets" / "redis_url").read_text()
    known = redis.from_url(address)
    assert known.config_get("appendonly")["appendonly"] == "yes"
    assert known.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    port = known.connection_pool.connection_kwargs["port"]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_no_secret_shows_among_the_arguments_of_a_process(running: Easel) -> None:
    secrets = [path.read_text() for path in (running.data / "secrets").iterdir()]
    arguments = " ".join(argument for process in running.tree() for argument in process.cmdline())
    assert secrets and not [secret for secret in secrets if secret in arguments]


def test_a_second_start_on_the_same_data_says_so(running: Easel) -> None:
    second = start(DATA_DIR=str(running.data), PORT=running.environment["PORT"])
    assert second.returncode == 2
    assert f"already runs on {running.data} (process {running.process.pid})" in second.stdout


def test_a_taken_port_is_named_with_the_way_out_before_anything_runs(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = start(DATA_DIR=str(tmp_path / "data"), PORT=str(port))
    assert refused.returncode == 2
    assert f"Port {port} is taken" in refused.stdout
    assert "PORT=" in refused.stdout
    assert not (tmp_path / "data" / "logs").exists()


def test_a_bad_setting_is_named_in_one_line(tmp_path: Path) -> None:
    refused = start(DATA_DIR=str(tmp_path), PORT="many")
    assert (refused.returncode, refused.stdout) == (2, "PORT is 'many'; write a whole number\n")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    refused = start(DATA_DIR=str(tmp_path / "file" / "data"))
    assert refused.returncode == 2
    assert "cannot be made" in refused.stdout


def test_a_database_that_does_not_answer_is_named_and_nothing_stays(tmp_path: Path) -> None:
    with easel(tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:1/easel") as one:
        one.until_shown("The database cannot be used")
        assert one.process.wait(60) == 1
        assert "Traceback" not in one.shown


def test_a_dead_web_server_comes_back_and_that_is_said(running: Easel) -> None:
    running.child("web").kill()
    running.until_shown("web was killed by SIGKILL; starting it again")
    until(lambda: _answers(running.address()), seconds=90)


def test_a_dead_valkey_is_said_once_and_not_by_every_worker(running: Easel) -> None:
    logs = [running.data / "logs" / f"{name}.log" for name in ("generate", "media", "upkeep")]
    until(lambda: all(log.exists() and " ready." in log.read_text() for log in logs), seconds=60)
    before = len(running.shown)
    # A stopped supervisor starts nothing again: the outage outlasts a sign of life of every worker.
    running.process.send_signal(signal.SIGSTOP)
    running.child("valkey").kill()
    time.sleep(ALIVE_EVERY_S + 2)
    running.process.send_signal(signal.SIGCONT)
    until(lambda: all("Trying again in" in log.read_text() for log in logs), seconds=30)
    running.until_shown("valkey was killed by SIGKILL")
    shown = running.shown[before:].splitlines()
    assert [line.partition(";")[0] for line in shown if not line.startswith("web | ")] == [
        "valkey was killed by SIGKILL"
    ]
    assert len([line for line in shown if "Redis is away" in line]) <= 1
    until(lambda: _answers(running.address()), seconds=30)


def test_a_service_manager_stops_it_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with easel(tmp_path) as first:
        address = first.address()
        first.tree()
        first.process.send_signal(signal.SIGTERM)
        assert first.process.wait(120) == 0
        assert first.shown.endswith("Stopping. No paid call is in flight.\nStopped.\n")
        assert not first.alive()
    with easel(tmp_path, PORT=first.environment["PORT"]) as second:
        assert second.address() == address
        # Ten seconds on two cores are the promise; work, unlike time, is the same on a busy machine.
        assert sum(sum(process.cpu_times()[:2]) for process in second.tree()) < 18
        second.process.send_signal(signal.SIGHUP)
        assert second.process.wait(120) == 0
        assert not second.alive()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False

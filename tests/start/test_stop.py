"""Stopping while a paid call is in flight, and being killed."""

import signal
import time
from pathlib import Path

import pytest

from tests.start.running import easel
from tests.start.wait import until

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(400)]


def test_a_stop_waits_for_the_paid_call_and_keeps_its_picture(tmp_path: Path) -> None:
    with easel(tmp_path, DEMO_DELAY="6") as one:
        one.address()
        one.submit()
        one.tree()
        one.process.send_signal(signal.SIGINT)
        one.until_shown("Stopping. 1 paid call is in flight: waiting.")
        assert one.process.wait(120) == 0
        assert one.states() in (["received"], ["succeeded"])
        assert not one.alive()
    with easel(tmp_path) as again:
        again.address()
        until(lambda: again.states() == ["succeeded"], seconds=90)


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    with easel(tmp_path, DEMO_DELAY="60") as one:
        one.address()
        one.submit()
        one.tree()
        one.process.send_signal(signal.SIGINT)
        one.until_shown("1 paid call is in flight")
        time.sleep(0.6)  # nearer together it would be one key press, passed on twice
        began = time.monotonic()
        one.process.send_signal(signal.SIGINT)
        assert one.process.wait(10) == 130
        assert time.monotonic() - began < 2
        until(lambda: not one.alive(), seconds=5)


def test_a_closing_terminal_that_signals_twice_still_waits(tmp_path: Path) -> None:
    with easel(tmp_path, DEMO_DELAY="6") as one:
        one.address()
        one.submit()
        one.process.send_signal(signal.SIGHUP)
        one.until_shown("1 paid call is in flight")
        time.sleep(0.6)
        one.process.send_signal(signal.SIGHUP)
        assert one.process.wait(120) == 0
        assert one.states() in (["received"], ["succeeded"])


def test_the_demo_endpoint_comes_back_while_a_stop_waits_for_a_call(tmp_path: Path) -> None:
    with easel(tmp_path, DEMO_DELAY="60") as one:
        one.address()
        one.submit()
        one.process.send_signal(signal.SIGTERM)
        one.until_shown("1 paid call is in flight")
        one.child("demo").kill()
        one.until_shown("demo was killed by SIGKILL; starting it again")
        # Its connection broke: the call ended without an answer, and nobody may guess what it cost.
        assert one.process.wait(120) == 0
        assert one.states() == ["unknown"]


def test_nothing_outlives_kill_9_not_even_the_children_of_children(tmp_path: Path) -> None:
    with easel(tmp_path) as one:
        one.address()
        one.child("media")
        until(lambda: len(one.child("media").children()) >= 2)  # the prefork pool
        assert len(one.tree()) >= 10
        one.process.kill()
        until(lambda: not one.alive(), seconds=10)
    with easel(tmp_path) as again:  # and the next start finds nothing in its way
        again.address()

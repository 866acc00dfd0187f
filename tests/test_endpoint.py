"""The witness itself: what it writes down, how it is ordered about, and that it carries many slow calls."""

import socket
import threading
import time
from pathlib import Path

import pytest

from images_app.providers.client import Endpoint, ImageRequest, Outcome, Reply, generate
from tests.endpoint import EndpointProcess, ScriptedEndpoint, Witness
from tests.pictures import number_in


def call(witness: Witness, prompt: str = "a cat", attempt: str = "one") -> Reply:
    endpoint = Endpoint(witness.base_url, "sk-test", allow_private=True, timeout_s=30)
    return generate(
        endpoint, ImageRequest("dall-e-3", prompt, response_format="b64_json", attempt_id=attempt)
    )


@pytest.fixture(params=[ScriptedEndpoint, EndpointProcess])
def witness(request: pytest.FixtureRequest, tmp_path: Path) -> Witness:
    witness = request.param(ledger=tmp_path / "ledger")
    witness.__enter__()
    request.addfinalizer(lambda: witness.__exit__(None, None, None))
    assert isinstance(witness, Witness)
    return witness


def test_every_call_is_in_the_ledger_before_its_answer(witness: Witness) -> None:
    replies = [call(witness, attempt="one"), call(witness, attempt="two"), call(witness, attempt="two")]
    assert (witness.calls(), witness.calls("one"), witness.calls("two"), witness.calls("three")) == (
        3,
        1,
        2,
        0,
    )
    assert [entry["n"] for entry in witness.entries()] == [1, 2, 3]
    assert witness.charged() == 3
    contents = [reply.pictures[0].content() or b"" for reply in replies]
    assert [number_in(content) for content in contents] == [(1, 0), (2, 0), (3, 0)]
    assert len(set(witness.pictures())) == 3
    assert "sk-test" not in witness.ledger.read_text()


def test_a_script_comes_before_the_words_of_a_prompt(witness: Witness) -> None:
    witness.script("status 429 retry-after=1", "ok", "delay 0.05 + status 400 code=content_filter")
    outcomes = [call(witness, "a cat [[status 500]]").outcome for _ in range(4)]
    assert outcomes == [Outcome.NOT_EXECUTED, Outcome.DONE, Outcome.REFUSED, Outcome.UNKNOWN]
    assert witness.charged() == 1


def test_words_of_a_prompt_may_hold_for_the_first_calls_only(witness: Witness) -> None:
    outcomes = [call(witness, "a cat [[status 429 times=2]]").outcome for _ in range(3)]
    assert outcomes == [Outcome.NOT_EXECUTED, Outcome.NOT_EXECUTED, Outcome.DONE]


def test_a_scripted_reset_before_reading_is_no_call(witness: Witness) -> None:
    witness.script("reset-before-read")
    assert call(witness).outcome is Outcome.UNKNOWN
    assert witness.calls() == 0
    assert call(witness).outcome is Outcome.DONE


def test_a_gate_holds_calls_until_released(witness: Witness) -> None:
    replies: list[Reply] = []
    thread = threading.Thread(target=lambda: replies.append(call(witness, "[[gate]]")))
    thread.start()
    while not witness.calls():
        time.sleep(0.01)
    assert witness.state()["in_flight"] == 1
    assert not replies
    witness.release()
    thread.join(10)
    assert replies[0].outcome is Outcome.DONE
    assert witness.state()["in_flight"] == 0


def test_a_process_may_be_killed_and_its_ledger_stays(tmp_path: Path) -> None:
    with EndpointProcess(ledger=tmp_path / "ledger") as witness:
        call(witness)
        witness.process.kill()
        witness.process.wait()
        assert call(witness).outcome is Outcome.NOT_SENT
        assert witness.calls() == 1


def test_six_hundred_slow_calls_at_once(tmp_path: Path) -> None:
    request = b'{"model": "dall-e-3", "prompt": "[[delay 1.5]]"}'
    head = (
        b"POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
    )
    with EndpointProcess(ledger=tmp_path / "ledger") as witness:
        address = ("127.0.0.1", int(witness.origin.rpartition(":")[2]))
        callers = [socket.create_connection(address, timeout=30) for _ in range(600)]
        for caller in callers:
            caller.sendall(head % len(request) + request)
        assert all(caller.recv(15) == b"HTTP/1.1 200 OK" for caller in callers)
        for caller in callers:
            caller.close()
        assert witness.calls() == 600
        assert witness.state()["peak_in_flight"] > 300

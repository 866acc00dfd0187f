"""One paid call over a real socket: its outcome, its connection, its clock. The ledger counts what was executed."""

import base64
import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from images_app.lib import transport
from images_app.providers import client, replies
from images_app.providers.client import Endpoint, ImageRequest, Outcome, Reply, generate, sort_reply
from tests.endpoint import ScriptedEndpoint
from tests.pictures import number_in, picture


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint(ledger=tmp_path_factory.mktemp("witness") / "ledger") as endpoint:
        yield endpoint


def endpoint(witness: ScriptedEndpoint, timeout_s: float = 5) -> Endpoint:
    return Endpoint(
        base_url=witness.base_url, api_key="sk-planted-key", allow_private=True, timeout_s=timeout_s
    )


def draw(witness: ScriptedEndpoint, words: str = "", timeout_s: float = 5, **options: object) -> Reply:
    """One call whose prompt holds ``words`` for the endpoint; checks that at most one call was executed."""
    attempt = str(uuid.uuid4())
    request = ImageRequest("dall-e-3", f"a cat {words}", response_format="b64_json", attempt_id=attempt)
    reply = generate(endpoint(witness, timeout_s), request, **options)  # type: ignore[arg-type]
    assert witness.calls(attempt) <= 1
    again = sort_reply(reply.status, reply.headers, reply.raw) if reply.status else None
    assert again is None or (again.outcome, again.pictures) == (reply.outcome, reply.pictures)
    return reply


def test_a_picture_arrives_with_what_belongs_to_it(witness: ScriptedEndpoint) -> None:
    reply = draw(witness)
    call = witness.entries()[-1]
    assert (reply.outcome, reply.reason, reply.status) == (Outcome.DONE, "done", 200)
    [image] = reply.pictures
    assert image.url is None
    assert image.content() == picture(call["n"])
    assert number_in(image.content() or b"") == (call["n"], 0)
    assert image.revised_prompt == f"a cat , in oil (call {call['n']})"
    assert reply.request_id == "req-scripted"
    assert reply.raw.startswith(b'{"created"')
    assert 0 < reply.elapsed_s < 5


def test_the_request_is_the_contracts_and_nothing_more(witness: ScriptedEndpoint) -> None:
    request = ImageRequest(
        "gpt-image-1", "a 🐈", size="1024x1024", quality="high", extras={"background": "opaque", "model": "x"}
    )
    generate(endpoint(witness), request)
    call = witness.entries()[-1]
    assert call["body"] == {
        "model": "gpt-image-1",
        "prompt": "a 🐈",
        "size": "1024x1024",
        "quality": "high",
        "n": 1,
        "background": "opaque",
    }
    assert call["headers"]["content-type"] == "application/json"
    assert call["headers"]["accept-encoding"] == "identity"
    assert "x-easel-attempt" not in call["headers"]


def test_the_key_is_sent_as_a_bearer_token(tmp_path: Path) -> None:
    with ScriptedEndpoint(ledger=tmp_path / "ledger", api_key="sk-right") as guarded:
        for key, outcome in (
            ("sk-right", Outcome.DONE),
            ("sk-right\n", Outcome.DONE),
            ("sk-wrong", Outcome.BLOCKED),
        ):
            reply = generate(Endpoint(guarded.base_url, key, True), ImageRequest("dall-e-3", "a cat"))
            assert reply.outcome is outcome


def test_the_attempts_id_reaches_the_ledger(witness: ScriptedEndpoint) -> None:
    attempt = str(uuid.uuid4())
    generate(endpoint(witness), ImageRequest("dall-e-3", "a cat", attempt_id=attempt))
    assert witness.calls(attempt) == 1


@pytest.mark.parametrize(
    "words",
    [
        *(
            "[[b64]]",
            "[[url]]",
            "[[data-prefix]]",
            "[[urlsafe]]",
            "[[linebreaks]]",
            "[[no-revised]]",
            "[[gzip]]",
        ),
        *("[[content-type text/html]]", "[[data-prefix]] [[urlsafe]] [[linebreaks]]", "[[huge-number]]"),
    ],
)
def test_a_picture_is_taken_however_it_comes(words: str, witness: ScriptedEndpoint) -> None:
    reply = draw(witness, words)
    assert reply.outcome is Outcome.DONE
    n = witness.entries()[-1]["n"]
    if words == "[[url]]":
        assert reply.pictures[0].url == f"{witness.origin}/pictures/ok/{n}-0.png?sig=SIGNED-SECRET"
    else:
        assert reply.pictures[0].content() == picture(n)


def test_more_pictures_than_asked_are_all_kept(witness: ScriptedEndpoint) -> None:
    assert [number_in(image.content() or b"")[1] for image in draw(witness, "[[many 3]]").pictures] == [
        0,
        1,
        2,
    ]


@pytest.mark.parametrize(
    ("words", "outcome", "reason"),
    [
        ("[[status 429]]", Outcome.NOT_EXECUTED, "rate_limit"),
        ("[[status 429 code=insufficient_quota]]", Outcome.BLOCKED, "quota"),
        ("[[status 400]]", Outcome.REFUSED, "invalid_request"),
        ("[[status 422]]", Outcome.REFUSED, "invalid_request"),
        ("[[status 451]]", Outcome.REFUSED, "legal"),
        ("[[status 400 code=content_policy_violation]]", Outcome.REFUSED, "content_policy"),
        ("[[status 400 code=moderation_blocked]]", Outcome.REFUSED, "content_policy"),
        ("[[status 400 code=content_filter]]", Outcome.REFUSED, "content_policy"),
        ("[[status 400 code=billing_hard_limit_reached]]", Outcome.BLOCKED, "billing"),
        ("[[status 401]]", Outcome.BLOCKED, "api_key"),
        ("[[status 402]]", Outcome.BLOCKED, "billing"),
        ("[[status 403]]", Outcome.BLOCKED, "forbidden"),
        ("[[status 404]]", Outcome.BLOCKED, "not_found"),
        ("[[status 404 code=model_not_found]]", Outcome.BLOCKED, "model_not_found"),
        ("[[redirect]]", Outcome.BLOCKED, "redirected"),
        ("[[status 500]]", Outcome.UNKNOWN, "server_error"),
        ("[[status 502]]", Outcome.UNKNOWN, "server_error"),
        ("[[status 503 retry-after=1]]", Outcome.UNKNOWN, "server_error"),
        ("[[status 500 code=rate_limit_exceeded]]", Outcome.UNKNOWN, "server_error"),
        ("[[status 504]]", Outcome.UNKNOWN, "server_error"),
        ("[[status 303]]", Outcome.UNKNOWN, "unexpected_status"),
        ("[[status 409]]", Outcome.UNKNOWN, "unexpected_status"),
        ("[[status 418]]", Outcome.UNKNOWN, "unexpected_status"),
        ("[[status 799]]", Outcome.UNKNOWN, "unexpected_status"),
        ("[[reset-before-read]]", Outcome.UNKNOWN, "broken"),
        ("[[reset-after-body]]", Outcome.UNKNOWN, "broken"),
        ("[[close-after-body]]", Outcome.UNKNOWN, "protocol"),
        ("[[early-close]]", Outcome.UNKNOWN, "protocol"),
        ("[[truncate]]", Outcome.UNKNOWN, "protocol"),
        ("[[html]]", Outcome.UNKNOWN, "bad_json"),
        ("[[not-utf8]]", Outcome.UNKNOWN, "bad_json"),
        ("[[deep]]", Outcome.UNKNOWN, "bad_json"),
        ("[[raw ]]", Outcome.UNKNOWN, "bad_json"),
        ('[[raw {"data": [{}]}]]', Outcome.UNKNOWN, "bad_picture"),
        ("[[bad-base64]]", Outcome.UNKNOWN, "bad_picture"),
        ("[[empty-data]]", Outcome.UNKNOWN, "empty_data"),
        ("[[error-in-success]]", Outcome.UNKNOWN, "error_in_success"),
    ],
)
def test_every_answer_has_its_class(
    words: str, outcome: Outcome, reason: str, witness: ScriptedEndpoint
) -> None:
    reply = draw(witness, words)
    assert (reply.outcome, reply.reason) == (outcome, reason)
    assert reply.message
    assert not reply.pictures


def test_half_an_answer_is_kept(witness: ScriptedEndpoint) -> None:
    reply = draw(witness, "[[truncate]]")
    assert reply.status == 200
    assert reply.raw.startswith(b'{"created"')


def test_the_endpoints_words_are_shown_where_it_refuses_and_never_our_key(witness: ScriptedEndpoint) -> None:
    assert draw(witness, "[[status 400 message=No_dragons_please]]").message == "No dragons please"
    assert "planted" not in draw(witness, "[[status 400 message=Key_sk-planted-key_is_bad]]").message
    assert "sk-" not in draw(witness, "[[status 401 message=Bad_key_sk-other]]").message


def test_an_answer_that_quotes_our_key_is_kept_without_it(witness: ScriptedEndpoint) -> None:
    reply = draw(witness, "[[status 500 message=Key_sk-planted-key_is_odd]]")
    assert b"is odd" in reply.raw and b"planted" not in reply.raw


def test_nothing_is_tried_twice(witness: ScriptedEndpoint) -> None:
    before = witness.state()["connections"]
    for words in (
        "[[status 500]]",
        "[[status 429]]",
        "[[reset-after-body]]",
        "[[close-after-body]]",
        "[[redirect]]",
    ):
        draw(witness, words)
    assert witness.state()["connections"] == before + 5


def test_every_call_has_a_connection_of_its_own(witness: ScriptedEndpoint) -> None:
    """The endpoint would keep connections open; a stale one would make a reset ambiguous."""
    for _ in range(3):
        draw(witness)
    calls = witness.entries()[-3:]
    assert len({call["connection"] for call in calls}) == 3
    assert {call["headers"]["connection"] for call in calls} == {"close"}


# ------------------------------------------------------------------------------------------- before a byte leaves


def refused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_nobody_listening_is_not_sent() -> None:
    reply = generate(Endpoint(f"http://127.0.0.1:{refused_port()}/v1", "k", True), ImageRequest("m", "p"))
    assert (reply.outcome, reply.reason, reply.status) == (Outcome.NOT_SENT, "connect_failed", None)


def test_an_unknown_host_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(transport, "resolve", fails)
    reply = generate(Endpoint("https://nowhere.example/v1", "k"), ImageRequest("m", "p"))
    assert (reply.outcome, reply.reason) == (Outcome.NOT_SENT, "connect_failed")


def test_an_impossible_host_name_is_not_sent() -> None:
    reply = generate(Endpoint(f"http://{'a' * 70}.example/v1", "k"), ImageRequest("m", "p"))
    assert reply.outcome is Outcome.NOT_SENT


def test_a_connection_that_never_opens_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "CONNECT_S", 0.3)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        begin = time.monotonic()
        reply = generate(
            Endpoint(f"http://127.0.0.1:{full.getsockname()[1]}/v1", "k", True), ImageRequest("m", "p")
        )
        for each in waiting:
            each.close()
    assert (reply.outcome, reply.reason) == (Outcome.NOT_SENT, "connect_timeout")
    assert time.monotonic() - begin < 3


def test_a_failed_handshake_is_not_sent(witness: ScriptedEndpoint) -> None:
    calls = witness.calls()
    address = witness.base_url.replace("http://", "https://")  # TLS to a server that speaks none
    reply = generate(Endpoint(address, "k", True, timeout_s=1), ImageRequest("m", "p"))
    assert reply.outcome is Outcome.NOT_SENT
    assert witness.calls() == calls


@pytest.mark.parametrize(
    "base_url",
    [
        *("", "nonsense", "ftp://127.0.0.1/v1", "http://[::1/v1", "http://a:b:c/v1", "http:///v1"),
        *("http://user:word@127.0.0.1/v1", "http://x\x00y/v1"),
    ],
)
def test_a_base_address_that_cannot_be_called_blocks_the_provider(base_url: str) -> None:
    reply = generate(Endpoint(base_url, "k", True), ImageRequest("m", "p"))
    assert reply.outcome is Outcome.BLOCKED
    assert reply.reason in ("bad_base_url", "address_refused")


@pytest.mark.parametrize("key", ["ключ", "two words", "a\r\nX-Evil: 1"])
def test_a_key_that_cannot_stand_in_a_header_blocks_the_provider(key: str, witness: ScriptedEndpoint) -> None:
    before = witness.state()["connections"]
    reply = generate(Endpoint(witness.base_url, key, True), ImageRequest("m", "p"))
    assert (reply.outcome, reply.reason) == (Outcome.BLOCKED, "api_key")
    assert witness.state()["connections"] == before


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("allow_private", [True, False])
def test_a_private_endpoint_is_called_only_on_the_operators_word(
    host: str, allow_private: bool, witness: ScriptedEndpoint
) -> None:
    before = witness.state()["connections"]
    address = witness.base_url.replace("127.0.0.1", host)
    reply = generate(Endpoint(address, "k", allow_private), ImageRequest("m", "p"))
    assert reply.outcome is (Outcome.DONE if allow_private else Outcome.BLOCKED)
    assert witness.state()["connections"] == before + allow_private
    assert allow_private or reply.reason == "address_refused"


# ------------------------------------------------------------------------------------------------- the last moment


def test_before_send_runs_once_and_before_the_connection(witness: ScriptedEndpoint) -> None:
    seen: list[int] = []
    before = witness.state()["connections"]
    draw(witness, before_send=lambda: seen.append(witness.state()["connections"]))
    assert seen == [before]


def test_what_before_send_raises_goes_through_and_nothing_is_sent(witness: ScriptedEndpoint) -> None:
    class FenceLostError(Exception):
        pass

    def lost() -> None:
        raise FenceLostError

    before = witness.state()["connections"]
    with pytest.raises(FenceLostError):
        draw(witness, before_send=lost)
    assert witness.state()["connections"] == before


@pytest.mark.parametrize("base_url", ["nonsense", "http://[::1/v1", "http://127.0.0.1/v1"])
def test_before_send_runs_also_where_nothing_can_be_sent(base_url: str) -> None:
    seen: list[int] = []
    generate(Endpoint(base_url, "k"), ImageRequest("m", "p"), before_send=lambda: seen.append(1))
    assert seen == [1]


# ---------------------------------------------------------------------------------------------------------- time


@pytest.mark.parametrize("words", ["[[hang]]", "[[stall]]"])
def test_silence_ends_the_call_as_unknown(words: str, witness: ScriptedEndpoint) -> None:
    reply = draw(witness, words, timeout_s=1)  # as long again is left for whatever else the machine does
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "read_timeout")
    assert 1 <= reply.elapsed_s < 4


def test_trickling_bytes_do_not_hold_a_call_for_ever(witness: ScriptedEndpoint) -> None:
    reply = draw(witness, "[[drip 0.05]]", timeout_s=1)
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "total_timeout")
    assert 2 <= reply.elapsed_s < 5


def test_a_slow_endpoint_is_waited_for(witness: ScriptedEndpoint) -> None:
    assert draw(witness, "[[delay 0.4]]", timeout_s=2).outcome is Outcome.DONE


def test_elapsed_time_is_the_given_clocks(witness: ScriptedEndpoint) -> None:
    ticks = iter(range(1000))
    reply = draw(witness, timeout_s=1000, clock=lambda: float(next(ticks)))
    assert reply.elapsed_s == int(reply.elapsed_s) > 0


# ------------------------------------------------------------------------------------------------- hostile answers


def measured(work: Callable[[], Reply]) -> tuple[Reply, float, float]:
    """The reply, seconds of this thread's processor, and the most memory Python held at once in MiB."""
    tracemalloc.start()
    begin = time.thread_time()
    try:
        reply = work()
        return reply, time.thread_time() - begin, tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("megabytes", [50, 300])
def test_a_gzip_bomb_costs_little(megabytes: int, witness: ScriptedEndpoint) -> None:
    bomb = gzip.compress(b" " * (megabytes * 2**20), 1)
    reply, seconds, memory = measured(lambda: sort_reply(200, {"content-encoding": "gzip"}, bomb))
    assert reply.outcome is Outcome.UNKNOWN
    assert reply.reason == ("bad_json" if megabytes == 50 else "reply_too_large")
    assert seconds < 10
    assert memory < 250


@pytest.mark.parametrize("piece", [b"[],", b"{},", b'"",', b"0,", b"[" * 900 + b"]" * 900 + b","])
def test_millions_of_tiny_values_cost_little(piece: bytes) -> None:
    body = b'{"data": [' + piece * (30 * 2**20 // len(piece)) + b"0]}"
    reply, seconds, memory = measured(lambda: sort_reply(200, {}, body))
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "bad_json")
    assert seconds < 10
    assert memory < 200


def test_an_endless_answer_is_cut(witness: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MAX_REPLY_BYTES", 1000)
    monkeypatch.setattr(replies, "MAX_REPLY_BYTES", 1000)
    reply = draw(witness, "[[pixels 64x64n]]")
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "reply_too_large")
    assert len(reply.raw) == 1001


def answered_with(*parts: bytes) -> Reply:
    """The reply to one call whose server reads the request, sends these bytes and then nothing more."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):  # the caller may have heard enough
                take_request(connection)
                for part in parts:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

        thread = threading.Thread(target=speak)
        thread.start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        reply = generate(Endpoint(address, "k", True, timeout_s=5), ImageRequest("m", "p"))
        thread.join()
        return reply


def take_request(connection: socket.socket) -> None:
    """Read all of it: closing on bytes unread resets the connection, and takes what was sent along."""
    with connection.makefile("rb") as request:
        length = 0
        while (line := request.readline().lower()) not in (b"\r\n", b""):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        request.read(length)


def test_a_server_that_speaks_no_http_is_unknown() -> None:
    reply = answered_with(b"220 mail.example ESMTP\r\n")
    assert (reply.outcome, reply.reason) == (Outcome.UNKNOWN, "protocol")


def test_a_picture_that_is_whole_counts_though_its_connection_broke() -> None:
    body = b'{"data": [{"b64_json": "%s"}]}' % base64.b64encode(picture(9))
    reply = answered_with(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", body)
    assert reply.outcome is Outcome.DONE
    assert reply.pictures[0].content() == picture(9)


def test_a_refusal_counts_though_its_connection_broke() -> None:
    reply = answered_with(b"HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nContent-Length: 99\r\n\r\n", b'{"err')
    assert (reply.outcome, reply.retry_after_s) == (Outcome.NOT_EXECUTED, 3.0)


BIG = base64.b64encode(bytes(range(256)) * 20_000 * 3)  # 20 MB


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        (b'"b64_json": "%s"' % BIG, Outcome.DONE),
        (b'"b64_json": "%s"' % BIG[:-2], Outcome.DONE),  # without padding
        (b'"b64_json": "data:image/png;base64,%s"' % BIG.replace(b"/", b"\\/"), Outcome.DONE),
        (b'"b64_json": "%s", "revised_prompt": "%s"' % (BIG, "🐈".encode()), Outcome.DONE),
        (b'"b64_json": "%s%s"' % ("🐈".encode(), BIG), Outcome.UNKNOWN),
        (b'"b64_json": "AAAA", "revised_prompt": "%s"' % ("🐈" * (len(BIG) // 4)).encode(), Outcome.UNKNOWN),
    ],
    ids=["plain", "unpadded", "escaped", "with an emoji", "emoji in it", "all emoji"],
)
def test_a_large_answer_is_copied_few_times(entry: bytes, outcome: Outcome) -> None:
    body = b'{"data": [{%s}]}' % entry
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    reply, _, memory = measured(lambda: answered_with(head, body))
    assert reply.outcome is outcome
    assert memory < 5.2 * len(body) / 2**20


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Many: 1\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nServer: \xff\xfe\r\nRetry-After: \xc3(\r\n\r\n",
        b"\x16\x03\x01" + bytes(100),
        b"",
    ],
)
def test_a_malformed_head_is_unknown_and_no_exception(head: bytes) -> None:
    assert answered_with(head).outcome is Outcome.UNKNOWN


def test_a_flaw_nobody_foresaw_is_no_exception(
    witness: ScriptedEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flawed(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(transport.GuardedTransport, "handle_request", flawed)
    assert draw(witness).outcome is Outcome.NOT_SENT


def test_a_repr_shows_no_key_prompt_url_or_picture(witness: ScriptedEndpoint) -> None:
    reply = draw(witness, "[[url]]")
    b64 = base64.b64encode(picture(1)).decode()[:40]
    shown = repr([reply, reply.pictures, endpoint(witness), ImageRequest("m", "secret prompt")])
    for secret in ("sk-planted-key", "secret prompt", "SIGNED-SECRET", b64):
        assert secret not in shown


def test_many_threads_call_at_once(witness: ScriptedEndpoint) -> None:
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda: outcomes.append(draw(witness, "[[gate]]").outcome)) for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    while witness.state()["in_flight"] < 40:
        time.sleep(0.02)
    witness.release()
    for thread in threads:
        thread.join()
    assert outcomes == [Outcome.DONE] * 40

"""No request reaches private space, and a connection goes where the judge looked."""

import ssl
import threading
from collections.abc import Callable

import httpx
import pytest

from images_app.lib import transport
from images_app.lib.addresses import AddressRefused, Origin
from images_app.lib.clock import Deadline
from images_app.lib.transport import GuardedTransport
from tests.lib.conftest import Listener

# Ways to write the address of a service on this machine. Those marked reach it on this system if nobody judges.
FORMS = [
    ("127.0.0.1", True),
    ("localhost", True),
    ("LOCALHOST", True),
    ("127.1", True),
    ("0177.0.0.1", False),
    ("0x7f000001", True),
    ("0x7f.1", True),
    ("2130706433", True),
    ("017700000001", True),
    ("0.0.0.0", True),
    ("0", True),
    ("[::ffff:127.0.0.1]", True),
    ("[::ffff:7f00:1]", True),
    ("[::127.0.0.1]", False),
    ("[64:ff9b::7f00:1]", False),
    ("[64:ff9b:1::7f00:1]", False),
    ("[2002:7f00:1::]", False),
    ("[2001:0:7f00:1::]", False),
    ("169.254.169.254", False),
    ("[fd00:ec2::254]", False),
]
REACHING = [host for host, reaches in FORMS if reaches]


def get(url: str, **options: object) -> httpx.Response:
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), 5.0)
    with GuardedTransport(**options) as guarded:  # type: ignore[arg-type]
        response = guarded.handle_request(httpx.Request("GET", url, extensions={"timeout": timeouts}))
        response.read()
        return response


@pytest.mark.parametrize("host", [host for host, _ in FORMS])
def test_no_form_of_a_private_address_is_connected(host: str, trap: Listener) -> None:
    with pytest.raises((AddressRefused, httpx.InvalidURL)):
        get(f"http://{host}:{trap.port}/", ports=[trap.port])
    assert trap.connections == 0


@pytest.mark.parametrize("host", REACHING)
def test_those_forms_would_reach_the_trap_unjudged(
    host: str, trap: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the trap is where these forms lead."""
    monkeypatch.setattr(transport, "is_public", lambda address: True)
    monkeypatch.setattr(transport, "check_url", lambda *arguments: False)
    assert get(f"http://{host}:{trap.port}/").status_code == 200
    assert trap.connections == 1


def test_one_private_answer_among_public_ones_is_enough(
    trap: Listener, resolves: Callable[..., list[str]]
) -> None:
    resolves(["8.8.8.8", "127.0.0.1"])
    with pytest.raises(AddressRefused) as caught:
        get(f"http://pictures.example:{trap.port}/", ports=[trap.port])
    assert caught.value.reason == "private_address"
    assert trap.connections == 0


def test_a_name_that_changes_its_answer_is_connected_where_it_was_judged(
    trap: Listener, resolves: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = Listener("127.0.0.2", trap.port)
    monkeypatch.setattr(transport, "is_public", lambda address: address == "127.0.0.2")
    asked = resolves(["127.0.0.2"], ["127.0.0.1"])
    try:
        assert get(f"http://rebinding.example:{trap.port}/", ports=[trap.port]).status_code == 200
        assert (judged.connections, trap.connections) == (1, 0)
        assert judged.hosts == [f"rebinding.example:{trap.port}"]
        assert asked == ["rebinding.example"]
        with pytest.raises(AddressRefused):
            get(f"http://rebinding.example:{trap.port}/", ports=[trap.port])
        assert trap.connections == 0
    finally:
        judged.close()


def test_the_operators_own_origin_may_be_private(trap: Listener) -> None:
    origin = Origin("http", "127.0.0.1", trap.port)
    assert get(f"http://127.0.0.1:{trap.port}/", allowed=[origin]).status_code == 200
    assert trap.connections == 1


def test_a_dead_address_leaves_time_for_the_next(trap: Listener, resolves: Callable[..., list[str]]) -> None:
    resolves(["127.0.0.3", "127.0.0.1"])  # nobody listens on the first
    origin = Origin("http", "pictures.example", trap.port)
    assert get(f"http://pictures.example:{trap.port}/", allowed=[origin]).status_code == 200


def test_tls_keeps_the_name_for_sni_and_certificate(
    certificates: tuple[ssl.SSLContext, ssl.SSLContext], resolves: Callable[..., list[str]]
) -> None:
    server, client = certificates
    listener = Listener(tls=server)
    resolves(["127.0.0.1"])
    try:
        origin = Origin("https", "pictures.example", listener.port)
        url = f"https://pictures.example:{listener.port}/"
        assert get(url, allowed=[origin], tls=client).status_code == 200
        assert listener.names == ["pictures.example"]
    finally:
        listener.close()


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_tls_refuses_a_certificate_for_another_name(
    host: str, certificates: tuple[ssl.SSLContext, ssl.SSLContext], resolves: Callable[..., list[str]]
) -> None:
    server, client = certificates
    listener = Listener(tls=server)
    resolves(["127.0.0.1"])
    try:
        with pytest.raises(httpx.ConnectError):
            get(
                f"https://{host}:{listener.port}/",
                allowed=[Origin("https", host, listener.port)],
                tls=client,
            )
        assert listener.hosts == []
    finally:
        listener.close()


def test_tls_refuses_an_unknown_authority(
    certificates: tuple[ssl.SSLContext, ssl.SSLContext], resolves: Callable[..., list[str]]
) -> None:
    listener = Listener(tls=certificates[0])
    resolves(["127.0.0.1"])
    try:
        with pytest.raises(httpx.ConnectError):
            get(
                f"https://pictures.example:{listener.port}/",
                allowed=[Origin("https", "pictures.example", listener.port)],
            )
    finally:
        listener.close()


def test_the_environments_proxy_is_not_asked(trap: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Listener()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    try:
        get(f"http://127.0.0.1:{trap.port}/", allowed=[Origin("http", "127.0.0.1", trap.port)])
        assert (trap.connections, proxy.connections) == (1, 0)
    finally:
        proxy.close()


def test_nothing_is_sent_after_the_deadline(trap: Listener) -> None:
    with pytest.raises(httpx.TimeoutException):
        get(
            f"http://127.0.0.1:{trap.port}/",
            allowed=[Origin("http", "127.0.0.1", trap.port)],
            deadline=Deadline(0),
        )
    assert trap.hosts == []


def test_the_tls_context_is_shared_between_threads() -> None:
    seen: list[ssl.SSLContext] = [transport.tls_context()]
    thread = threading.Thread(target=lambda: seen.append(transport.tls_context()))
    thread.start()
    thread.join()
    assert seen[0] is seen[1]


@pytest.fixture
def resolves(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Names resolve to the given lists in turn, the last one for ever; returns the list of names asked."""

    def script(*answers: list[str]) -> list[str]:
        asked: list[str] = []

        def resolve(host: str, port: int) -> list[str]:
            asked.append(host)
            return answers[min(len(asked), len(answers)) - 1]

        monkeypatch.setattr(transport, "resolve", resolve)
        return asked

    return script

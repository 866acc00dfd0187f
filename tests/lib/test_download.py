"""A file from an untrusted url: whole and capped, or a named error and nothing on disk."""

import hashlib
import logging
import ssl
import time
import traceback
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from images_app.lib import transport
from images_app.lib.addresses import Origin, origin_of
from images_app.lib.download import DownloadError, fetch
from tests.endpoint import EndpointProcess, ScriptedEndpoint, Witness
from tests.lib.conftest import Listener
from tests.pictures import number_in, picture


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint(ledger=tmp_path_factory.mktemp("witness") / "ledger") as endpoint:
        yield endpoint


@pytest.fixture
def allowed(endpoint: ScriptedEndpoint) -> list[Origin]:
    return [origin_of(endpoint.base_url)]


def address(endpoint: Witness, kind: str = "ok", query: str = "sig=SIGNED-SECRET") -> str:
    return f"{endpoint.origin}/pictures/{kind}/7-0.png?{query}"


def test_a_file_arrives_byte_for_byte(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    to = tmp_path / "picture"
    got = fetch(address(endpoint), to=to, allowed_origins=allowed)
    assert got.path == to
    assert to.read_bytes() == picture(7)
    assert number_in(to.read_bytes()) == (7, 0)
    assert got.sha256 == hashlib.sha256(picture(7)).hexdigest()
    assert got.size == len(picture(7))
    assert got.content_type == "image/png"
    assert list(tmp_path.iterdir()) == [to]


@pytest.mark.django_db(transaction=True)
def test_no_database_connection_is_held_meanwhile(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    connection.ensure_connection()
    fetch(address(endpoint), to=tmp_path / "picture", allowed_origins=allowed)
    assert connection.connection is None


@pytest.mark.django_db
def test_a_transaction_keeps_its_connection(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    held = connection.connection
    fetch(address(endpoint), to=tmp_path / "picture", allowed_origins=allowed)
    assert connection.connection is held is not None


def test_no_encoding_is_asked_for(endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path) -> None:
    fetch(address(endpoint), to=tmp_path / "picture", allowed_origins=allowed)
    assert endpoint.entries("picture")[-1]["headers"]["accept-encoding"] == "identity"


def test_a_store_that_insists_on_gzip_still_delivers(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    got = fetch(address(endpoint, "gzip"), to=tmp_path / "picture", allowed_origins=allowed)
    assert got.path.read_bytes() == picture(7)


@pytest.mark.parametrize(
    ("kind", "reason", "permanent", "status"),
    [
        ("403", "status", False, 403),
        ("404", "status", False, 404),
        ("410", "status", True, 410),
        ("500", "status", False, 500),
        ("204", "status", False, 204),
        ("big", "too_large", True, 200),
        ("bomb", "too_large", True, 200),
        ("truncate", "incomplete", False, None),
        ("reset", "broken", False, None),
        ("empty", "empty", False, 200),
        ("redirect", "too_many_redirects", False, None),  # to itself
    ],
)
def test_a_url_that_misbehaves_gives_a_reason_and_no_file(
    kind: str,
    reason: str,
    permanent: bool,
    status: int | None,
    endpoint: ScriptedEndpoint,
    allowed: list[Origin],
    tmp_path: Path,
) -> None:
    with pytest.raises(DownloadError) as caught:
        fetch(address(endpoint, kind), to=tmp_path / "picture", allowed_origins=allowed)
    error = caught.value
    assert (error.reason, error.permanent, error.status) == (reason, permanent, status)
    assert list(tmp_path.iterdir()) == []
    assert "SECRET" not in str(error)


def test_bytes_are_capped_without_a_length(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    size = len(picture(7))
    assert fetch(address(endpoint), to=tmp_path / "a", allowed_origins=allowed, max_bytes=size).size == size
    for kind in ("ok", "gzip"):
        with pytest.raises(DownloadError) as caught:
            fetch(address(endpoint, kind), to=tmp_path / "b", allowed_origins=allowed, max_bytes=size - 1)
        assert caught.value.reason == "too_large"


def test_seconds_are_capped(endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path) -> None:
    begin = time.monotonic()
    with pytest.raises(DownloadError) as caught:
        fetch(address(endpoint, "hang"), to=tmp_path / "picture", allowed_origins=allowed, total_s=0.3)
    assert caught.value.reason == "total_timeout"
    assert not caught.value.permanent
    assert time.monotonic() - begin < 5


def test_nobody_there_is_worth_another_try(tmp_path: Path) -> None:
    with pytest.raises(DownloadError) as caught:
        fetch("http://127.0.0.1:9/a", to=tmp_path / "a", allowed_origins=[Origin("http", "127.0.0.1", 9)])
    assert (caught.value.reason, caught.value.permanent) == ("connect_failed", False)


def test_three_redirects_are_followed(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    url = address(endpoint)
    for _ in range(3):
        url = address(endpoint, "redirect", f"to={quote(url, safe='')}")
    assert fetch(url, to=tmp_path / "a", allowed_origins=allowed).size == len(picture(7))
    url = address(endpoint, "redirect", f"to={quote(url, safe='')}")
    with pytest.raises(DownloadError) as caught:
        fetch(url, to=tmp_path / "b", allowed_origins=allowed)
    assert caught.value.reason == "too_many_redirects"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "0177.0.0.1", "0x7f000001", "2130706433", "0", "[::1]"),
        *("[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]"),
        *("169.254.169.254", "[fd00:ec2::254]"),
    ],
)
def test_a_redirect_into_private_space_is_not_followed(
    host: str, endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path, trap: Listener
) -> None:
    url = address(endpoint, "redirect", f"to=http://{host}:{trap.port}/")
    with pytest.raises(DownloadError) as caught:
        fetch(url, to=tmp_path / "a", allowed_origins=allowed, ports=[trap.port])
    assert caught.value.permanent
    assert trap.connections == 0


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("ftp://pictures.example/a", "bad_scheme"),
        ("http://name:word@pictures.example/", "userinfo"),
        ("http://pictures.example:22/", "bad_port"),
        ("http://[::1", "bad_url"),
    ],
)
def test_a_redirect_is_judged_like_the_first_url(
    target: str, reason: str, endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    with pytest.raises(DownloadError) as caught:
        fetch(address(endpoint, "redirect", f"to={target}"), to=tmp_path / "a", allowed_origins=allowed)
    assert (caught.value.reason, caught.value.permanent) == (reason, True)


def test_a_redirect_never_leaves_https(
    certificates: tuple[ssl.SSLContext, ssl.SSLContext],
    tmp_path: Path,
    trap: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, client = certificates
    monkeypatch.setattr(transport, "tls_context", lambda: client)
    monkeypatch.setattr(transport, "resolve", lambda host, port: ["127.0.0.1"])
    listener = Listener(tls=server)
    listener.answer = b"HTTP/1.1 302 Found\r\nLocation: http://pictures.example:%d/\r\n\r\n" % trap.port
    origins = [
        Origin(scheme, "pictures.example", port)
        for scheme, port in (("https", listener.port), ("http", trap.port))
    ]
    try:
        with pytest.raises(DownloadError) as caught:
            fetch(f"https://pictures.example:{listener.port}/", to=tmp_path / "a", allowed_origins=origins)
    finally:
        listener.close()
    assert caught.value.reason == "downgrade"
    assert trap.connections == 0


def test_a_packed_bomb_takes_little_memory(tmp_path: Path) -> None:
    with EndpointProcess(ledger=tmp_path / "ledger") as bomber:
        tracemalloc.start()
        try:
            with pytest.raises(DownloadError):
                fetch(
                    address(bomber, "bomb"), to=tmp_path / "a", allowed_origins=[origin_of(bomber.base_url)]
                )
            assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
        finally:
            tracemalloc.stop()


def test_only_listed_hosts_where_a_list_is_given(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    fetch(address(endpoint), to=tmp_path / "a", allowed_origins=allowed, hosts=["127.0.0.1"])
    with pytest.raises(DownloadError) as caught:
        fetch(address(endpoint), to=tmp_path / "b", allowed_origins=allowed, hosts=["cdn.example"])
    assert caught.value.reason == "host_not_listed"


def test_a_file_that_was_there_stays_until_the_new_one_is_whole(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    to = tmp_path / "picture"
    to.write_bytes(b"before")
    with pytest.raises(DownloadError):
        fetch(address(endpoint, "truncate"), to=to, allowed_origins=allowed)
    assert to.read_bytes() == b"before"
    fetch(address(endpoint), to=to, allowed_origins=allowed)
    assert to.read_bytes() == picture(7)


def test_a_signature_shows_in_no_log_and_no_traceback(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "httpx", "httpcore"):
        caplog.set_level(logging.INFO, logger=name or None)
    fetch(address(endpoint), to=tmp_path / "a", allowed_origins=allowed)
    urls = [address(endpoint, kind) for kind in ("404", "truncate", "redirect", "reset", "big")]
    for url in [*urls, "http://a:b:c/?sig=SIGNED-SECRET", "http://pictures.example:22/?sig=SIGNED-SECRET"]:
        with pytest.raises(DownloadError) as caught:
            fetch(url, to=tmp_path / "b", allowed_origins=allowed)
        assert "SIGNED-SECRET" not in "".join(traceback.format_exception(caught.value))
    assert "SIGNED-SECRET" not in caplog.text


def test_a_full_disk_is_not_the_servers_fault(
    endpoint: ScriptedEndpoint, allowed: list[Origin], tmp_path: Path
) -> None:
    with pytest.raises(OSError, match="No such file"):
        fetch(address(endpoint), to=tmp_path / "missing folder" / "a", allowed_origins=allowed)

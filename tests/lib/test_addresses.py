"""Which addresses count as public, and which urls are never called."""

import httpx
import pytest

from images_app.lib.addresses import AddressRefused, Origin, check_url, is_public, origin_of

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",  # a metadata service
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",  # a metadata service on a public number
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",  # a metadata service
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",  # Teredo
    "2001:0:7f00:1::",
    "2001:db8::1",
    "3fff::1",
    "100::1",
    "fc00::1",
    "fd00:ec2::254",  # a metadata service
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "5f00::1",
    "not an address",
    "127.1",
    "",
]
PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "192.0.1.1",
    "2606:4700::1111",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_near_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://pictures.example/a", "bad_scheme"),
        ("file:///etc/passwd", "bad_scheme"),
        ("gopher://pictures.example/", "bad_scheme"),
        ("/only/a/path", "bad_scheme"),
        ("http:///a", "bad_host"),
        ("http://" + "a." * 200 + "example/", "bad_host"),
        ("http://name:word@pictures.example/", "userinfo"),
        ("http://name@pictures.example/", "userinfo"),
        ("http://pictures.example:22/", "bad_port"),
        ("http://pictures.example:0/", "bad_port"),
        ("http://pictures.example:8080/", "bad_port"),
        ("http://127.1/", "bad_host"),
        ("http://0x7f.0.0.1/", "bad_host"),
        ("http://0x7f000001/", "bad_host"),
        ("http://2130706433/", "bad_host"),
        ("http://017700000001/", "bad_host"),
        ("http://127.0.0.1./", "bad_host"),
    ],
)
def test_urls_that_are_never_called(url: str, reason: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        check_url(httpx.URL(url))
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://a:b:c/", "http://example/\x00", "http://１２７.0.0.1/", "http://0177.0.0.1/"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        origin_of(url)


def test_an_origin_spells_out_its_port() -> None:
    assert origin_of("https://Pictures.Example/v1") == Origin("https", "pictures.example", 443)
    assert origin_of("http://[::1]:81/") == Origin("http", "::1", 81)


def test_only_the_whole_origin_is_exempt() -> None:
    allowed = {Origin("http", "127.0.0.1", 8001)}
    assert check_url(httpx.URL("http://127.0.0.1:8001/x"), allowed) is True
    assert check_url(httpx.URL("http://127.0.0.1/x"), allowed) is False
    for other in ("https://127.0.0.1:8001/", "http://127.0.0.1:8002/", "http://localhost:8001/"):
        with pytest.raises(AddressRefused):
            check_url(httpx.URL(other), allowed)


def test_a_refusal_quotes_no_url() -> None:
    with pytest.raises(AddressRefused) as caught:
        origin_of("http://a:b:c/?sig=SIGNED-SECRET")
    assert "SIGNED" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__

"""Which addresses may be called: a judgement on numbers and names, without any network."""

import ipaddress
from collections.abc import Collection
from typing import NamedTuple

import httpx

PORTS = {"http": 80, "https": 443}

IPv4 = ipaddress.IPv4Address
IPv6 = ipaddress.IPv6Address

# Our own tables: Python's `is_global` changes between versions and says yes to several of these.
NOT_PUBLIC_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        [
            "0.0.0.0/8",  # this network; Linux takes it for loopback
            "10.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT, and a metadata service
            "127.0.0.0/8",
            "168.63.129.16/32",  # Azure's host: a public number that answers from inside
            "169.254.0.0/16",  # link-local: the usual metadata services
            "172.16.0.0/12",
            "192.0.0.0/24",  # protocol assignments, and a metadata service
            "192.0.2.0/24",
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ],
    )
)
PUBLIC_V6 = ipaddress.IPv6Network("2000::/3")  # all that is handed out for the internet
NOT_PUBLIC_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        ["2001::/23", "2001:db8::/32", "3fff::/20"],  # Teredo and other protocols, then documentation
    )
)
# Prefixes whose last 32 bits are an IPv4 address: that address is the one to judge.
WRAPS_V4 = tuple(
    map(
        ipaddress.IPv6Network,
        ["::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"],  # compat, mapped, translated, NAT64
    )
)
SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")


class AddressRefused(httpx.TransportError):
    """Our rules forbid the call; nothing connected. ``reason`` is a stable code, the text holds no url."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Origin(NamedTuple):
    """Scheme, host in lower case, port."""

    scheme: str
    host: str
    port: int


def origin_of(url: str | httpx.URL) -> Origin:
    """The origin of a url. Raises AddressRefused for one that is no http or https url with a host."""
    try:
        url = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        # From nothing: the original error quotes the url, whose query may be a signature.
        raise AddressRefused("bad_url", "This is not an address that can be called.") from None
    if url.scheme not in PORTS:
        raise AddressRefused("bad_scheme", "Only http and https addresses are called.")
    host = url.raw_host.decode("ascii")
    if not host or len(host) > 253:
        raise AddressRefused("bad_host", "The address names no host that can be called.")
    return Origin(url.scheme, host, PORTS[url.scheme] if url.port is None else url.port)


def check_url(url: httpx.URL, allowed: Collection[Origin] = (), ports: Collection[int] = ()) -> bool:
    """Whether the url's origin is one the operator allows to be private.

    ``ports`` are fine beside 80 and 443. Raises AddressRefused for what must not be called whatever its host
    resolves to.
    """
    origin = origin_of(url)
    if url.userinfo:
        raise AddressRefused("userinfo", "Addresses with a name or password inside are not called.")
    if origin in allowed:
        return True
    if origin.port not in PORTS.values() and origin.port not in ports:
        raise AddressRefused("bad_port", "The address names a port that is not called.")
    if _number_in_disguise(origin.host):
        raise AddressRefused("bad_host", "The address writes its host as an unusual number.")
    return False


def is_public(address: str) -> bool:
    """Whether an address is on the internet and nowhere nearer; False if unreadable."""
    try:
        number = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(number, IPv6):
        if any(number in network for network in WRAPS_V4):
            number = IPv4(int(number) & 0xFFFFFFFF)
        elif number in SIX_TO_FOUR:
            number = IPv4((int(number) >> 80) & 0xFFFFFFFF)
        else:
            return number in PUBLIC_V6 and not any(number in network for network in NOT_PUBLIC_V6)
    return not any(number in network for network in NOT_PUBLIC_V4)


def _number_in_disguise(host: str) -> bool:
    """Octal, hexadecimal, short or decimal forms of an IPv4 address ("127.1", "0x7f000001", "2130706433")."""
    if ":" in host:
        return False
    last = host.rstrip(".").rpartition(".")[2].lower()
    looks_numeric = last.isdigit() or last.startswith("0x")
    try:
        return looks_numeric and str(IPv4(host)) != host
    except ValueError:
        return True

"""Which address a request came from, when proxies stand in between."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from socket import AF_INET, inet_pton

from shared.setting_types import Network

Spans = tuple[tuple[int, int, int], ...]
"""Networks as numbers: version, mask and first address of each."""

Address = tuple[str, int, int]
"""An address as text, its version, and it as a number."""


@lru_cache(maxsize=1_000)
def spans(networks: tuple[Network, ...]) -> Spans:
    """Return networks as numbers, which many addresses can be held against quickly."""
    return tuple((n.version, int(n.netmask), int(n.network_address)) for n in networks)


def client_address(peer: str, forwarded_for: Sequence[bytes], trusted: Spans) -> str:
    """Return the client's address as text: the rightmost one that is no trusted proxy.

    `peer` is the other end of the connection, `forwarded_for` the
    X-Forwarded-For headers in order. Whatever stands left of the first
    untrusted address may be invented, so nobody looks at it.
    """
    if not forwarded_for or not trusts(trusted, peer):
        return peer
    hops = b",".join(forwarded_for).decode("latin-1").split(",")
    for hop in reversed(hops):
        address = read_address(hop.strip())
        if address is None:
            return peer
        if not _holds(trusted, address):
            return address[0]
        peer = address[0]
    return peer


def within(address: str, networks: tuple[Network, ...]) -> bool:
    """Return whether an address lies in one of the networks."""
    return bool(networks) and trusts(spans(networks), address)


def trusts(trusted: Spans, address: str) -> bool:
    """Return whether an address is a trusted proxy's."""
    return _holds(trusted, read_address(address))


def _holds(networks: Spans, address: Address | None) -> bool:
    if address is None:
        return False
    _, own, number = address
    return any(version == own and number & mask == first for version, mask, first in networks)


def read_address(text: str) -> Address | None:
    """Return an address of IPv4 or IPv6, also with brackets or a port; None for what is none."""
    # ipaddress takes ten times as long, and every view has an address.
    try:
        return text, 4, int.from_bytes(inet_pton(AF_INET, text))
    except (OSError, ValueError):
        return _read_other(text)


@lru_cache(maxsize=10_000)
def _read_other(text: str) -> Address | None:
    """Return an address of IPv6, or one with brackets or a port; None for what is none."""
    bare = text[1 : text.index("]")] if text.startswith("[") and "]" in text else text
    if bare.count(":") == 1:  # IPv4 with a port
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return str(address), address.version, int(address)

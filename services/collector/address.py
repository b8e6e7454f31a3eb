"""Which address a request came from, when proxies stand in between."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from shared.settings import Network

Address = IPv4Address | IPv6Address


def client_address(peer: str, forwarded_for: Sequence[bytes], trusted: tuple[Network, ...]) -> str:
    """Return the client's address as text: the rightmost one that is no trusted proxy.

    `peer` is the other end of the connection, `forwarded_for` the
    X-Forwarded-For headers in order. Whatever stands left of the first
    untrusted address may be invented, so nobody looks at it.
    """
    if not forwarded_for or not _is_trusted(peer, trusted):
        return peer
    hops = [hop.strip() for hop in b",".join(forwarded_for).decode("latin-1").split(",")]
    for hop in reversed(hops):
        address = _parse(hop)
        if address is None:
            return peer
        if not _is_trusted(hop, trusted):
            return str(address)
        peer = str(address)
    return peer


def within(address: str, networks: tuple[Network, ...]) -> bool:
    """Return whether an address lies in one of the networks."""
    return bool(networks) and _is_trusted(address, networks)


@lru_cache(maxsize=10_000)
def _is_trusted(text: str, networks: tuple[Network, ...]) -> bool:
    address = _parse(text)
    return address is not None and any(address in network for network in networks)


def _parse(text: str) -> Address | None:
    bare = text[1 : text.index("]")] if text.startswith("[") and "]" in text else text
    if bare.count(":") == 1:  # IPv4 with a port
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address

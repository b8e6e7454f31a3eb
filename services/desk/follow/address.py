"""Which addresses of the network may be asked: public ones, and those that were allowed by name."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from shared.setting_types import Network

_NAT64 = IPv6Network("64:ff9b::/96")
"""Where an IPv6 network without IPv4 shows IPv4 addresses (RFC 6052): the last four bytes are the address."""


def may_be_asked(address: str, allowed: Iterable[Network]) -> bool:
    """Return whether an IP address, as the resolver writes it, is public or in an allowed network.

    An IPv6 address that only carries an IPv4 address counts as what it carries. Raises ValueError
    for what is no IP address.
    """
    meant = _meant(ip_address(address.partition("%")[0]))
    if any(meant in network for network in allowed):
        return True
    site_local = isinstance(meant, IPv6Address) and meant.is_site_local
    return meant.is_global and not meant.is_multicast and not site_local


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)

"""Connections that go only where they may: to an address that a name was resolved to and that was checked.

A name that is resolved for the check and again for the connection may mean
another address the second time.
"""

import asyncio
import socket
from collections.abc import Iterable

import httpcore

from services.desk.follow.address import may_be_asked
from services.desk.follow.trouble import Unfetched
from shared.setting_types import Network


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects httpcore to public addresses, and to those of the allowed networks."""

    def __init__(self, allowed: Iterable[Network]) -> None:
        self._allowed = tuple(allowed)
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that takes it.

        Raises Unfetched when one of them may not be asked, and what httpcore raises.
        """
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._addresses(host, port):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Unfetched(f"the host {host} is not known: {error}") from None
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        for address in addresses:
            # One is enough: a name that means both is a trap, or a mistake that somebody should hear of.
            if not may_be_asked(address, self._allowed):
                raise Unfetched(
                    f"the host {host} has the address {address}, which is not public; "
                    "feed_networks can allow it"
                )
        return addresses

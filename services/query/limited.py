"""How often one address may ask what is public."""

from collections.abc import Callable

from shared.address import client_address, spans
from shared.http import Handler, Reply, Request
from shared.rate_limit import ADDRESS, RateLimits
from shared.settings import Settings

LIMITED = frozenset({"counts", "trending", "live", "embed", "feed"})
"""The endpoints that make answers for strangers; what is made once, or asks for a key, is cheap or rare."""


def limited(settings: Settings) -> Callable[[str, Handler], Handler]:
    """Return what makes a handler of an endpoint one that an address can only ask so often."""
    proxies = spans(settings.trusted_proxies)
    limits = RateLimits({ADDRESS: settings.read_limit}, proxies)

    def wrap(endpoint: str, handler: Handler) -> Handler:
        if endpoint not in LIMITED or settings.read_limit is None:
            return handler

        async def answer(request: Request) -> Reply:
            address = request.peer
            if b"x-forwarded-for" in request.fields:
                address = client_address(address, request.headers(b"x-forwarded-for"), proxies)
            limits.demand(address)
            return await handler(request)

        return answer

    return wrap

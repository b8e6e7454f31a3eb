"""Whether one address stands for many readers: a proxy that is not trusted, or a flood."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning
from shared.arrivals import TOO_MUCH, read_arrivals
from shared.connection import Client

_PROXY = "if it is a proxy of yours, give --trusted-proxy and its network (docs/addresses.md)"


async def addresses(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at what arrived in this hour and the one before it."""
    found = False
    for site in case.settings.sites:
        arrived = await read_arrivals(redis, site, case.now)
        if arrived.heaviest is not None and arrived.heaviest > TOO_MUCH:
            found = True
            yield warning(
                "addresses", f"{arrived.heaviest:.0%} of the views of {site} come from one address", _PROXY
            )
        if arrived.untrusted:
            found = True
            yield warning(
                "addresses",
                f"{arrived.untrusted:,} readings of {site} came with X-Forwarded-For from an address that is "
                "no trusted proxy, and it was not believed",
                f"{_PROXY}; else somebody made it up",
            )
    if not found:
        yield ok("addresses", "none carries much of the views")

"""Which services are connected to Redis, where nothing else tells whether they run."""

from collections.abc import AsyncIterator

from services.cli.backup.fill import at_work
from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client

_NEEDED = ("collector", "counter", "query", "ranker")


async def connected(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look for a connection of each service."""
    found = await at_work(redis)
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        told = f"of {', '.join(missing)} there is no connection"
        yield wrong("connected", told, "start them, and see that their redis_url is this one")
    elif "desk" not in found:
        yield warning(
            "connected", "of the desk there is no connection", "start it, unless nobody needs it now"
        )
    else:
        yield ok("connected", ", ".join(found))

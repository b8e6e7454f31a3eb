"""Whether this machine and Redis agree about the time."""

import time
from collections.abc import AsyncIterator

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client

APART, FAR_APART = 1.0, 5.0
"""Seconds."""

_REMEDY = "have a time service (chrony, systemd-timesyncd) run on both machines"


async def clocks(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Compare the clocks, the way between them taken into account."""
    before = time.time()
    seconds, microseconds = await redis.time()
    after = time.time()
    ahead = (before + after) / 2 - (seconds + microseconds / 1e6)
    # Half of the way is all that can be wrong with this.
    apart = max(0.0, abs(ahead) - (after - before) / 2)
    told = f"this machine is {apart:,.1f} s {'ahead of' if ahead > 0 else 'behind'} Redis"
    if apart > FAR_APART:
        yield wrong("clocks", told, _REMEDY)
    elif apart > APART:
        yield warning("clocks", told, _REMEDY)
    else:
        yield ok("clocks", "this machine and Redis agree")

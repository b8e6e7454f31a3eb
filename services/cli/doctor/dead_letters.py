"""Whether there are entries that nobody could count."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared import dead, keys
from shared.connection import Client

_REMEDY = "`groundswell dead list` shows them, `dead replay` puts them back once the cause is mended"


async def dead_letters(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at the dead letters of every partition."""
    found = False
    for p in range(case.partitions):
        newest = await dead.newest(redis, p)
        if newest is None:
            continue
        found = True
        count = await redis.xlen(keys.dead(p))
        age = span(case.now - newest.at_ms / 1000)
        told = (
            f"partition {p} has {count:,} dead letters; the newest, {age} old: "
            f"{newest.reason}, {newest.detail}"
        )
        if count >= dead.MOST:
            yield wrong("dead-letters", f"{told}; each further one throws the oldest away", _REMEDY)
        else:
            yield warning("dead-letters", told, _REMEDY)
    if not found:
        yield ok("dead-letters", "none")

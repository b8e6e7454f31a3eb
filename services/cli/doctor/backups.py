"""Whether there is a backup of today."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared import backup_state, keys
from shared.connection import Client

OLD, TOO_OLD = 26 * 3_600.0, 50 * 3_600.0
"""Seconds: one is made a day."""

_MAKE = "have `groundswell backup FILE` run once a day; `serve` does so by itself unless backups_kept is 0"


async def backups(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at when one was last made, and whether that has failed since."""
    state = await backup_state.read(redis)
    age = case.now - state.at
    if not state.at:
        yield warning("backups", "none was ever made", _MAKE)
    elif age > TOO_OLD:
        yield wrong("backups", f"the last one is {span(age)} old", _MAKE)
    elif age > OLD:
        yield warning("backups", f"the last one is {span(age)} old", _MAKE)
    else:
        yield ok("backups", f"the last one is {span(age)} old")
    if state.failures:
        error = (await redis.hget(keys.BACKUP, "error") or b"").decode(errors="replace")
        yield warning(
            "backups",
            f"{state.failures} failed since: {error}",
            "make one by hand with `groundswell backup FILE` to see why",
        )

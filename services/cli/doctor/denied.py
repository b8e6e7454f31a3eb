"""What Redis lately denied to somebody, as its access list says."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, warning
from shared.connection import Client

LATELY = 3_600.0
"""Seconds."""

_OWN = "groundswell-doctor"
_MOST = 5


async def denied(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look into the log of what was denied, but for what this very check was."""
    found = [
        one
        for one in await redis.acl_log()
        if one["age-seconds"] <= LATELY and one["client-info"].get("name") != _OWN
    ]
    for one in found[:_MOST]:
        yield warning(
            "denied",
            f"user {one['username']}: {one['reason']} {one['object']}, {one['count']} times, last "
            f"{span(one['age-seconds'])} ago",
            "if that is a service, give it the user that docs/redis.md makes for it; else see who that is",
        )
    if not found:
        yield ok("denied", "nothing within the last hour")

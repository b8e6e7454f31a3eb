"""How full Redis is, which must never make it forget."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, size
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client

FULL, ALMOST = 0.95, 0.8
"""Shares of maxmemory."""

_MORE = "raise maxmemory (redis_maxmemory of the embedded Valkey), or keep fewer days and articles"


async def eviction(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at what Redis does when it is full."""
    policy = (await redis.info("memory"))["maxmemory_policy"]
    if policy == "noeviction":
        yield ok("eviction", "noeviction: a full Redis refuses, and the spool takes over")
    else:
        yield wrong(
            "eviction",
            f"{policy}: a full Redis throws counts away, or what was counted already",
            "CONFIG SET maxmemory-policy noeviction, and put it into the configuration of Redis",
        )


async def memory(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at how full Redis is."""
    told = await redis.info("memory")
    used, most = told["used_memory"], told["maxmemory"]
    if not most:
        yield warning(
            "memory",
            f"{size(used)} are used, and there is no maxmemory: Redis grows until the system ends it",
            "CONFIG SET maxmemory to what its machine can spare, and put it into the configuration of Redis",
        )
        return
    words = f"{size(used)} of {size(most)} are used"
    if used > FULL * most:
        yield wrong("memory", f"{words}: writes are refused, or soon are", _MORE)
    elif used > ALMOST * most:
        yield warning("memory", words, _MORE)
    else:
        yield ok("memory", words)

"""The Redis itself: how fast it answers, what it is, and whether it takes writes."""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from services.cli.doctor.case import Case
from services.cli.doctor.finding import Finding, ok, warning, wrong
from shared.connection import Client

OLDEST = (7, 0)
"""The first version of Redis that will do; any Valkey does."""

_SLOW = 0.02
"""Seconds of the fastest of a few answers: a batch is to be durable within some."""

_PINGS = 10


async def latency(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Tell how long an answer takes at best."""
    fastest = min([await _ping(redis) for _ in range(_PINGS)])
    told = f"it answers in {fastest * 1000:.1f} ms"
    if fastest > _SLOW:
        yield warning(
            "latency",
            f"{told} at best",
            "have Redis nearer to the services, and see what else its machine and the network do",
        )
    else:
        yield ok("latency", told)


async def version(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Tell which server it is."""
    yield judge_version(await redis.info("server"))


def judge_version(server: Mapping[str, Any]) -> Finding:
    """Return what is found of a version, given what INFO says of the server."""
    if "valkey_version" in server:
        return ok("version", f"Valkey {server['valkey_version']}")
    told = str(server.get("redis_version", "unknown"))
    parts = [int(part) if part.isdigit() else 0 for part in told.split(".")[:2]]
    if tuple(parts) < OLDEST:
        return wrong("version", f"Redis {told} is too old", "upgrade to Redis 7.0 or later, or to any Valkey")
    return ok("version", f"Redis {told}")


async def role(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Tell whether it is the primary."""
    replication = await redis.info("replication")
    if replication["role"] == "master":
        count = replication.get("connected_slaves", 0)
        yield ok("role", f"a primary with {count} replica{'' if count == 1 else 's'}")
    else:
        yield wrong(
            "role",
            f"it is a replica of {replication.get('master_host')}, and takes no writes",
            "have redis_url lead to the primary",
        )


async def _ping(redis: Client) -> float:
    began = time.perf_counter()
    await redis.ping()
    return time.perf_counter() - began

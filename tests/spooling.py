"""What the tests of the spool have in common: a Redis of their own, counting, and the books."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from services.cli import audit
from services.collector.spool.spool import DIRECTORY
from services.counter.group import ensure_group
from shared.connection import Client
from shared.ledger import Ledger
from tests.entries import committing, deliver, totals
from tests.own_redis import OwnRedis
from tests.posting import SITE, Site


@asynccontextmanager
async def own_redis(directory: Path, **options: str | int) -> AsyncIterator[OwnRedis]:
    """Run a server that a test may kill, stop and fill up."""
    server = OwnRedis(directory, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def post(site: Site, first: int, count: int = 1) -> list[int]:
    """Post so many views at once, each of another reader, and return the statuses."""
    answers = await asyncio.gather(
        *(
            site.post(
                {"site": SITE, "article": "/a"}, **{"user-agent": f"Mozilla/5.0 Firefox/144.0 reader/{n}"}
            )
            for n in range(first, first + count)
        )
    )
    return [answer.status_code for answer in answers]


def depth(site: Site) -> float:
    """Return how many entries wait in the spool, as the metric tells."""
    return site.metric("groundswell_spool_entries")


async def count_all(redis: Client, partitions: Sequence[int] = (0,)) -> int:
    """Count everything that is on the streams, and return how many views are counted by now."""
    intake = committing(redis)
    for p in partitions:
        await ensure_group(redis, p)
        await deliver(redis, intake, p)
    return sum([(await totals(redis, p)).get("counted", 0) for p in partitions])


async def books(server: OwnRedis, data_dir: Path) -> list[Ledger]:
    """Return what `groundswell audit` finds."""
    return await audit.read(server.client, data_dir / DIRECTORY)

"""Filling a Redis from a backup."""

import logging
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from services.cli.backup import archive, values
from services.cli.backup.archive import Head, Record
from services.cli.trouble import Trouble
from shared import keys
from shared.connection import Client
from shared.partition import SCHEMA

log = logging.getLogger(__name__)

Upgrade = Callable[[Record], Record | None]
UPGRADES: Mapping[int, Upgrade] = {}
"""What makes of a record of a schema one of the next schema, None if it has no place there. There is one
schema so far."""

_AT_ONCE = 200
"""Records sent at once; one has up to 5,000 members."""

_BUSY = re.compile(r"groundswell-(collector|counter|ranker|query|desk)")
_OF_A_START = re.compile(
    rb"gs:(meta|backup|salt:.*|lease:.*|script:.*|list:.*|history:.*|arrivals:.*|feeds:.*|views:\{\d+\})",
    re.DOTALL,
)
"""What there is when services have started and nothing else has happened."""

_STAY = (b"gs:salt:", keys.BACKUP.encode())
"""Collectors know the salts already; when the last backup was made stays true."""


async def at_work(redis: Client) -> list[str]:
    """Return the services that are connected to this Redis. Raises what redis-py raises."""
    names = [client["name"] for client in await redis.client_list()]
    return sorted({match[1] for name in names if (match := _BUSY.match(name))})


async def is_empty(redis: Client) -> bool:
    """Return whether nothing would be lost: no view was ever accepted, and no article told of."""
    async for name in redis.scan_iter(match="gs:*", count=1_000):
        if not _OF_A_START.fullmatch(name):
            return False
        if name.startswith(b"gs:views:") and await redis.xlen(name):
            return False
    return True


async def fill(redis: Client, path: Path, head: Head, upgrades: Mapping[int, Upgrade] = UPGRADES) -> None:
    """Take away what is there, but the salts, and put in what the backup holds.

    `head` is what `read_head` said. Raises Trouble for a schema that this
    release does not know, before anything is touched, and what redis-py raises.
    """
    check(head, upgrades)
    steps = [upgrades[schema] for schema in range(head.schema, SCHEMA)]
    async for name in redis.scan_iter(match="gs:*", count=1_000):
        if not name.startswith(_STAY):
            await redis.unlink(name)
    now_ms = time.time_ns() // 1_000_000
    some: list[Record] = []
    for record in archive.records(path):
        upgraded = _upgraded(record, steps)
        if upgraded is not None:
            some.append(upgraded)
        if len(some) >= _AT_ONCE:
            await values.write(redis, some, now_ms)
            some = []
    await values.write(redis, some, now_ms)
    await redis.hset(keys.META, "schema", SCHEMA)


def check(head: Head, upgrades: Mapping[int, Upgrade] = UPGRADES) -> None:
    """Raise Trouble for a backup whose schema this release does not know."""
    if head.schema > SCHEMA:
        raise Trouble(
            f"the backup has schema {head.schema}, and this release knows up to {SCHEMA}; "
            f"restore it with Groundswell {head.groundswell}"
        )
    if any(schema not in upgrades for schema in range(head.schema, SCHEMA)):
        raise Trouble(f"the backup has schema {head.schema}, from which nothing leads on")


def _upgraded(record: Record, steps: list[Upgrade]) -> Record | None:
    for step in steps:
        upgraded = step(record)
        if upgraded is None:
            return None
        record = upgraded
    return record

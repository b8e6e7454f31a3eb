"""Which of the P streams a view travels on, and how P grows.

The partition follows the visitor, not the article: one viral article then
spreads over all streams, and a visitor always meets the same seen sets. A new
P starts at the next UTC midnight, together with the salt of that day; readers
sum every partition ever used, so no data moves.
"""

import secrets
from dataclasses import dataclass

from shared import hours, keys
from shared.connection import Client

_FIELD = "partitions:"

SCHEMA = 1
"""The version of the data layout, kept in `gs:meta` for whoever has to read an older one."""


def partition_of(visitor: int | None, event: int | None, partitions: int) -> int:
    """Return the partition of a view: by its visitor, else its event, else by chance.

    It reads the highest 12 bits of a hash; bucket and member of the seen sets
    read lower ones.
    """
    chosen = visitor if visitor is not None else event
    if chosen is None:
        return secrets.randbelow(partitions)
    return (chosen >> 52) % partitions


@dataclass(frozen=True)
class PartitionPlan:
    """The number of partitions by UTC day: pairs of (day stamp, P), in order of day."""

    steps: tuple[tuple[str, int], ...]

    def on(self, day: str) -> int:
        """Return P on the UTC day `day` (YYYYMMDD); days before the first step have its P."""
        chosen = self.steps[0][1]
        for start, partitions in self.steps:
            if start > day:
                break
            chosen = partitions
        return chosen

    @property
    def ever(self) -> int:
        """The highest P ever used, or used from tomorrow on: what readers sum and counters read."""
        return max(partitions for _, partitions in self.steps)


async def load_plan(redis: Client, wanted: int, now: float) -> PartitionPlan:
    """Return the plan, after having `wanted` partitions take effect.

    A fresh database has them at once, one in use from the next UTC midnight.
    """
    await redis.hsetnx(keys.META, "schema", SCHEMA)
    plan = await read_plan(redis)
    if plan is None:
        await redis.hsetnx(keys.META, _FIELD + hours.day_stamp(now), wanted)
    else:
        tomorrow = hours.day_stamp(now + hours.DAY)
        if plan.on(tomorrow) != wanted:
            await redis.hset(keys.META, _FIELD + tomorrow, wanted)
    plan = await read_plan(redis)
    assert plan is not None  # noqa: S101 - written a line above
    return plan


async def read_plan(redis: Client) -> PartitionPlan | None:
    """Return the plan as it stands, None in a database no service has started on."""
    meta: dict[bytes, bytes] = await redis.hgetall(keys.META)
    steps = sorted(
        (field.decode().removeprefix(_FIELD), int(value))
        for field, value in meta.items()
        if field.startswith(_FIELD.encode())
    )
    return PartitionPlan(tuple(steps)) if steps else None

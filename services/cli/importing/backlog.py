"""How far the counter is behind, for whoever puts many views on the streams at once."""

import asyncio
import time

from services.cli.trouble import Trouble
from shared import keys
from shared.connection import Client
from shared.ledger import SETTLED, TAKEN

LIMIT = 20_000
"""Views a partition may be behind before an import waits for the counter."""

PATIENCE = 60.0
"""Seconds without a single view counted, after which waiting is given up."""


async def room(redis: Client, p: int) -> None:
    """Return when a partition is less than LIMIT views behind. Raises Trouble when counting stands still."""
    stalled = _Patience()
    while (behind := await _behind(redis, p)) >= LIMIT:
        await stalled.wait(behind)


async def settled(redis: Client, partitions: int) -> None:
    """Return when everything on the streams by now has been counted.

    Raises Trouble when the counter stands still.
    """
    goals = [await redis.xrevrange(keys.views(p), count=1) for p in range(partitions)]
    for p, newest in enumerate(goals):
        stalled = _Patience()
        while newest and not await _acknowledged(redis, p, newest[0][0]):
            await stalled.wait(await redis.hgetall(keys.total(p)))


async def _behind(redis: Client, p: int) -> int:
    """Return the views accepted that nothing has become of yet."""
    accepted, resent, *gone = await redis.hmget(keys.total(p), *TAKEN, *SETTLED)
    return int(accepted or 0) + int(resent or 0) - sum(int(views or 0) for views in gone)


async def _acknowledged(redis: Client, p: int, entry_id: bytes) -> bool:
    """Return whether the group has acknowledged every entry up to this one."""
    for group in await redis.xinfo_groups(keys.views(p)):
        if group["name"] == keys.GROUP.encode():
            if _order(group["last-delivered-id"]) < _order(entry_id):
                return False
            return not await redis.xpending_range(keys.views(p), keys.GROUP, "-", entry_id, 1)
    return False


class _Patience:
    """Waits a moment at a time, as long as something changes."""

    def __init__(self) -> None:
        self._state: object = None
        self._since = time.monotonic()

    async def wait(self, state: object) -> None:
        if state != self._state:
            self._state, self._since = state, time.monotonic()
        if time.monotonic() - self._since > PATIENCE:
            raise Trouble("the counter does not count; see that it runs, then run this again: it goes on")
        await asyncio.sleep(0.05)


def _order(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition(b"-")
    return int(milliseconds), int(sequence or 0)

"""How far the stream of a partition is from being counted: what `top` and `doctor` read of it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.exceptions import ResponseError

from shared import keys
from shared.connection import Client


class Consumer(NamedTuple):
    """One that reads the stream, or did."""

    name: str
    pending: int
    """Entries delivered to it that it has not acknowledged."""
    idle: float
    """Seconds since it last asked; who waits for entries asks about once a second."""


class StreamState(NamedTuple):
    """One partition. Moments are Unix seconds by the clock of Redis, None where nothing waits."""

    p: int
    group: bool = False
    """Whether the consumer group exists."""
    undelivered: int = 0
    """Entries nobody has read, at most: Redis does not always tell exactly."""
    pending: int = 0
    """Entries that were read and are not acknowledged."""
    undelivered_since: float | None = None
    pending_since: float | None = None
    letters: int = 0
    """Dead letters."""
    consumers: Sequence[Consumer] = ()

    @property
    def since(self) -> float | None:
        """When the oldest entry that is not counted came onto the stream."""
        moments = [at for at in (self.undelivered_since, self.pending_since) if at is not None]
        return min(moments, default=None)


async def read(redis: Client, p: int) -> StreamState:
    """Return the state of a partition. Raises what redis-py raises."""
    stream = keys.views(p)
    async with redis.pipeline(transaction=True) as pipe:
        pipe.xlen(stream)
        pipe.xlen(keys.dead(p))
        pipe.xinfo_groups(stream)
        length, letters, groups = await pipe.execute(raise_on_error=False)
    for answer in (length, letters):
        if isinstance(answer, Exception):
            raise answer
    group = _group(groups)
    if group is None:
        return StreamState(p, letters=letters, undelivered=length, undelivered_since=await _after(redis, p))
    since = await _after(redis, p, group["last-delivered-id"])
    pending = await redis.xpending(stream, keys.GROUP)
    # lag is NULL after a restart until the group has read on; the length is never too small.
    lag = length if group["lag"] is None else group["lag"]
    return StreamState(
        p,
        group=True,
        undelivered=lag if since is not None else 0,
        pending=pending["pending"],
        undelivered_since=since,
        pending_since=_seconds(pending["min"]) if pending["min"] else None,
        letters=letters,
        consumers=[
            Consumer(one["name"].decode(errors="replace"), one["pending"], one["idle"] / 1000)
            for one in await redis.xinfo_consumers(stream, keys.GROUP)
        ],
    )


def _group(groups: Any) -> Any:
    if isinstance(groups, ResponseError) and "no such key" in str(groups):
        return None
    if isinstance(groups, Exception):
        raise groups
    return next((group for group in groups if group["name"] == keys.GROUP.encode()), None)


async def _after(redis: Client, p: int, last: bytes = b"0-0") -> float | None:
    """Return when the first entry after this one came onto the stream."""
    rows = await redis.xrange(keys.views(p), min=b"(" + last, count=1)
    return _seconds(rows[0][0]) if rows else None


def _seconds(stream_id: bytes) -> float:
    return int(stream_id.partition(b"-")[0]) / 1000

"""What a list was at a moment: its minute snapshots.

`gs:history:{SITE}:NAME` is a stream whose ids are moments in Unix
milliseconds. An entry is a snapshot of the first hundred: `s`, the
compressed ids and values, and `m`, a mark of what it shows, by which the
ranker sees that nothing has changed. A snapshot is in force until the next
one, so a list that stands still costs nothing.
"""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import msgpack

from shared import keys
from shared.connection import Client

SNAPSHOT_DEPTH = 100
RETENTION = 7 * 86_400
"""Seconds a snapshot is kept after the next one took its place."""


class Snapshot(NamedTuple):
    """The top of a list as it stood from `moment` on, in Unix seconds: pairs of id and value."""

    moment: float
    entries: tuple[tuple[str, float], ...]


def encode(entries: Iterable[tuple[str, float]]) -> bytes:
    """Return the snapshot of a list's entries, cut to a hundred; values keep seven digits."""
    top = list(entries)[:SNAPSHOT_DEPTH]
    # Ids beside ids and numbers beside numbers: two thirds of the size of pairs.
    columns = [[i for i, _ in top], [int(v) if v.is_integer() else v for _, v in top]]
    return zlib.compress(msgpack.packb(columns, use_single_float=True), 9)


def decode(snapshot: bytes) -> tuple[tuple[str, float], ...]:
    """Return the pairs of id and value of a snapshot. Raises ValueError when it is not one."""
    try:
        ids, values = msgpack.unpackb(zlib.decompress(snapshot))
        return tuple(zip(ids, map(float, values), strict=True))
    except (zlib.error, msgpack.UnpackException, TypeError) as error:
        raise ValueError(f"not a snapshot: {error}") from None


async def at(redis: Client, site: str, name: str, moment: float) -> Snapshot | None:
    """Return the snapshot in force at a moment in Unix seconds, None where history does not reach."""
    found = await redis.xrevrange(keys.history(site, name), max=int(moment * 1000), min="-", count=1)
    if not found:
        return None
    entry_id, fields = found[0]
    return Snapshot(int(entry_id.partition(b"-")[0]) / 1000, decode(fields[b"s"]))

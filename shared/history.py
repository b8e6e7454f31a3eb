"""What a list was at a moment: its minute snapshots.

`gs:history:{SITE}:NAME` is a stream whose ids are moments in Unix
milliseconds. An entry is a snapshot of the first hundred: `s`, the
compressed ids and values, and `m`, a mark of what it shows, by which the
ranker sees that nothing has changed. A snapshot is in force until the next
one, so a list that stands still costs nothing.

From one minute to the next most ids stay. So the first snapshot of a UTC hour
lends its ids to the others as the dictionary they are compressed with: a
quarter of the size, and never more than one other snapshot to read.
"""

import zlib
from collections.abc import Iterable
from typing import NamedTuple

import msgpack

from shared import keys
from shared.connection import Client
from shared.hours import floor_hour

SNAPSHOT_DEPTH = 100
RETENTION = 7 * 86_400
"""Seconds history reaches back."""

_HAS_DICTIONARY = 0x20
"""The bit of a zlib stream's second byte that says so."""


class Snapshot(NamedTuple):
    """The top of a list as it stood from `moment` on, in Unix seconds: pairs of id and value."""

    moment: float
    entries: tuple[tuple[str, float], ...]


def encode(entries: Iterable[tuple[str, float]], dictionary: bytes = b"") -> bytes:
    """Return the snapshot of a list's entries, cut to a hundred; broken values keep seven digits."""
    top = list(entries)[:SNAPSHOT_DEPTH]
    columns = [[i for i, _ in top], [int(v) if v.is_integer() else v for _, v in top]]
    compress = zlib.compressobj(9, zdict=dictionary) if dictionary else zlib.compressobj(9)
    return compress.compress(msgpack.packb(columns, use_single_float=True)) + compress.flush()


def decode(snapshot: bytes, dictionary: bytes = b"") -> tuple[tuple[str, float], ...]:
    """Return the pairs of id and value of a snapshot. Raises ValueError when it is not one."""
    try:
        # A snapshot that was written without a dictionary does not look at this one.
        decompress = zlib.decompressobj(zdict=dictionary)
        ids, values = msgpack.unpackb(decompress.decompress(snapshot))
        if not decompress.eof:
            raise ValueError("it was cut off")
        return tuple(zip(ids, map(float, values), strict=True))
    except (zlib.error, msgpack.UnpackException, ValueError, TypeError) as error:
        raise ValueError(f"not a snapshot: {error}") from None


async def at(redis: Client, site: str, name: str, moment: float) -> Snapshot | None:
    """Return the snapshot in force at a moment in Unix seconds, None where history does not reach.

    Raises what redis-py raises, and ValueError for a snapshot nobody can read.
    """
    found = await redis.xrevrange(keys.history(site, name), max=int(moment * 1000), min="-", count=1)
    if not found:
        return None
    entry_id, fields = found[0]
    began = int(entry_id.partition(b"-")[0]) / 1000
    snapshot = fields.get(b"s", b"")
    if len(snapshot) > 1 and snapshot[1] & _HAS_DICTIONARY:
        return Snapshot(began, decode(snapshot, await dictionary(redis, site, name, began)))
    return Snapshot(began, decode(snapshot))


async def dictionary(redis: Client, site: str, name: str, moment: float) -> bytes:
    """Return what a snapshot of that moment is compressed with: nothing if it is the first of its hour.

    Raises what redis-py raises, and ValueError as `at` does.
    """
    hour = floor_hour(moment)
    last = int(moment * 1000) - 1
    found = await redis.xrange(keys.history(site, name), min=hour * 1000, max=last, count=1)
    if not found:
        return b""
    ids: bytes = msgpack.packb([article_id for article_id, _ in decode(found[0][1].get(b"s", b""))])
    return ids

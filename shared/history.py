"""What a list was at a moment: its minute snapshots.

`gs:history:{SITE}:NAME` is a stream whose ids are moments in Unix
milliseconds. An entry is a snapshot of the first hundred: `s`, the
compressed ids and values; `o`, if anything does, what stands at places that
the newsroom gave it; and `m`, a mark of what it shows, by which the ranker
sees that nothing has changed. A snapshot is in force until the next one, so a
list that stands still costs nothing.

From one minute to the next most ids stay. So the first snapshot of a UTC hour
lends its ids to the others as the dictionary they are compressed with: a
quarter of the size, and never more than one other snapshot to read.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgpack

from shared import keys
from shared.connection import Client
from shared.hours import floor_hour
from shared.override import NOTHING_PLACED, Placed, Slot

SNAPSHOT_DEPTH = 100
RETENTION = 7 * 86_400
"""Seconds history reaches back."""

_AT_ONCE = 100
"""Commands in one round trip."""

_HAS_DICTIONARY = 0x20
"""The bit of a zlib stream's second byte that says so."""


class Snapshot(NamedTuple):
    """The top of a list as it stood from `moment` on, in Unix seconds: pairs of id and value."""

    moment: float
    entries: tuple[tuple[str, float], ...]
    placed: Placed = NOTHING_PLACED


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


def encode_placed(placed: Placed) -> bytes:
    """Return what stands at places of its own as a field of a snapshot, empty for nothing."""
    if placed == NOTHING_PLACED:
        return b""
    packed: bytes = msgpack.packb([placed.pins, placed.slots])
    return packed


def decode_placed(field: bytes) -> Placed:
    """Return what stands at places of its own. Raises ValueError when the field does not say it."""
    if not field:
        return NOTHING_PLACED
    try:
        pins, slots = msgpack.unpackb(field)
        return Placed(tuple((place, i) for place, i in pins), tuple(Slot(*slot) for slot in slots))
    except (msgpack.UnpackException, ValueError, TypeError) as error:
        raise ValueError(f"not what stands at places: {error}") from None


async def at(redis: Client, site: str, name: str, moment: float) -> Snapshot | None:
    """Return the snapshot in force at a moment in Unix seconds, None where history does not reach.

    Raises what redis-py raises, and ValueError for a snapshot nobody can read.
    """
    found = await redis.xrevrange(keys.history(site, name), max=int(moment * 1000), min="-", count=1)
    if not found:
        return None
    entry_id, fields = found[0]
    began = _moment(entry_id)
    borrowed = await dictionary(redis, site, name, began) if _borrows(fields) else b""
    return _snapshot(began, fields, borrowed)


async def at_each(redis: Client, site: str, name: str, moments: Sequence[float]) -> list[Snapshot | None]:
    """Return the snapshot in force at each of some moments, None where there is none that can be read.

    Cost: one command a moment and one an hour, a hundred in a round trip.
    Raises what redis-py raises.
    """
    rows = await _ranges(redis, site, name, [("-", int(moment * 1000)) for moment in moments], last=True)
    entries = {row[0]: row[1] for row in rows if row is not None}
    hours = sorted({floor_hour(_moment(i)) for i, fields in entries.items() if _borrows(fields)})
    lending = await _ranges(redis, site, name, [(hour * 1000, "+") for hour in hours], last=False)
    lent = {hour: _lent(row[1]) for hour, row in zip(hours, lending, strict=True) if row is not None}
    known: dict[bytes, Snapshot | None] = {}
    for entry_id, fields in entries.items():
        began = _moment(entry_id)
        try:
            known[entry_id] = _snapshot(began, fields, lent.get(floor_hour(began), b""))
        except ValueError:
            known[entry_id] = None
    return [None if row is None else known[row[0]] for row in rows]


_Entry = tuple[bytes, Mapping[bytes, bytes]]


async def _ranges(
    redis: Client, site: str, name: str, ranges: Sequence[tuple[str | int, str | int]], *, last: bool
) -> list[_Entry | None]:
    """Return the first or the last entry of each range of the stream, None where a range is empty."""
    key = keys.history(site, name)
    rows: list[list[_Entry]] = []
    for start in range(0, len(ranges), _AT_ONCE):
        async with redis.pipeline(transaction=False) as pipe:
            for lowest, highest in ranges[start : start + _AT_ONCE]:
                if last:
                    pipe.xrevrange(key, highest, lowest, 1)
                else:
                    pipe.xrange(key, lowest, highest, 1)
            rows += await pipe.execute()
    return [row[0] if row else None for row in rows]


async def dictionary(redis: Client, site: str, name: str, moment: float) -> bytes:
    """Return what a snapshot of that moment is compressed with: nothing if it is the first of its hour.

    Raises what redis-py raises, and ValueError as `at` does.
    """
    hour = floor_hour(moment)
    last = int(moment * 1000) - 1
    found = await redis.xrange(keys.history(site, name), min=hour * 1000, max=last, count=1)
    return _lent(found[0][1]) if found else b""


def _lent(fields: Mapping[bytes, bytes]) -> bytes:
    """Return the dictionary that a snapshot lends. Raises ValueError when nobody can read it."""
    ids: bytes = msgpack.packb([article_id for article_id, _ in decode(fields.get(b"s", b""))])
    return ids


def _borrows(fields: Mapping[bytes, bytes]) -> bool:
    snapshot = fields.get(b"s", b"")
    return len(snapshot) > 1 and bool(snapshot[1] & _HAS_DICTIONARY)


def _snapshot(began: float, fields: Mapping[bytes, bytes], borrowed: bytes) -> Snapshot:
    return Snapshot(began, decode(fields.get(b"s", b""), borrowed), decode_placed(fields.get(b"o", b"")))


def _moment(entry_id: bytes) -> float:
    return int(entry_id.partition(b"-")[0]) / 1000

"""The books of one partition: every view accepted is somewhere, and nowhere twice.

    accepted = counted + duplicates + refused + (repeated - resent) + pending + undelivered
               + spooled + dead + purged + dead_trimmed
    sum of the counts of all articles = counted + starting - corrected

Both hold at any moment, also under load. What a collector sends again, because
it does not know whether it had been written, is accepted once and `resent`; as
soon as nothing of it waits any more, all of that must have been recognised as
repeated. One script reads the totals and
where the counter stands; the entries it has not acknowledged are read after
that, one by one, because an entry on the stream never changes. If the counter
trimmed one of them meanwhile, the reading begins anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

from shared import keys
from shared.connection import Client

_READ = files("shared").joinpath("lua/ledger.read.lua").read_text()
_CHUNK = 100
_ATTEMPTS = 20

TAKEN = ("accepted", "resent")
"""The totals that tell what was put on the stream, or would have been."""

SETTLED = ("counted", "duplicates", "refused", "repeated", "dead", "purged", "dead_trimmed")
"""The totals that tell what became of accepted views which are no longer on their stream."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of the views of partition `p`, all numbers in views."""

    p: int
    accepted: int = 0
    counted: int = 0
    duplicates: int = 0
    refused: int = 0
    """Views of articles that nobody knew, beyond what their site lets in."""
    repeated: int = 0
    """Views of entries whose id had been committed before."""
    resent: int = 0
    """Views of entries that a collector put on the stream once more."""
    dead: int = 0
    """In dead letters that are kept."""
    purged: int = 0
    """In dead letters that somebody threw away."""
    dead_trimmed: int = 0
    """In dead letters that had to go for newer ones: lost."""
    starting: int = 0
    """Views put in by `import counts`; they were never accepted."""
    corrected: int = 0
    """Views that were counted and taken out again."""
    pending_views: int = 0
    """On the stream, delivered and not acknowledged."""
    undelivered_views: int = 0
    """On the stream, not delivered."""
    spooled_views: int = 0
    """In the spools that were looked at, and not on the stream."""
    counts_sum: int = 0
    """The counts of all articles of all sites."""
    steady: bool = True
    """False when the stream was trimmed faster than it could be read, so that the numbers may not fit."""

    @property
    def difference(self) -> int:
        """How many accepted views are nowhere (positive) or somewhere twice (negative)."""
        return self.accepted - (
            self.counted
            + self.duplicates
            + self.refused
            + self.repeated
            - self.resent
            + self.pending_views
            + self.undelivered_views
            + self.spooled_views
            + self.dead
            + self.purged
            + self.dead_trimmed
        )

    @property
    def counts_difference(self) -> int:
        """How many views the articles have more than was counted or put in, and not taken out."""
        return self.counts_sum - (self.counted + self.starting - self.corrected)

    @property
    def unrecognised(self) -> int:
        """How many views were sent again and are neither known as such nor waiting: counted twice."""
        return max(0, self.resent - self.repeated - self.pending_views - self.undelivered_views)

    @property
    def balanced(self) -> bool:
        """Whether both equations hold, and what was sent again is not counted again."""
        return self.difference == 0 and self.counts_difference == 0 and self.unrecognised == 0


def views_in(fields: Mapping[bytes, bytes]) -> int:
    """Return how many views the fields of a stream entry carry, without decoding them.

    It reads the head of the msgpack array, so it also tells for an entry of
    an unknown version; what has no such head carries none.
    """
    body = fields.get(b"b", b"")
    if body[:1] == b"\xdc" and len(body) >= 3:
        return int.from_bytes(body[1:3], "big")
    if body[:1] == b"\xdd" and len(body) >= 5:
        return int.from_bytes(body[1:5], "big")
    if body and 0x90 <= body[0] <= 0x9F:
        return body[0] & 0x0F
    return 0


async def read(redis: Client, p: int, sites: Iterable[str] | None = None) -> Ledger:
    """Return the ledger of a partition; without `sites`, those whose counts are found in Redis."""
    given = None if sites is None else set(sites)
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        names = await sites_of(redis, p) if given is None else given
        ledger = await _read_once(redis, p, sorted(names), last=last)
        # The first view of a site makes its counts; those would be missing from the sum.
        if ledger is not None and (last or given is not None or names == await sites_of(redis, p)):
            return ledger
    raise AssertionError("the last attempt returns a ledger")


async def sites_of(redis: Client, p: int) -> set[str]:
    """Return the sites that have counts in a partition, configured or not."""
    prefix = keys.count(p, "")
    # The braces of the hash tag mean nothing in a pattern.
    return {
        key.decode().removeprefix(prefix) async for key in redis.scan_iter(match=f"{prefix}*", count=1000)
    }


async def _read_once(redis: Client, p: int, sites: list[str], *, last: bool) -> Ledger | None:
    """Return the ledger, None when the stream was trimmed under the reading (never the last time)."""
    stream = keys.views(p)
    named = [keys.total(p), stream, *(keys.count(p, site) for site in sites)]
    flat, pending, delivered, first, newest, counts = await redis.eval(_READ, len(named), *named, keys.GROUP)
    totals = dict(zip(flat[::2], flat[1::2], strict=True))
    pending_views, found = await _pending(redis, stream, pending)
    undelivered = await _undelivered(redis, stream, delivered, newest) if first else 0
    # Trimming takes the oldest: as long as the first is there, none after it was missing.
    steady = found == len(pending) and (not first or bool(await redis.xrange(stream, first, first)))
    if not steady and not last:
        return None
    return Ledger(
        p=p,
        accepted=int(totals.get(b"accepted", 0)),
        counted=int(totals.get(b"counted", 0)),
        duplicates=int(totals.get(b"duplicates", 0)),
        refused=int(totals.get(b"refused", 0)),
        repeated=int(totals.get(b"repeated", 0)),
        resent=int(totals.get(b"resent", 0)),
        dead=int(totals.get(b"dead", 0)),
        purged=int(totals.get(b"purged", 0)),
        dead_trimmed=int(totals.get(b"dead_trimmed", 0)),
        starting=int(totals.get(b"starting", 0)),
        corrected=int(totals.get(b"corrected", 0)),
        pending_views=pending_views,
        undelivered_views=undelivered,
        counts_sum=int(float(counts)),
        steady=steady,
    )


async def _pending(redis: Client, stream: str, ids: list[bytes]) -> tuple[int, int]:
    """Return the views of these entries, and how many of the entries are still there."""
    views = found = 0
    for start in range(0, len(ids), _CHUNK):
        async with redis.pipeline(transaction=False) as pipe:
            for entry_id in ids[start : start + _CHUNK]:
                pipe.xrange(stream, entry_id, entry_id)
            for rows in await pipe.execute():
                found += len(rows)
                views += sum(views_in(fields) for _, fields in rows)
    return views, found


async def _undelivered(redis: Client, stream: str, delivered: bytes, newest: bytes) -> int:
    """Return the views of the entries after `delivered`, up to and with `newest`."""
    views = 0
    after = delivered
    while rows := await redis.xrange(stream, b"(" + after, newest, count=_CHUNK):
        views += sum(views_in(fields) for _, fields in rows)
        after = rows[-1][0]
    return views

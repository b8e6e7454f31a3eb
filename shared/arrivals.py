"""What arrives at the collectors, by site and UTC hour: the fields of `gs:arrivals:SITE:YYYYMMDDHH`.

The collectors add to them about once a second, the counters what they refuse,
and the board shows them. They tell how it goes; the books of what was accepted
are in `gs:total:{p}`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared import hours, keys
from shared.connection import Client
from shared.hours import HOUR

ACCEPTED = "accepted"
LAST = "last_ms"
"""The moment of the last accepted view, in Unix milliseconds."""

DROPPED, REFUSED, UNCOUNTED, ORIGIN = "dropped", "refused", "uncounted", "origin"
"""What stands before a colon and the reason, the kind of problem, the limit, or the foreign origin."""

UNTRUSTED = "untrusted"
"""Readings whose X-Forwarded-For came from an address that is no trusted proxy, and was not believed."""

HEAVIEST = "heaviest"
"""Thousandths of at least 1,000 views that came from one address, as a collector last found it."""

TOO_MUCH = 0.2
"""The share of the views beyond which one address is spoken of."""

MAX_ORIGINS = 20
"""Distinct foreign origins of a site and hour: strangers choose them."""

LIFETIME = 48 * HOUR
"""Seconds after its last write until an hour is forgotten."""


@dataclass(frozen=True)
class Arrivals:
    """What arrived within some hours, in readings; the largest of each kind first."""

    accepted: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    uncounted: Mapping[str, int] = field(default_factory=dict)
    """Accepted, and then not counted: articles that nobody knew, beyond what the site lets in."""
    origins: Mapping[str, int] = field(default_factory=dict)
    """Foreign origins, as far as they were kept: strangers choose them."""
    untrusted: int = 0
    """Readings whose X-Forwarded-For came from an address that is no trusted proxy."""
    heaviest: float | None = None
    """The share of at least 1,000 views that came from one address; None where so many were not seen."""
    last_ms: int | None = None
    """The moment of the last accepted view, in Unix milliseconds; None if there was none."""

    @classmethod
    def of(cls, hashes: Iterable[Mapping[bytes, bytes]]) -> "Arrivals":
        """Return what some hours, the newest first, hold together."""
        sums: dict[str, Counter[str]] = {
            kind: Counter() for kind in (ACCEPTED, DROPPED, REFUSED, UNCOUNTED, ORIGIN, UNTRUSTED, LAST)
        }
        heaviest: float | None = None
        for fields in hashes:
            for name, value in fields.items():
                kind, _, what = name.decode().partition(":")
                if kind == LAST:
                    sums[kind][what] = max(sums[kind][what], int(value))
                elif kind == HEAVIEST:
                    heaviest = int(value) / 1000 if heaviest is None else heaviest
                elif kind in sums:
                    sums[kind][what] += int(value)
        return cls(
            accepted=sums[ACCEPTED][""],
            dropped=_largest_first(sums[DROPPED]),
            refused=_largest_first(sums[REFUSED]),
            uncounted=_largest_first(sums[UNCOUNTED]),
            origins=_largest_first(sums[ORIGIN]),
            untrusted=sums[UNTRUSTED][""],
            heaviest=heaviest,
            last_ms=sums[LAST].get(""),
        )


async def read_arrivals(redis: Client, site: str, now: float) -> Arrivals:
    """Return what arrived in the running UTC hour and the one before it.

    `now` is in Unix seconds. The last view is looked for in as many hours as
    are kept. Cost: two small hashes, and two days of single fields only where
    no view came. Raises what redis-py raises.
    """
    newest_first = [
        keys.arrivals(site, stamp) for stamp in reversed(hours.hours_between(now - LIFETIME, now + 1))
    ]
    async with redis.pipeline(transaction=False) as pipe:
        for key in newest_first[:2]:
            pipe.hgetall(key)
        found = await pipe.execute()
    if not any(LAST.encode() in fields for fields in found):
        async with redis.pipeline(transaction=False) as pipe:
            for key in newest_first[2:]:
                pipe.hget(key, LAST)
            found += [{LAST.encode(): value} for value in await pipe.execute() if value is not None]
    return Arrivals.of(found)


def _largest_first(sums: Counter[str]) -> dict[str, int]:
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))

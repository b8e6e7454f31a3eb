"""A ranked list as the ranker publishes it and the query service reads it.

The value of `gs:list:{SITE}:NAME` is 20 decimal digits of generation, so that
a script can compare them without decoding, and a msgpack array.
"""

from dataclasses import dataclass
from typing import NamedTuple

import msgpack

TRENDING = "trending"
RISING = "rising"
MOST_READ_WINDOWS = ("1h", "24h", "7d", "30d", "today", "all")
"""The windows of most-read; the first is refreshed every second, the others once a minute."""

DEPTH = 500
"""How many articles a published list carries: what filters act on."""

_GENERATION_DIGITS = 20


class Listed(NamedTuple):
    """One article of a list; `value` is what it is ranked by: a weight, r, or the views of a window."""

    id: str
    value: float
    views: int
    """All its views, the count beside the headline."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. Moments are Unix seconds."""

    generation: int
    changed_at: float
    """When its ids, their order or their views last changed."""
    since: float | None
    """Where the window of most-read begins; None for `all` and for lists without one."""
    entries: tuple[Listed, ...]
    past: tuple[str, ...]
    """The ids of the list an hour ago, at most 100, in its order: what movement is against."""
    ratio: float | None = None
    """The D that rising was measured against; None for other lists."""


def name_of(kind: str, window: str | None = None) -> str:
    """Return the NAME of a list in keys: `trending`, `most-read:24h`."""
    return kind if window is None else f"{kind}:{window}"


NAMES = (TRENDING, RISING, *(name_of("most-read", window) for window in MOST_READ_WINDOWS))


def encode(listing: Listing) -> bytes:
    """Return the value of the key."""
    body: bytes = msgpack.packb(
        [listing.changed_at, listing.since, listing.entries, listing.past, listing.ratio]
    )
    return b"%0*d" % (_GENERATION_DIGITS, listing.generation) + body


def decode(value: bytes) -> Listing:
    """Return the list of a key's value. Raises ValueError when it is not one."""
    try:
        # A list of the release before has no ratio.
        changed_at, since, entries, past, *ratio = msgpack.unpackb(value[_GENERATION_DIGITS:])
        return Listing(
            generation=int(value[:_GENERATION_DIGITS]),
            changed_at=changed_at,
            since=since,
            entries=tuple(Listed(*row) for row in entries),
            past=tuple(past),
            ratio=ratio[0] if ratio else None,
        )
    except (msgpack.UnpackException, TypeError) as error:
        raise ValueError(f"not a list: {error}") from None

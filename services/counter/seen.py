"""Where it is remembered what was counted: windows, buckets and members of the seen sets.

A seen set is a bucket of signed 32-bit integers: small ones are packed by
Redis into 4-5 bytes a member, where a key of its own for each would take over
a hundred. A 64-bit hash gives the member from its bits 0-31 and the bucket
from bits 32-51; the partition reads bits 52-63. Two different readings are
taken for one with a chance of at most n / (buckets * 2**32), n being the
members of the window.
"""

from hashlib import blake2b
from typing import NamedTuple

HOUR = 3_600
DAY = 86_400

BUCKET_MEMBERS = 256
"""Members a bucket is planned for; above 512 Redis makes it a hash table."""

FEWEST_BUCKETS = 256
MOST_BUCKETS = 1 << 20

EVENT_LIFETIME = 4 * DAY
READER_LIFETIME = 4 * DAY
ENTRY_LIFETIME = 4 * DAY
"""Longer than a day of lateness and a day in a spool, after the day itself."""


class Window(NamedTuple):
    """One window of one kind of deduplication."""

    kind: str
    number: int
    lifetime: int
    """Seconds its keys live after their first commit."""

    @property
    def before(self) -> "Window":
        """The window of the same kind just before."""
        return self._replace(number=self.number - 1)


def visitor_window(moment_ms: int, length: int) -> Window:
    """Return the tumbling window, `length` seconds long, of a view. It lives two windows and an hour."""
    return Window(f"visitor-{length}", moment_ms // (length * 1000), 2 * length + HOUR)


def reader_window(moment_ms: int) -> Window:
    """Return the UTC day in which a reader counts once an article."""
    return Window("reader", moment_ms // (DAY * 1000), READER_LIFETIME)


def event_window(moment_ms: int) -> Window:
    """Return the UTC day in which an event id is remembered; the day before is asked as well."""
    return Window("event", moment_ms // (DAY * 1000), EVENT_LIFETIME)


def entry_window(made_ms: int) -> Window:
    """Return the UTC day in which an entry id is remembered: that of the id itself."""
    return Window("entry", made_ms // (DAY * 1000), ENTRY_LIFETIME)


def length_ms(window: Window) -> int:
    """Return the length of a window in milliseconds."""
    kind, _, seconds = window.kind.partition("-")
    return (int(seconds) if kind == "visitor" else DAY) * 1000


def is_over(window: Window, now_ms: int) -> bool:
    """Return whether the keys of a window may be gone, so that nothing can be told by it any more."""
    return now_ms >= window.number * length_ms(window) + window.lifetime * 1000


def seen_hash(article: bytes, visitor: int) -> int:
    """Return the 64-bit hash of a visitor and an article, the latter as `SITE NUL ID NUL`."""
    return int.from_bytes(blake2b(article + visitor.to_bytes(8), digest_size=8).digest())


def signed(hashed: int) -> int:
    """Return the member of a hash: bits 0-31 as a signed integer."""
    member = hashed & 0xFFFFFFFF
    # An unsigned member above 2**31 would make Redis use eight bytes for all of its set.
    return member - (1 << 32) if member >= 1 << 31 else member


def bucket(hashed: int, buckets: int) -> int:
    """Return the bucket of a hash: bits 32-51, among `buckets`, a power of two."""
    return (hashed >> 32) & (buckets - 1)


def buckets_for(members: int) -> int:
    """Return the number of buckets for a window, given the members of the one before: a power of two."""
    wanted = max(FEWEST_BUCKETS, 2 * members // BUCKET_MEMBERS)
    return min(MOST_BUCKETS, 1 << (wanted - 1).bit_length())

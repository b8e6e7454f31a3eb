"""A stream entry: a record batch of 1-500 views, and its one encoding.

Fields of the entry: `v` schema version, `e` entry id, `b` a msgpack array of
views `[site, article, occurred_ms, received_ms, visitor|nil, event|nil,
weight, via|nil]`, and where they apply `w` a dedupe window in seconds and `t`
a traceparent.

An entry id is 12 hexadecimal digits of Unix milliseconds and 16 of chance. It
names its own window of deduplication, so a replay finds the window of the
first sending however late it comes.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import NamedTuple

import msgpack

VERSION = b"1"
MAX_VIEWS = 500
_ID = re.compile(r"[0-9a-f]{28}")
_MILLISECONDS_2100 = 4_102_444_800_000


class View(NamedTuple):
    """One admitted reading. Times are Unix milliseconds; visitor and event are 64-bit hashes."""

    site: str
    article: str
    occurred_ms: int
    received_ms: int
    visitor: int | None = None
    event: int | None = None
    weight: float = 1.0
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, decoded. `dedupe_window` is in seconds, None for the site's own."""

    entry_id: str
    views: Sequence[View]
    dedupe_window: int | None = None
    traceparent: str | None = None

    @property
    def made_ms(self) -> int:
        """When the entry was made, in Unix milliseconds, as its id says."""
        return int(self.entry_id[:12], 16)


class Defect(StrEnum):
    """Why nobody can count an entry."""

    UNDECODABLE = "undecodable"
    UNKNOWN_VERSION = "unknown-version"


class DefectiveEntry(ValueError):
    """An entry nobody can count: a dead letter."""

    def __init__(self, defect: Defect, detail: str) -> None:
        super().__init__(f"{defect}: {detail}")
        self.defect = defect
        self.detail = detail


def new_entry_id(now_ms: int) -> str:
    """Return a new random entry id."""
    return f"{now_ms:012x}{secrets.token_hex(8)}"


def encode(entry: Entry) -> dict[bytes, bytes]:
    """Return the fields of the stream entry. Raises ValueError unless it has 1-500 views."""
    if not 1 <= len(entry.views) <= MAX_VIEWS:
        raise ValueError(f"an entry carries 1-{MAX_VIEWS} views, not {len(entry.views)}")
    fields = {b"v": VERSION, b"e": entry.entry_id.encode(), b"b": msgpack.packb(entry.views)}
    if entry.dedupe_window is not None:
        fields[b"w"] = str(entry.dedupe_window).encode()
    if entry.traceparent is not None:
        fields[b"t"] = entry.traceparent.encode()
    return fields


def decode(fields: Mapping[bytes, bytes]) -> Entry:
    """Return the entry of the stream fields. Raises DefectiveEntry when nobody can count it."""
    version = fields.get(b"v")
    if version != VERSION:
        raise DefectiveEntry(Defect.UNKNOWN_VERSION, repr(version))
    try:
        entry_id = fields[b"e"].decode("ascii")
        if not _ID.fullmatch(entry_id):
            raise ValueError("an entry id has 28 hexadecimal digits")
        rows = msgpack.unpackb(fields[b"b"], strict_map_key=True)
        if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_VIEWS:
            raise ValueError(f"an entry carries 1-{MAX_VIEWS} views")
        views = [_view(row) for row in rows]
        window = int(fields[b"w"]) if b"w" in fields else None
        if window is not None and not 0 <= window <= 86_400:
            raise ValueError("a dedupe window is 0-86400 seconds")
        traceparent = fields[b"t"].decode("ascii") if b"t" in fields else None
    except Exception as error:  # msgpack raises its own families; whatever it is, the entry is at fault
        raise DefectiveEntry(Defect.UNDECODABLE, str(error)[:200]) from None
    return Entry(entry_id, views, window, traceparent)


def _view(row: object) -> View:
    if type(row) is not list:
        raise ValueError("a view is an array")
    site, article, occurred, received, visitor, event, weight, via = row
    if (
        type(site) is not str
        or type(article) is not str
        or type(occurred) is not int
        or type(received) is not int
        or not 0 <= occurred < _MILLISECONDS_2100
        or not 0 <= received < _MILLISECONDS_2100
        or not (visitor is None or (type(visitor) is int and 0 <= visitor < 1 << 64))
        or not (event is None or (type(event) is int and 0 <= event < 1 << 64))
        or not (type(weight) is float and isfinite(weight) and weight > 0)
        or not (via is None or type(via) is str)
        or not site
        or not article
    ):
        raise ValueError("a view's field has a wrong type or range")
    return View(site, article, occurred, received, visitor, event, weight, via)

"""A batch of entries, laid out for the commit script. Pure: it neither reads nor writes Redis.

This is the hottest Python of the counter, some ten dictionary look-ups a
view; what can be looked up once a site, an article or a bucket is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgpack

from services.counter import seen
from services.counter.seen import Window
from services.counter.seen_sets import SeenSets
from shared import hours, keys
from shared.decay import HALF_LIVES, floor_score
from shared.entry import Entry, View

HOUR_LIFETIME = 8 * hours.DAY
DAY_LIFETIME = 400 * hours.DAY

_HOUR_MS = hours.HOUR * 1000
_DAY_MS = hours.DAY * 1000

Delivered = tuple[bytes, Entry]
"""A stream id and its entry."""

_COLUMNS = (
    "cell",
    "moment",
    "weight",
    "member",
    "visitor_set",
    "reader_set",
    "event_member",
    "event_set",
    "before_set",
)


class Layout(NamedTuple):
    """What the script is called with."""

    keys: list[str]
    plan: bytes
    views: int
    windows: list[Window]


class _Numbered(dict[Any, int]):
    """Numbers what it is asked for from 1, in that order."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self) + 1
        return number


class _Article(NamedTuple):
    """What the views of one article in a batch have in common."""

    number: int
    hash_prefix: bytes


class _Batch:
    """One batch while it is laid out."""

    def __init__(
        self, partition: int, now_ms: int, buckets: Mapping[Window, int], window_of: Callable[[str], int]
    ) -> None:
        self.partition = partition
        self.now_ms = now_ms
        self.window_of = window_of
        self.hashes = _Numbered({keys.total(partition): 1})
        self.zsets = _Numbered()
        self.sets = SeenSets(partition, buckets)
        self.sites = _Numbered()
        self.site_rows: list[list[int]] = []
        self.articles: dict[tuple[str, str], _Article] = {}
        self.article_rows: list[tuple[str, int]] = []
        self.cells: dict[tuple[int, int], int] = {}
        self.cell_rows: list[tuple[int, int, int]] = []
        self.hour_zsets: dict[tuple[str, int], tuple[int, int]] = {}
        self.visitor_windows: dict[tuple[int, int, int, bool], tuple[int, int]] = {}
        self.event_windows: dict[int, tuple[int, Window]] = {}
        self.rows: list[tuple[Any, ...]] = []

    def add_entry(self, stream_id: bytes, entry: Entry) -> tuple[bytes, int, int, int, int]:
        first = len(self.rows) + 1
        for view in entry.views:
            self.add_view(view, entry.dedupe_window)
        hashed = int(entry.entry_id[12:], 16)
        window = self.sets.number(seen.entry_window(entry.made_ms))
        seen_set = self.sets.find(window, hashed, seen.signed(hashed))
        return stream_id, seen_set, seen.signed(hashed), first, len(self.rows)

    def add_view(self, view: View, imported_window: int | None) -> None:
        site, name, occurred_ms, received_ms, visitor, event, weight, _ = view
        moment_ms = min(occurred_ms, received_ms, self.now_ms)
        article = self.articles.get((site, name)) or self.add_article(site, name)
        hour = moment_ms // _HOUR_MS
        cell = self.cells.get((article.number, hour)) or self.add_cell(article.number, site, hour)
        member = visitor_set = reader_set = event_member = event_set = before_set = 0
        if visitor is not None:
            length = self.window_of(site) if imported_window is None else imported_window
            in_visitor, in_reader = self.windows_of_visitor(moment_ms, length, imported_window is not None)
            hashed = seen.seen_hash(article.hash_prefix, visitor)
            member = seen.signed(hashed)
            if in_visitor:
                visitor_set = self.sets.find(in_visitor, hashed, member)
            if in_reader:
                reader_set = self.sets.find(in_reader, hashed, member)
        if event is not None:
            in_event, before = self.windows_of_event(moment_ms)
            if in_event:
                event_member = seen.signed(event)
                event_set = self.sets.find(in_event, event, event_member)
                before_set = self.sets.find_asked(before, event, event_member)
        self.rows.append(
            (
                cell,
                moment_ms / 1000,
                weight,
                member,
                visitor_set,
                reader_set,
                event_member,
                event_set,
                before_set,
            )
        )

    def add_article(self, site: str, name: str) -> _Article:
        number = self.sites[site]
        if number > len(self.site_rows):
            p = self.partition
            boards = [self.zsets[keys.board(p, site, half_life)] for half_life in HALF_LIVES]
            self.site_rows.append(
                [self.hashes[keys.count(p, site)], self.hashes[keys.readers(p, site)], *boards]
            )
        self.article_rows.append((name, number))
        article = _Article(len(self.article_rows), f"{site}\0{name}\0".encode())
        self.articles[site, name] = article
        return article

    def add_cell(self, article: int, site: str, hour: int) -> int:
        zsets = self.hour_zsets.get((site, hour))
        if zsets is None:
            moment = hour * hours.HOUR
            hour_key = keys.hour(self.partition, site, hours.hour_stamp(moment))
            day_key = keys.day(self.partition, site, hours.day_stamp(moment))
            zsets = self.hour_zsets[site, hour] = self.zsets[hour_key], self.zsets[day_key]
        self.cell_rows.append((article, *zsets))
        self.cells[article, hour] = len(self.cell_rows)
        return len(self.cell_rows)

    def windows_of_visitor(self, moment_ms: int, length: int, imported: bool) -> tuple[int, int]:
        """Return the numbers of a visitor's window and day, 0 where there is none (any more).

        An import is read in one go, however old its views are: its windows
        live from its own commits, so they are never over.
        """
        at = (length, moment_ms // (length * 1000 or _DAY_MS), moment_ms // _DAY_MS, imported)
        found = self.visitor_windows.get(at)
        if found is None:
            visitor = seen.visitor_window(moment_ms, length) if length else None
            reader = seen.reader_window(moment_ms)
            found = self.visitor_windows[at] = self.alive(visitor, imported), self.alive(reader, imported)
        return found

    def windows_of_event(self, moment_ms: int) -> tuple[int, Window]:
        """Return the number of an event's day, 0 when it is over, and the day before it."""
        found = self.event_windows.get(moment_ms // _DAY_MS)
        if found is None:
            window = seen.event_window(moment_ms)
            found = self.event_windows[window.number] = self.alive(window, False), window.before
        return found

    def alive(self, window: Window | None, imported: bool) -> int:
        if window is None or (seen.is_over(window, self.now_ms) and not imported):
            return 0
        return self.sets.number(window)


def lay_out(
    partition: int,
    entries: Sequence[Delivered],
    *,
    now_ms: int,
    partitions: int,
    buckets: Mapping[Window, int],
    window_of: Callable[[str], int],
) -> Layout:
    """Return keys and arguments of one commit.

    `now_ms` is the time of Redis, `partitions` the highest P ever used,
    `buckets` the number of buckets of each window as far as known, and
    `window_of` tells a site's own dedupe window in seconds. A view happens at
    min(occurred, received, now). Raises UnknownWindow for a window that
    `buckets` does not have.
    """
    batch = _Batch(partition, now_ms, buckets, window_of)
    entry_rows = [batch.add_entry(stream_id, entry) for stream_id, entry in entries]
    sets = batch.sets
    header_of = {w: batch.hashes[key] for w, key in sets.headers()}
    plan = msgpack.packb(
        {
            "hashes": len(batch.hashes),
            "zsets": len(batch.zsets),
            "windows": [(header_of[w], buckets[w], w.lifetime) for w in sets.windows],
            "asked": [(header_of[w], n) for w, n in sets.asked.items()],
            "set_windows": sets.window_of_set,
            "set_members": sets.members,
            "entries": entry_rows,
            "sites": batch.site_rows,
            "articles": batch.article_rows,
            "cells": batch.cell_rows,
            "views": dict(zip(_COLUMNS, zip(*batch.rows, strict=True), strict=True)),
            "half_lives": [(h, floor_score(h, now_ms / 1000, partitions)) for h in HALF_LIVES.values()],
            "lifetimes": (HOUR_LIFETIME, DAY_LIFETIME),
        },
        use_bin_type=False,  # the msgpack of Redis' Lua knows no binary type
    )
    ordered = [keys.views(partition), *batch.hashes, *batch.zsets, *sets.keys]
    return Layout(ordered, plan, len(batch.rows), [*sets.windows, *sets.asked])

"""A batch of entries, taken apart for the commit script. Pure: it neither reads nor writes Redis.

This is the hottest Python of the counter, some ten dictionary look-ups a
view; what can be looked up once a site, an article or a bucket is.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from services.counter import seen
from services.counter.seen import Window
from services.counter.seen_sets import SeenSets
from shared import hours, keys
from shared.decay import HALF_LIVES
from shared.entry import Entry, View

_HOUR_MS = hours.HOUR * 1000
_DAY_MS = hours.DAY * 1000

Delivered = tuple[bytes, Entry]
"""A stream id and its entry."""


class Time(NamedTuple):
    """The time of Redis in Unix milliseconds, as services/counter/timing.py believes it."""

    latest_ms: int
    """No view happened later than this. It never moves back."""
    now_ms: int
    """Windows older than this may be over, and scores below its floor are nothing. Never after the latest."""


class _Numbered(dict[Any, int]):
    """Numbers what it is asked for from 1, in that order."""

    def __missing__(self, key: Any) -> int:
        number = self[key] = len(self) + 1
        return number


class _Site(NamedTuple):
    """Where the counts and scores of a site go, and which articles have some."""

    counts: int
    readers: int
    boards: list[int]
    ids: list[str]
    articles: list[int]


class _Article(NamedTuple):
    """What the views of one article in a batch have in common."""

    number: int
    hash_prefix: bytes


class _Span(NamedTuple):
    """An hour or a day of a site: its sorted set, and the cells that go into it."""

    zset: int
    ids: list[str]
    cells: list[int]


class Batch:
    """One batch, in numbers: what services/counter/layout.py hands to the script."""

    def __init__(
        self, partition: int, time: Time, buckets: Mapping[Window, int], window_of: Callable[[str], int]
    ) -> None:
        """The arguments are as for of()."""
        self.partition = partition
        self.latest_ms, self.now_ms = time
        self.window_of = window_of
        self.hashes = _Numbered({keys.total(partition): 1})
        self.zsets = _Numbered()
        self.sets = SeenSets(partition, buckets)
        self.sites: dict[str, _Site] = {}
        self.articles: dict[tuple[str, str], _Article] = {}
        self.cells: dict[tuple[int, int], int] = {}
        self.cell_articles: list[int] = []
        self.cell_days: list[int] = []
        self.day_cells: dict[tuple[int, int], int] = {}
        self.hours: dict[tuple[str, int], _Span] = {}
        self.days: dict[tuple[str, int], _Span] = {}
        self.visitor_windows: dict[tuple[int, int, int, bool], tuple[int, int]] = {}
        self.event_windows: dict[int, tuple[int, int]] = {}
        self.rows: list[tuple[int, float, int, int, int, int]] = []
        self.weights: dict[int, float] = {}
        self.entries: list[tuple[bytes, int, int, int, bool]] = []

    @classmethod
    def of(
        cls,
        partition: int,
        entries: Sequence[Delivered],
        *,
        time: Time,
        buckets: Mapping[Window, int],
        window_of: Callable[[str], int],
    ) -> "Batch":
        """Return the batch of some entries.

        `time` is that of Redis, `buckets` the number of buckets of each window
        as far as known, and `window_of` tells a site's own dedupe window in
        seconds. A view happens at min(occurred, received, latest). Raises
        UnknownWindow for a window that `buckets` does not have.
        """
        batch = cls(partition, time, buckets, window_of)
        for stream_id, entry in entries:
            batch.add_entry(stream_id, entry)
        return batch

    def add_entry(self, stream_id: bytes, entry: Entry) -> None:
        """Add an entry: its stream id, the ticket of its own id, first and last view, whether an import."""
        first = len(self.rows) + 1
        for view in entry.views:
            self.add_view(view, entry.dedupe_window)
        hashed = int(entry.entry_id[12:], 16)
        window = self.sets.to_write(seen.entry_window(entry.made_ms))
        ticket = self.sets.find(window, hashed, seen.signed(hashed))
        self.entries.append((stream_id, ticket, first, len(self.rows), entry.dedupe_window is not None))

    def add_view(self, view: View, imported_window: int | None) -> None:
        site, name, occurred_ms, received_ms, visitor, event, weight, _ = view
        moment_ms = min(occurred_ms, received_ms, self.latest_ms)
        article = self.articles.get((site, name)) or self.add_article(site, name)
        hour = moment_ms // _HOUR_MS
        cell = self.cells.get((article.number, hour)) or self.add_cell(article.number, site, name, hour)
        # Tickets, of which SeenSets makes slots at the end.
        in_window = in_day = own = before = 0
        find = self.sets.find
        if visitor is not None:
            length = self.window_of(site) if imported_window is None else imported_window
            in_visitor, in_reader = self.windows_of_visitor(moment_ms, length, imported_window is not None)
            hashed = seen.seen_hash(article.hash_prefix, visitor)
            member = seen.signed(hashed)
            if in_visitor:
                in_window = find(in_visitor, hashed, member)
            if in_reader:
                in_day = find(in_reader, hashed, member)
        if event is not None:
            in_event, in_before = self.windows_of_event(moment_ms)
            member = seen.signed(event)
            if in_event:
                own = find(in_event, event, member)
            if in_before:
                before = find(in_before, event, member)
        self.rows.append((cell, moment_ms / 1000, in_window, in_day, own, before))
        if weight != 1:
            self.weights[len(self.rows)] = weight

    def add_article(self, site: str, name: str) -> _Article:
        found = self.sites.get(site)
        if found is None:
            p = self.partition
            found = self.sites[site] = _Site(
                self.hashes[keys.count(p, site)],
                self.hashes[keys.readers(p, site)],
                [self.zsets[keys.board(p, site, half_life)] for half_life in HALF_LIVES],
                [],
                [],
            )
        article = _Article(len(self.articles) + 1, f"{site}\0{name}\0".encode())
        found.ids.append(name)
        found.articles.append(article.number)
        self.articles[site, name] = article
        return article

    def add_cell(self, article: int, site: str, name: str, hour: int) -> int:
        """Number the views of an article in an hour, and find the day they go into as well."""
        moment, p = hour * hours.HOUR, self.partition
        day = moment // hours.DAY
        day_cell = self.day_cells.get((article, day))
        if day_cell is None:
            day_cell = self.day_cells[article, day] = len(self.day_cells) + 1
            if (site, day) not in self.days:
                key = keys.day(p, site, hours.day_stamp(moment))
                self.days[site, day] = _Span(self.zsets[key], [], [])
            self.days[site, day].ids.append(name)
            self.days[site, day].cells.append(day_cell)
        cell = self.cells[article, hour] = len(self.cells) + 1
        if (site, hour) not in self.hours:
            key = keys.hour(p, site, hours.hour_stamp(moment))
            self.hours[site, hour] = _Span(self.zsets[key], [], [])
        self.hours[site, hour].ids.append(name)
        self.hours[site, hour].cells.append(cell)
        self.cell_articles.append(article)
        self.cell_days.append(day_cell)
        return cell

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

    def windows_of_event(self, moment_ms: int) -> tuple[int, int]:
        """Return the numbers of an event's day and the day before it, 0 for none or when it is over."""
        found = self.event_windows.get(moment_ms // _DAY_MS)
        if found is None:
            window = seen.event_window(moment_ms)
            in_event = self.alive(window, False)
            in_before = self.sets.to_ask(window.before) if in_event else 0
            found = self.event_windows[window.number] = in_event, in_before
        return found

    def alive(self, window: Window | None, imported: bool) -> int:
        if window is None or (seen.is_over(window, self.now_ms) and not imported):
            return 0
        return self.sets.to_write(window)

    def ids(self) -> dict[str, list[str]]:
        """Return the articles of each site, each once."""
        return {site: found.ids for site, found in self.sites.items()}

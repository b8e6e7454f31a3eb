"""One frame of `groundswell top`: what it reads, and how it looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.cli import stream_state, top_streams
from services.cli.stream_state import StreamState
from services.collector.spool.depth import EMPTY, Depth
from shared import keys, listing
from shared.article import Article
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.ledger import SETTLED, TAKEN

_FAST = "15m"


@dataclass(frozen=True, slots=True)
class Row:
    """One article of the list."""

    id: str
    views: int
    per_minute: float
    """As its board of the shortest half-life tells: a mean over about the last twenty minutes."""
    before: int | None
    """Its rank an hour ago, None when it was not on the list."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What there was to see at one moment, in Unix seconds by the clock of Redis."""

    at: float
    ranked_at: float | None
    """When the list last changed, None when there is none."""
    rows: Sequence[Row]
    has_past: bool
    """Whether it is known what the list was an hour ago."""
    accepted: int
    counted: int
    behind: int
    """Views accepted that the counter has not dealt with."""
    streams: Sequence[StreamState]
    """How far each partition is from being counted."""
    spooled: Depth
    """What waits in the spools of this machine."""


async def read(redis: Client, site: str, partitions: int, depth: int, spooled: Depth = EMPTY) -> Frame:
    """Return the present frame with the first `depth` of the list. Raises what redis-py raises."""
    seconds, microseconds = await redis.time()
    now = seconds + microseconds / 1e6
    value = await redis.get(keys.listing(site, listing.TRENDING))
    trending = listing.decode(value) if value is not None else None
    entries = trending.entries[:depth] if trending else ()
    rates = await _rates(redis, site, partitions, [entry.id for entry in entries], now)
    ranks = {article: rank for rank, article in enumerate(trending.past if trending else (), start=1)}
    accepted = counted = gone = 0
    for p in range(partitions):
        totals = await redis.hmget(keys.total(p), *TAKEN, *SETTLED)
        taken, resent, *rest = (int(n or 0) for n in totals)
        accepted, counted, gone = accepted + taken, counted + rest[0], gone + sum(rest) - resent
    return Frame(
        at=now,
        ranked_at=trending.changed_at if trending else None,
        has_past=bool(ranks),
        rows=[Row(e.id, e.views, rates[e.id], ranks.get(e.id)) for e in entries],
        accepted=accepted,
        counted=counted,
        behind=accepted - gone,
        streams=[await stream_state.read(redis, p) for p in range(partitions)],
        spooled=spooled,
    )


async def _rates(
    redis: Client, site: str, partitions: int, articles: Sequence[str], now: float
) -> dict[str, float]:
    """Return views a minute: a steady stream of r a second weighs r * H / ln 2 on a board of half-life H."""
    half_life = HALF_LIVES[_FAST]
    rates = dict.fromkeys(articles, 0.0)
    for p in range(partitions) if articles else ():
        scores = await redis.zmscore(keys.board(p, site, _FAST), articles)
        for article, score in zip(articles, scores, strict=True):
            if score is not None:
                rates[article] += Decay(half_life).weight(score, now) * log(2) / half_life * 60
    return rates


def show(frame: Frame, earlier: Frame | None, site: str, articles: Mapping[str, Article]) -> RenderableType:
    """Return the frame to print; rates of the pipeline are those since an `earlier` frame."""
    table = Table(title=f"{site}: trending", title_justify="left", box=box.SIMPLE_HEAD, expand=True)
    table.add_column("", justify="right")
    table.add_column("", justify="right")
    table.add_column("article", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("views", justify="right")
    table.add_column("a minute", justify="right")
    for rank, row in enumerate(frame.rows, start=1):
        title = articles[row.id].title if row.id in articles else row.id
        table.add_row(
            str(rank),
            _movement(rank, row.before) if frame.has_past else "",
            Text(title),
            f"{row.views:,}",
            f"{row.per_minute:,.1f}",
        )
    if not frame.rows:
        table.add_row("", "", Text("nothing is read just now", style="dim"), "", "")
    return Group(table, _pipeline(frame, earlier), top_streams.show(frame.streams, frame.spooled, frame.at))


def _movement(rank: int, before: int | None) -> Text:
    if before is None:
        return Text("new", style="cyan")
    if before == rank:
        return Text("=", style="dim")
    if before > rank:
        return Text(f"▲{before - rank}", style="green")
    return Text(f"▼{rank - before}", style="red")


def _pipeline(frame: Frame, earlier: Frame | None) -> Text:
    said = [f"{frame.accepted:,} accepted", f"{frame.counted:,} counted", f"{frame.behind:,} behind"]
    if earlier is not None and frame.at > earlier.at:
        seconds = frame.at - earlier.at
        said[0] += f" ({(frame.accepted - earlier.accepted) / seconds:,.1f}/s)"
        said[1] += f" ({(frame.counted - earlier.counted) / seconds:,.1f}/s)"
    if frame.ranked_at is None:
        said.append("no list yet: is the ranker running?")
    return Text("  ".join(said), style="dim")

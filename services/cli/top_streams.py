"""How `groundswell top` shows the streams: one line at rest, else a row where something waits."""

from collections.abc import Sequence

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.cli.stream_state import StreamState
from services.collector.spool.depth import Depth

MOST = 6
"""Partitions shown: those whose oldest entry has waited longest."""

CALM = 2.0
"""Seconds an entry may wait without being worth a row."""

_AROUND = 3
"""Lines of the table beside its rows, but for the one that stands there at rest."""


def show(streams: Sequence[StreamState], spooled: Depth, now: float) -> RenderableType:
    """Return what waits on the streams and in the spools of this machine; `now` is in Unix seconds."""
    restless = _restless(streams, now)
    if not restless and not spooled.entries:
        return Text("nothing waits on the streams", style="dim")
    table = Table("stream", "undelivered", "pending", "oldest", "dead", box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for state in restless[:MOST]:
        table.add_row(
            f"{{{state.p}}}" if state.group else f"{{{state.p}}}, which has no group",
            f"{state.undelivered:,}",
            f"{state.pending:,}",
            _age(state.since, now),
            f"{state.letters:,}",
        )
    if len(restless) > MOST:
        table.add_row(f"{len(restless) - MOST} more", "", "", "", "")
    if spooled.entries:
        table.add_row("spooled here", f"{spooled.entries:,}", "", _age(spooled.since, now), "")
    return table


def lines(streams: Sequence[StreamState], spooled: Depth, now: float) -> int:
    """Return how many lines that takes more than at rest."""
    rows = min(len(_restless(streams, now)), MOST + 1) + bool(spooled.entries)
    return rows + _AROUND if rows else 0


def _restless(streams: Sequence[StreamState], now: float) -> list[StreamState]:
    """Return the streams that are worth a row, the one that waits longest first."""
    found = [
        state
        for state in streams
        if not state.group or state.letters or (state.since is not None and now - state.since > CALM)
    ]
    return sorted(found, key=lambda state: (state.since or now, -state.letters))


def _age(since: float | None, now: float) -> str:
    return "" if since is None else f"{max(0.0, now - since):,.0f} s"

"""What an evaluation found, as tables for the terminal."""

from collections.abc import Iterable, Mapping

from rich import box
from rich.table import Table

from services.cli.evaluate.measures import Measured
from services.cli.evaluate.promises import Promise

_CAPTION = (
    "found: breaking stories that were on the list within two hours, and after how long on average. "
    "new/hour: of the ten, how many were not on it an hour before. old: published more than a day before. "
    "rising is short, and no list of what is read most: it says what is ahead of its own past."
)


def rankings(title: str, measured: Mapping[str, Measured], ours: frozenset[str]) -> Table:
    """Return a row for each ranking, the one that captured most first."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.caption, table.caption_justify = _CAPTION, "left"
    table.add_column("ranking", no_wrap=True)
    for name in ("capture@10", "precision@10", "found", "after", "new/hour", "old"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, one in sorted(measured.items(), key=lambda row: row[1].capture, reverse=True):
        table.add_row(
            name,
            f"{one.capture:.3f}",
            f"{one.precision:.3f}",
            "-" if one.found is None else f"{one.found:.0%}",
            "-" if one.delay is None else f"{one.delay:.0f} min",
            f"{one.churn:.1f}",
            f"{one.old:.0%}",
            style="bold" if name in ours else None,
        )
    return table


def promised(title: str, promises: Iterable[Promise]) -> Table:
    """Return a row for each promise."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("rising", "seen", "wanted", ""):
        table.add_column(name, no_wrap=True)
    for one in promises:
        kept = "[green]kept[/]" if one.kept else "[red]broken[/]"
        table.add_row(one.name, one.seen, one.wanted, kept)
    return table

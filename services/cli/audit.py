"""`groundswell audit`: whether every view accepted is somewhere, and nowhere twice."""

import asyncio
import json as encoding
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from services.cli import options, reach, running
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.trouble import Trouble
from services.collector.spool.file import Row
from services.collector.spool.reading import not_written, rows_in
from services.collector.spool.spool import DIRECTORY
from shared import ledger
from shared.connection import Client
from shared.ledger import Ledger
from shared.partition import read_plan

_WAYS = {
    "accepted": "accepted",
    "counted": "= counted",
    "duplicates": "+ duplicates",
    "refused": "+ refused at commit",
    "repeated": "+ in repeated entries",
    "resent": "- sent again",
    "pending_views": "+ pending",
    "undelivered_views": "+ undelivered",
    "spooled_views": "+ spooled",
    "dead": "+ in dead letters",
    "purged": "+ purged dead letters",
    "dead_trimmed": "+ dead letters trimmed, lost",
}
_COUNTS = {
    "counts_sum": "counts of all articles",
    "counted": "= counted",
    "starting": "+ starting totals",
    "corrected": "- taken out by corrections",
}
_MOST_COLUMNS = 6


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Check the books on live data; exit 1 when they do not balance."""
    settings = options.settings(ctx)
    books = asyncio.run(_read(running.find(settings), settings.data_dir / DIRECTORY))
    balanced = all(book.balanced for book in books)
    if json:
        partitions = [
            {
                **asdict(b),
                "difference": b.difference,
                "counts_difference": b.counts_difference,
                "unrecognised": b.unrecognised,
            }
            for b in books
        ]
        typer.echo(encoding.dumps({"balanced": balanced, "partitions": partitions}))
    else:
        _show(books, Console())
    if not balanced:
        raise typer.Exit(1)


async def _read(found: Running, spool: Path) -> list[Ledger]:
    async with reach.redis_of(found, "audit") as redis:
        return await read(redis, spool)


async def read(redis: Client, spool: Path | None = None) -> list[Ledger]:
    """Return the ledgers of every partition ever used, with what waits in the spools of a directory.

    Raises Trouble when a spool file cannot be read, and what redis-py raises.
    """
    plan = await read_plan(redis)
    # Before the ledgers: what is brought back meanwhile is then in both, and on both sides.
    spooled = await not_written(redis, _rows(spool) if spool else [])
    books = [await ledger.read(redis, p) for p in range(plan.ever if plan else 1)]
    return [
        replace(book, accepted=book.accepted + spooled[book.p], spooled_views=spooled[book.p])
        for book in books
    ]


def _rows(spool: Path) -> list[Row]:
    try:
        return rows_in(spool)
    except (OSError, sqlite3.Error) as error:
        raise Trouble(f"data_dir: the spool in {spool} cannot be read: {error}") from None


def _show(books: list[Ledger], console: Console) -> None:
    for rows, end in ((_WAYS, "difference"), (_COUNTS, "counts_difference")):
        console.print(_table(books, rows, end))
    for book in books:
        if not book.steady:
            console.print(f"Partition {book.p} moved too fast to be read at one moment; run this again.")
        if book.unrecognised:
            console.print(
                f"Partition {book.p} counted {book.unrecognised:,} views again that were sent again."
            )
    if all(book.balanced for book in books):
        console.print("Balanced: every view is somewhere, and nowhere twice.")
    else:
        console.print("NOT balanced. A difference above zero is nowhere, one below zero somewhere twice.")


def _table(books: list[Ledger], rows: Mapping[str, str], end: str) -> Table:
    """Return an equation from top to bottom, for all partitions and for those worth showing."""
    several = books if len(books) > 1 else []
    shown = several if len(several) <= _MOST_COLUMNS else [book for book in several if not book.balanced]
    table = Table("", "all", *(f"{{{book.p}}}" for book in shown), box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    for field, words in {**rows, end: "difference"}.items():
        if field == end:
            table.add_section()
        numbers = [sum(getattr(book, field) for book in books), *(getattr(book, field) for book in shown)]
        table.add_row(words, *(f"{number:,}" for number in numbers))
    return table

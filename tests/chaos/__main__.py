"""python -m tests.chaos [--part NAME] [--size full|tenth] [--controls]."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from tests.chaos.faults import FAULTS
from tests.chaos.verdict import Row


async def break_it(names: Sequence[str], size: str, directory: Path, *, controls: bool) -> list[Row]:
    """Return the rows of the faults, one fault after the other."""
    rows = []
    for name in names:
        fault = FAULTS[name]
        print(f"{name} ...", file=sys.stderr, flush=True)
        began = time.monotonic()
        if controls:
            rows.append(await fault.control(directory / name))
        else:
            rows += await fault.run(directory / name, *(fault.FULL if size == "full" else fault.TENTH))
        print(f"{name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def table(rows: Sequence[Row]) -> Table:
    """Return the table for people."""
    shown = Table("fault", "times", "events", "difference", "books off by", "", box=box.SIMPLE_HEAD)
    for column in shown.columns[1:5]:
        column.justify = "right"
    for row in rows:
        numbers = (row.times, row.events, row.difference, row.books)
        told = "; ".join((*row.late, row.note)) if row.late else row.note
        shown.add_row(row.fault, *(f"{number:,}" for number in numbers), told)
    return shown


def main() -> int:
    """Break it and tell; the status is 0 when nothing was lost, counted twice or late.

    With --controls everything is done wrong on purpose, and the status is 0
    when each row shows it.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break it on purpose.")
    parser.add_argument(
        "--part", choices=sorted(FAULTS), action="append", help="one fault; several times: some"
    )
    parser.add_argument("--size", choices=("full", "tenth"), default="full")
    parser.add_argument("--controls", action="store_true", help="run what the oracle has to catch instead")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="groundswell-chaos-") as directory:
        names = given.part or list(FAULTS)
        rows = asyncio.run(break_it(names, given.size, Path(directory), controls=given.controls))
    Console(width=160).print(table(rows))
    return 0 if all(row.holds is not given.controls for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

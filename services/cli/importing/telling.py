"""What the commands print: a table for people, one JSON object for programs."""

import json
from collections.abc import Mapping, Sequence

import typer
from rich import box
from rich.console import Console
from rich.table import Table


def show(document: Mapping[str, object], rows: Sequence[tuple[str, int, str]], *, as_json: bool) -> None:
    """Print a summary to stdout: the document, or rows of a name, a number and a word of explanation."""
    if as_json:
        typer.echo(json.dumps(document))
        return
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    for name, number, explanation in rows:
        table.add_row(name, f"{number:,}", explanation)
    Console().print(table)

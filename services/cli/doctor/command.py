"""The command `groundswell doctor`."""

import asyncio
import json as encoding
from typing import Annotated

import typer
from rich.console import Console

from services.cli import options
from services.cli.doctor import shown
from services.cli.doctor.examine import examine
from services.cli.options import Config, DataDir, RedisUrl, Sites


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines.")] = False,
    prometheus: Annotated[
        str | None, typer.Option(metavar="URL", help="Prometheus whose rules and alerts to look at.")
    ] = None,
    site: Sites = None,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Look for whatever is wrong, and say what to do; exit 1 when something is.

    Of a running `groundswell serve` the settings are known. Where services
    run one by one, give it the settings that they have.
    """
    findings = asyncio.run(examine(options.settings(ctx), prometheus))
    console = Console()
    if json:
        typer.echo(encoding.dumps(shown.document(findings)))
    elif console.is_terminal:
        console.print(shown.table(findings))
        console.print(shown.verdict(findings), highlight=False)
    else:
        typer.echo(shown.lines(findings))
        typer.echo(shown.verdict(findings))
    if not shown.is_well(findings):
        raise typer.Exit(1)

"""`groundswell import`: its commands."""

import asyncio
import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from services.cli import options, reach, running
from services.cli.importing import access_log_job, counts_file, starting, telling
from services.cli.importing import articles as articles_job
from services.cli.importing.access_log_job import AccessLogOptions
from services.cli.importing.log_file import LogFile
from services.cli.importing.no_log import demand_log
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.trouble import Trouble
from shared.catalogue import Catalogue
from shared.settings import Settings

File = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]
Site = Annotated[str, typer.Option("--site", metavar="SITE", help="The site the articles are of.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Take in what there was before.", no_args_is_help=True)
    group.command("access-log")(access_log)
    group.command("counts")(counts)
    group.command("articles")(articles)
    app.add_typer(group, name="import")


def access_log(
    ctx: typer.Context,
    file: File,
    *,
    site: Site,
    match: Annotated[
        str | None, typer.Option("--match", metavar="REGEX", help="Take paths in which this is found.")
    ] = None,
    dedupe_window: Annotated[
        str | None,
        typer.Option(
            "--dedupe-window",
            metavar="TIME",
            help="A visitor counts once an article within it; 0: every view.",
        ),
    ] = None,
    bots: Annotated[
        Literal["drop", "keep"], typer.Option("--bots", help="Whether readings by bots count.")
    ] = "drop",
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait until all is counted.")] = False,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Import the page views of an Apache access log, plain or gzipped.

    A page view is a GET answered 200 or 304 whose path matches and does not
    end in the extension of a static asset. Running it again counts nothing
    twice; a log that has grown since is taken up where it ended.
    """
    settings = options.settings(ctx)
    found = running.find(settings)
    how = AccessLogOptions(
        site=reach.site_of(found, site),
        match=_pattern(match),
        drop_bots=bots == "drop",
        dedupe_window=settings.window_of(site) if dedupe_window is None else settings.dedupe_window,
        query_keys=_query_keys(settings, site),
        wait=not no_wait,
    )
    log = LogFile(file)
    try:
        demand_log(log)
        summary = asyncio.run(access_log_job.run(found, settings, log, how))
    finally:
        log.close()
    telling.show(summary.document(), summary.rows(), as_json=json)
    if summary.first_broken is not None:
        typer.echo(str(summary.first_broken), err=True)
    if summary.damage is not None:
        typer.echo(f"the archive is damaged ({summary.damage}); what came before was imported", err=True)
        raise typer.Exit(1)


def counts(
    ctx: typer.Context,
    file: File,
    *,
    site: Site,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put in starting totals: what articles had been read before they were counted here.

    FILE is CSV with the columns article,views, or JSON Lines of
    {"article", "views"}, or the table popularpostsdata of WordPress Popular
    Posts as CSV or TSV with its header. A wrong line refuses the whole file. Running it again
    changes nothing; with a corrected file it corrects.
    """
    settings = options.settings(ctx)
    found = running.find(settings)
    reach.site_of(found, site)
    totals = counts_file.read(file, _query_keys(settings, site))
    if totals.faults:
        for fault in totals.faults[:20]:
            typer.echo(fault, err=True)
        raise Trouble(f"FILE: {len(totals.faults)} of {totals.lines} lines are wrong, so nothing was put in")

    async def put() -> starting.Change:
        async with reach.redis_of(found, "import") as redis:
            catalogue = Catalogue(redis, [site], with_articles=False)
            await catalogue.load()
            return await starting.put(redis, site, totals.views, catalogue[site].resolve)

    change = asyncio.run(put())
    document = {"lines": totals.lines, "articles": len(totals.views), **change._asdict()}
    rows = [
        ("lines", totals.lines, ""),
        ("articles", len(totals.views), ""),
        ("changed", change.changed, "articles whose starting total was another one before"),
        ("views", change.views, "that all counts together went up by"),
    ]
    telling.show(document, rows, as_json=json)


def articles(
    ctx: typer.Context,
    file: File,
    *,
    site: Site,
    json: Json = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Put articles into the catalogue.

    FILE is JSON Lines, plain or gzipped: an article a line, as PUT /v1/article
    takes it, without its site. Good lines are stored, bad ones listed by their
    number. Running it again changes nothing.
    """
    settings = options.settings(ctx)
    found = running.find(settings)
    reach.site_of(found, site)
    log = LogFile(file)
    try:
        summary = asyncio.run(articles_job.run(found, log, site, _query_keys(settings, site)))
    finally:
        log.close()
    telling.show(summary.document(), summary.rows(), as_json=json)
    for error in summary.errors:
        typer.echo(f"line {error.line}: {error.reason}: {error.detail}", err=True)
    if summary.wrong > len(summary.errors):
        typer.echo(f"and {summary.wrong - len(summary.errors):,} more lines are wrong", err=True)
    if summary.damage is not None:
        typer.echo(f"the archive is damaged ({summary.damage}); what came before was imported", err=True)
    if summary.wrong or summary.damage is not None:
        raise typer.Exit(1)


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise Trouble(f"match: {text!r} is no regular expression: {error}") from None


def _query_keys(settings: Settings, site: str) -> tuple[str, ...]:
    return settings.sites[site].query_keys if site in settings.sites else ()

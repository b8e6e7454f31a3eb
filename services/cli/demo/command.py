"""`groundswell demo`: serve, seeds and simulated readers."""

import asyncio
import json
from random import Random

import typer

from services.cli import key_file, logs, options, seed, seed_files, serve
from services.cli.demo.interest import Interest
from services.cli.demo.readers import Readers, read
from services.cli.options import DataDir, Host, LogFormat, LogLevel, Partitions, Port
from services.cli.running import Running
from shared.settings import Settings, SiteSettings

SITE = "demo.example"
DATA_DIR = "var/demo"
QUIET = 3.0
"""Seconds in which no reader comes yet, for whoever looks at the seeds."""

_ITS_OWN = {
    "site": (SITE,),
    "sites": {SITE: SiteSettings(time_zone="America/New_York")},
    "redis_url": None,
    "board": "public",
    "demo_pages": True,
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    ctx: typer.Context,
    *,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    partitions: Partitions = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
) -> None:
    """Show everything alive, with simulated readers.

    Nine articles, a day of views, and readers who keep coming, on a site, a
    Valkey and a data directory of their own.
    """
    # Whatever is configured here, a play must not end up in somebody's real counts.
    settings = options.settings(ctx, data_dir=data_dir or DATA_DIR).model_copy(update=_ITS_OWN)
    asyncio.run(serve.run(settings, lambda running: _perform(settings, running)))


async def _perform(settings: Settings, running: Running) -> None:
    """Seed, say what to open, and let the readers in, until cancelled."""
    await seed.put(running, settings, SITE)
    assert running.url is not None  # noqa: S101 - it was started here
    typer.echo(json.dumps(running.document()))
    logs.tell(
        "The demo runs. Open\n"
        f"  {running.url}/demo/  a front page whose counts move, as readers come\n"
        f"  {running.url}/board  the newsroom's board\n"
        f"  {running.url}/docs   the HTTP interface\n"
        f"or look on in another terminal: groundswell top --data-dir {settings.data_dir}\n"
        f"The desk, to pin, ban, boost and sponsor, is {running.desk}. "
        f"Keys are in {settings.data_dir / key_file.FILE}. Ctrl-C ends it all."
    )
    await asyncio.sleep(QUIET)
    # The least read of the list break first, so that one sees them climb.
    interest = Interest(seed_files.expected()["trending"], Random())  # noqa: S311 - a play, not a secret
    await read(running.url, SITE, Readers(interest, Random()))  # noqa: S311

"""`groundswell top`: what is trending now, in the terminal."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from services.cli import options, reach, running, top_frame
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.top_frame import Frame
from shared.catalogue import Catalogue
from shared.connection import Client
from shared.partition import read_plan
from shared.tasks import end

REFRESH = 1.0
_MEMORY = 6
"""Frames between which the rates of the pipeline are taken."""
_OTHER_LINES = 6


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("top")(top)


def top(
    ctx: typer.Context,
    *,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Which; else the first site served.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Print one frame and end.")] = False,
    redis_url: RedisUrl = None,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Watch what is trending.

    Where stdout is no terminal, one frame is printed.
    """
    found = running.find(options.settings(ctx))
    console = Console()
    watching = _watch(found, reach.site_of(found, site), console, once or not console.is_terminal)
    with suppress(KeyboardInterrupt):
        asyncio.run(watching)


async def _watch(found: Running, site: str, console: Console, once: bool) -> None:
    async with reach.redis_of(found, "top") as redis:
        plan = await read_plan(redis)
        partitions = plan.ever if plan else 1
        catalogue = Catalogue(redis, [site])
        await catalogue.load()
        if once:
            frame = await top_frame.read(redis, site, partitions, 10)
            console.print(top_frame.show(frame, None, site, catalogue[site].articles))
            return
        following = asyncio.create_task(catalogue.follow())
        try:
            await _live(redis, site, partitions, catalogue, console)
        finally:
            await end([following])


async def _live(redis: Client, site: str, partitions: int, catalogue: Catalogue, console: Console) -> None:
    frames: deque[Frame] = deque(maxlen=_MEMORY)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            depth = max(1, console.height - _OTHER_LINES)
            frames.append(await top_frame.read(redis, site, partitions, depth))
            shown = top_frame.show(frames[-1], frames[0], site, catalogue[site].articles)
            live.update(shown, refresh=True)
            await asyncio.sleep(REFRESH)

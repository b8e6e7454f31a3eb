"""`groundswell top`: what is trending now, in the terminal."""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from services.cli import options, reach, running, top_frame, top_streams
from services.cli.options import Config, DataDir, RedisUrl
from services.cli.running import Running
from services.cli.top_frame import Frame
from services.collector.spool.depth import EMPTY, Depth, depth_of
from services.collector.spool.spool import DIRECTORY
from shared.catalogue import Catalogue
from shared.partition import read_plan
from shared.tasks import end

REFRESH = 1.0
_MEMORY = 6
"""Frames between which the rates of the pipeline are taken."""
_OTHER_LINES = 7


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
    settings = options.settings(ctx)
    found = running.find(settings)
    console = Console()
    spool = settings.data_dir / DIRECTORY
    watching = _watch(found, reach.site_of(found, site), spool, console, once or not console.is_terminal)
    with suppress(KeyboardInterrupt):
        asyncio.run(watching)


async def _watch(found: Running, site: str, spool: Path, console: Console, once: bool) -> None:
    async with reach.redis_of(found, "top") as redis:
        plan = await read_plan(redis)
        partitions = plan.ever if plan else 1
        catalogue = Catalogue(redis, [site])
        await catalogue.load()

        async def read(depth: int) -> Frame:
            return await top_frame.read(redis, site, partitions, depth, _spooled(spool))

        if once:
            frame = await read(10)
            console.print(top_frame.show(frame, None, site, catalogue[site].articles))
            return
        following = asyncio.create_task(catalogue.follow())
        try:
            await _live(read, site, catalogue, console)
        finally:
            await end([following])


async def _live(
    read: Callable[[int], Awaitable[Frame]], site: str, catalogue: Catalogue, console: Console
) -> None:
    frames: deque[Frame] = deque(maxlen=_MEMORY)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            other = _OTHER_LINES + (_lines_of_streams(frames[-1]) if frames else 0)
            frames.append(await read(max(1, console.height - other)))
            shown = top_frame.show(frames[-1], frames[0], site, catalogue[site].articles)
            live.update(shown, refresh=True)
            await asyncio.sleep(REFRESH)


def _lines_of_streams(frame: Frame) -> int:
    return top_streams.lines(frame.streams, frame.spooled, frame.at)


def _spooled(spool: Path) -> Depth:
    """Return what waits in the spools of this machine; what cannot be read is shown as nothing."""
    with suppress(OSError, sqlite3.Error):
        return depth_of(spool)
    return EMPTY

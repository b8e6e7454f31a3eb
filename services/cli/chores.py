"""What has to be done every day where services run one by one; `groundswell serve` does it itself."""

import asyncio
import time

import typer
from prometheus_client import CollectorRegistry

from services.cli import options, rewrite, single
from services.cli.backup.daily import Daily
from services.cli.options import (
    Config,
    DataDir,
    LogFormat,
    LogLevel,
    ManagementHost,
    ManagementPort,
    RedisUrl,
)
from services.cli.trouble import Trouble
from shared.http import ASGIApp
from shared.repeat import every
from shared.settings import Settings
from shared.tasks import end

_LOOK = 300.0
"""Seconds between two looks whether the append-only file is due."""

_DAY = 86_400.0


class Chores:
    """The backup of the day, and the append-only file written anew."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = settings.redis
        self._rewritten = float("-inf")
        self._tasks: list[asyncio.Task[None]] = []
        self.app: ASGIApp | None = None

    async def start(self) -> None:
        """Begin with whatever is due."""
        chores = [Daily(self._settings).run]
        if self._settings.redis_rewrite_daily:
            chores.append(self._rewrite)
        self._tasks = [asyncio.create_task(chore(), name=chore.__qualname__) for chore in chores]

    async def stop(self) -> None:
        """Stop at once; a backup that is not whole leaves no file."""
        await end(self._tasks)

    async def unready(self) -> list[str]:
        """Return which chore will not be done any more: of one that fails today, log and gs:backup tell."""
        ended = [task for task in self._tasks if task.done() and not task.cancelled()]
        return [f"{task.get_name()}: {task.exception()!r}" for task in ended if task.exception()]

    async def _rewrite(self) -> None:
        await every(_LOOK, "the append-only file is not rewritten", self._look)

    async def _look(self) -> None:
        # Another machine's Redis does not tell when it did so last: once after each start is no harm.
        if time.monotonic() - self._rewritten >= _DAY:
            await rewrite.ask(self._url)
            self._rewritten = time.monotonic()


def build(settings: Settings, registry: CollectorRegistry) -> Chores:
    """Return the chores, which begin when they are started; they have no metrics of their own."""
    return Chores(settings)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("chores")(chores)


def chores(
    ctx: typer.Context,
    *,
    management_host: ManagementHost = None,
    management_port: ManagementPort = None,
    data_dir: DataDir = None,
    redis_url: RedisUrl = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    config: Config = None,
) -> None:
    """Run one service: it makes a backup a day, and has Redis write its append-only file anew.

    `groundswell serve` does so itself; this is for services that run one by one.
    """
    settings = options.settings(ctx)
    if settings.redis_url is None:
        raise Trouble("redis_url: give --redis-url, the Redis to look after")
    single.run("chores", settings)

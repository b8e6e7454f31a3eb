"""`groundswell serve`: everything on this machine."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlsplit

import typer

from services.cli import key_file, logs, options
from services.cli.backup.daily import Daily
from services.cli.embedded import Embedded, reserve_port
from services.cli.lock import Lock
from services.cli.options import (
    Board,
    Config,
    DataDir,
    DedupeWindow,
    DeskPort,
    DeskUrl,
    Feeds,
    Host,
    LogFormat,
    LogLevel,
    Origins,
    Partitions,
    Port,
    PublicUrl,
    RedisUrl,
    Sites,
    TrustedProxies,
    WordPresses,
)
from services.cli.rewrite import Rewriting
from services.cli.running import Running
from services.cli.sockets import address, listen
from services.cli.supervisor import SERVICES, Supervisor, WhenReady
from shared.settings import Settings

LOOPBACK = "127.0.0.1"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    ctx: typer.Context,
    *,
    site: Sites = None,
    origin: Origins = None,
    feed: Feeds = None,
    wordpress: WordPresses = None,
    public_url: PublicUrl = None,
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    redis_url: RedisUrl = None,
    partitions: Partitions = None,
    dedupe_window: DedupeWindow = None,
    trusted_proxies: TrustedProxies = None,
    desk_port: DeskPort = None,
    desk_url: DeskUrl = None,
    board: Board = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    config: Config = None,
) -> None:
    """Run everything on this machine.

    It brings a Valkey of its own, unless --redis-url names another Redis.
    """
    settings = options.with_sites(options.settings(ctx))
    asyncio.run(run(settings, partial(tell, settings)))


async def run(settings: Settings, when_ready: WhenReady) -> None:
    """Run everything until told to stop; `when_ready` is awaited once all of it is ready.

    Raises Trouble when a port, the data directory or Valkey cannot be had.
    """
    settings = settings.model_copy(update={"data_dir": settings.data_dir.absolute()})
    lock = Lock(settings.data_dir)
    await lock.take()
    with ExitStack() as stack:
        sockets = {
            name: {"management": stack.enter_context(listen(settings.management_host, 0, "management-port"))}
            for name in SERVICES
        }
        sockets["web"]["http"] = stack.enter_context(listen(settings.host, settings.port, "port"))
        # The desk is never public, whatever --host says.
        sockets["desk"]["http"] = stack.enter_context(listen(LOOPBACK, settings.desk_port, "desk-port"))
        urls = {name: address(sockets[name]["http"]) for name in ("web", "desk")}
        resolved, valkey = _resolve(settings, urls, stack)
        chores = [Daily(resolved).run]
        if valkey and resolved.redis_rewrite_daily:
            chores.append(Rewriting(valkey).run)
        supervisor = Supervisor(resolved, lock, valkey, sockets, when_ready, chores=chores)
        # Until here whatever is wrong is told to the person who typed the command, in one plain line.
        logs.begin("serve", settings)
        await supervisor.run()


def _resolve(
    settings: Settings, urls: Mapping[str, str], stack: ExitStack
) -> tuple[Settings, Embedded | None]:
    """Return the settings with everything filled in that was left to us, and the Valkey to start.

    `urls` are the addresses on this machine of `web` and `desk`.
    """
    given = {name: getattr(settings, name) for name in ("batch_key", "desk_key", "newsroom_key")}
    needed = [name for name, value in given.items() if value is None]
    valkey = None
    if settings.redis_url is None:
        needed.append("redis_password")
    kept = key_file.ensure(settings.data_dir, needed)
    if settings.redis_url is None:
        valkey = Embedded(
            directory=settings.data_dir / "valkey",
            port=reserve_port(stack),
            password=kept["redis_password"],
            maxmemory=settings.redis_maxmemory,
        )
    update = {
        **{name: value or kept[name] for name, value in given.items()},
        "redis_url": valkey.url if valkey else settings.redis_url,
        "public_url": settings.public_url or urls["web"],
        # Who reads the board from elsewhere would be led to a machine of their own.
        "desk_url": settings.desk_url or (None if settings.public_url else urls["desk"]),
        "port": urlsplit(urls["web"]).port,
    }
    return settings.model_copy(update=update), valkey


async def tell(settings: Settings, running: Running) -> None:
    """Print the one line that programs wait for on stdout, and what people open on stderr."""
    typer.echo(json.dumps(running.document()))
    logs.tell(
        "Groundswell runs. Open\n"
        f"  {running.url}/demo/  the catalogue as a small news site\n"
        f"  {running.url}/board  the newsroom's board, with the snippet for your pages\n"
        f"  {running.url}/docs   the HTTP interface\n"
        f"The desk, to pin, ban, boost and sponsor, is {running.desk}. "
        f"Keys are in {settings.data_dir / key_file.FILE}. Ctrl-C ends it all."
    )

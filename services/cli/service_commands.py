"""The command of each service: `groundswell collector` and so on."""

from collections.abc import Callable

import typer

from services.cli import options, running, single
from services.cli.options import (
    Board,
    Config,
    DataDir,
    DedupeWindow,
    DeskUrl,
    Feeds,
    HeartbeatUrl,
    Host,
    LogFormat,
    LogLevel,
    ManagementHost,
    ManagementPort,
    Origins,
    Partitions,
    Port,
    PublicUrl,
    RedisUrl,
    Sites,
    TrustedProxies,
    WordPresses,
)
from services.cli.trouble import Trouble
from shared.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command of each service."""
    app.command("web", help="Run one service: collector and query behind one origin.")(_reached("web"))
    app.command("collector", help="Run one service: it takes views.")(_reached("collector"))
    app.command("query", help="Run one service: it answers counts, lists and pages.")(_reached("query"))
    app.command("counter", help="Run one service: it counts what was taken.")(_unreached("counter"))
    app.command("ranker", help="Run one service: it makes lists of scores.")(_unreached("ranker"))
    app.command("desk")(desk)
    app.command("heartbeat")(heartbeat)


def desk(
    ctx: typer.Context,
    *,
    site: Sites = None,
    feed: Feeds = None,
    wordpress: WordPresses = None,
    host: Host = None,
    desk_port: Port = None,
    management_host: ManagementHost = None,
    management_port: ManagementPort = None,
    data_dir: DataDir = None,
    redis_url: RedisUrl = None,
    partitions: Partitions = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    config: Config = None,
) -> None:
    """Run one service: it takes what the newsroom says.

    Keep it away from the public: it has no page for readers.
    """
    _alone("desk", ctx)


def heartbeat(
    ctx: typer.Context,
    *,
    heartbeat_url: HeartbeatUrl = None,
    management_host: ManagementHost = None,
    management_port: ManagementPort = None,
    data_dir: DataDir = None,
    redis_url: RedisUrl = None,
    log_level: LogLevel = None,
    log_format: LogFormat = None,
    config: Config = None,
) -> None:
    """Run one service: it sends a view a minute that proves the whole way.

    The web process does so itself; this is for where collector and query are
    apart, or for what is in front of them.
    """
    settings = options.settings(ctx)
    if settings.heartbeat_url is None:
        raise Trouble("heartbeat_url: give --heartbeat-url, the address that collector and query are behind")
    _run("heartbeat", settings)


def _reached(name: str) -> Callable[..., None]:
    """Return the command of a service that readers' browsers reach."""

    def command(
        ctx: typer.Context,
        *,
        site: Sites = None,
        origin: Origins = None,
        public_url: PublicUrl = None,
        desk_url: DeskUrl = None,
        host: Host = None,
        port: Port = None,
        management_host: ManagementHost = None,
        management_port: ManagementPort = None,
        data_dir: DataDir = None,
        redis_url: RedisUrl = None,
        partitions: Partitions = None,
        dedupe_window: DedupeWindow = None,
        trusted_proxies: TrustedProxies = None,
        board: Board = None,
        log_level: LogLevel = None,
        log_format: LogFormat = None,
        config: Config = None,
    ) -> None:
        _alone(name, ctx)

    return command


def _unreached(name: str) -> Callable[..., None]:
    """Return the command of a service that works behind the streams."""

    def command(
        ctx: typer.Context,
        *,
        site: Sites = None,
        management_host: ManagementHost = None,
        management_port: ManagementPort = None,
        data_dir: DataDir = None,
        redis_url: RedisUrl = None,
        partitions: Partitions = None,
        dedupe_window: DedupeWindow = None,
        log_level: LogLevel = None,
        log_format: LogFormat = None,
        config: Config = None,
    ) -> None:
        _alone(name, ctx)

    return command


def _alone(name: str, ctx: typer.Context) -> None:
    _run(name, options.with_sites(options.settings(ctx)))


def _run(name: str, settings: Settings) -> None:
    single.run(name, settings.model_copy(update={"redis_url": running.find(settings).redis_url}))

"""One service in a process of its own: as a command, and as a child of the supervisor."""

import importlib
import logging
import os
import sys
from collections.abc import Callable

import typer
import uvloop

from services.cli import logs, options, running
from services.cli.options import (
    Board,
    Config,
    DataDir,
    DedupeWindow,
    Feeds,
    Host,
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
from services.cli.sockets import address, inherited, listen
from shared.service import new_registry
from shared.service import run as run_service
from shared.settings import Settings

log = logging.getLogger("services.cli.single")

RESOLVED = "GROUNDSWELL_RESOLVED"
"""The environment variable in which a supervisor hands its settings to its children, as JSON."""

MODULES = {
    "web": "services.cli.web",
    "collector": "services.collector",
    "counter": "services.counter",
    "ranker": "services.ranker",
    "query": "services.query",
    "desk": "services.desk",
}
PUBLIC = frozenset({"web", "collector", "query"})


def run(name: str, settings: Settings) -> None:
    """Run one service until it is told to stop. Raises Trouble when a port cannot be had."""
    logs.configure(name, settings.log_level)
    sockets = inherited()
    if "management" not in sockets:
        sockets["management"] = listen(settings.management_host, settings.management_port, "management-port")
    if "http" not in sockets and name in PUBLIC:
        sockets["http"] = listen(settings.host, settings.port, "port")
    if "http" not in sockets and name == "desk":
        sockets["http"] = listen(settings.host, settings.desk_port, "port")
    log.info("starts, %s", ", ".join(f"{use} on {address(bound)}" for use, bound in sockets.items()))
    try:
        registry = new_registry()
        service = importlib.import_module(MODULES[name]).build(settings, registry)
        logs.adopt()
        uvloop.run(run_service(service, registry, sockets["management"], sockets.get("http")))
    except Exception:
        log.exception("fails")
        sys.exit(1)
    log.info("ended")


def register(app: typer.Typer) -> None:
    """Add the command of each service."""
    app.command("web", help="Run one service: collector and query behind one origin.")(_reached("web"))
    app.command("collector", help="Run one service: it takes views.")(_reached("collector"))
    app.command("query", help="Run one service: it answers counts, lists and pages.")(_reached("query"))
    app.command("counter", help="Run one service: it counts what was taken.")(_unreached("counter"))
    app.command("ranker", help="Run one service: it makes lists of scores.")(_unreached("ranker"))
    app.command("desk")(desk)


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
    config: Config = None,
) -> None:
    """Run one service: it takes what the newsroom says.

    Keep it away from the public: it has no page for readers.
    """
    _alone("desk", ctx)


def _reached(name: str) -> Callable[..., None]:
    """Return the command of a service that readers' browsers reach."""

    def command(
        ctx: typer.Context,
        *,
        site: Sites = None,
        origin: Origins = None,
        public_url: PublicUrl = None,
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
        config: Config = None,
    ) -> None:
        _alone(name, ctx)

    return command


def _alone(name: str, ctx: typer.Context) -> None:
    settings = options.with_sites(options.settings(ctx))
    run(name, settings.model_copy(update={"redis_url": running.find(settings).redis_url}))


if __name__ == "__main__":
    run(sys.argv[1], Settings.model_validate_json(os.environ.pop(RESOLVED)))

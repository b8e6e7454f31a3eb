"""The flags that commands share. Each is named after its setting, and checked by it."""

from pathlib import Path
from typing import Annotated

import typer

from services.cli.trouble import Trouble
from shared.settings import Settings, load

DEFAULT_CONFIG = "groundswell.toml"

# Every flag is text here: the setting checks it, so a wrong one reads the same
# whether it came by flag, environment or file.
Sites = Annotated[
    list[str] | None, typer.Option("--site", metavar="SITE", help="Name of a site, such as news.example.")
]
Origins = Annotated[
    list[str] | None,
    typer.Option("--origin", metavar="URL", help="Origin whose pages post views, beside SITE and www.SITE."),
]
Feeds = Annotated[
    list[str] | None,
    typer.Option(
        "--feed", metavar="SITE=URL", help="Feed or news sitemap to follow: RSS, Atom or JSON Feed."
    ),
]
WordPresses = Annotated[
    list[str] | None,
    typer.Option("--wordpress", metavar="SITE=URL", help="WordPress to follow, its archive included."),
]
PublicUrl = Annotated[
    str | None, typer.Option("--public-url", metavar="URL", help="Address readers reach this service at.")
]
Host = Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[
    str | None, typer.Option("--port", metavar="PORT", help="Port to listen on; 0 is any free one.")
]
DeskPort = Annotated[
    str | None, typer.Option("--desk-port", metavar="PORT", help="Port of the desk; 0 is any free one.")
]
DeskUrl = Annotated[
    str | None,
    typer.Option("--desk-url", metavar="URL", help="Address the newsroom reaches the desk's page at."),
]
HeartbeatUrl = Annotated[
    str | None,
    typer.Option("--heartbeat-url", metavar="URL", help="Address that collector and query are behind."),
]
ManagementHost = Annotated[
    str | None, typer.Option("--management-host", metavar="ADDRESS", help="Address of the management port.")
]
ManagementPort = Annotated[
    str | None,
    typer.Option("--management-port", metavar="PORT", help="Port of /livez, /readyz and /metrics."),
]
DataDir = Annotated[
    str | None, typer.Option("--data-dir", metavar="DIR", help="Where everything is kept that must last.")
]
RedisUrl = Annotated[
    str | None, typer.Option("--redis-url", metavar="URL", help="A Redis of your own, redis://HOST:PORT/0.")
]
Partitions = Annotated[
    str | None,
    typer.Option("--partitions", metavar="P", help="Number of streams; 1 suits one server."),
]
DedupeWindow = Annotated[
    str | None,
    typer.Option(
        "--dedupe-window", metavar="TIME", help="A visitor counts once an article within it, such as 30m."
    ),
]
TrustedProxies = Annotated[
    list[str] | None,
    typer.Option("--trusted-proxy", metavar="NETWORK", help="Proxy whose X-Forwarded-For is believed."),
]
Board = Annotated[
    str | None,
    typer.Option("--board", metavar="newsroom|public", help="Who sees the board: by key, or everyone."),
]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")
]
LogFormat = Annotated[
    str | None,
    typer.Option("--log-format", metavar="json|text", help="How the log is written; text at a terminal."),
]
Config = Annotated[str | None, typer.Option("--config", metavar="FILE", help="File of settings.")]


def settings(ctx: typer.Context, **fixed: object) -> Settings:
    """Return the settings of a command: its flags, then environment, file and defaults.

    A parameter of the command is a flag when it is named after a setting;
    `fixed` goes before them. Raises WrongSettings, or Trouble for a --config
    that is not there.
    """
    given = {name: value for name, value in ctx.params.items() if name in Settings.model_fields and value}
    config = ctx.params.get("config")
    if config is not None and not Path(config).is_file():
        raise Trouble(f"config: there is no file {config}")
    return load({**given, **fixed}, Path(config or DEFAULT_CONFIG))


def with_sites(settings: Settings) -> Settings:
    """Return the settings as they are. Raises Trouble when they name no site at all."""
    if not settings.sites:
        raise Trouble(f"site: none is configured; give --site SITE, or a [sites] table in {DEFAULT_CONFIG}")
    return settings


def known_site(settings: Settings, site: str) -> str:
    """Return the site's name when it is configured. Raises Trouble that lists those that are."""
    if site not in settings.sites:
        known = ", ".join(sorted(settings.sites)) or "none at all"
        raise Trouble(
            f"site: {site!r} is not configured; known are {known} (--site, or [sites] in {DEFAULT_CONFIG})"
        )
    return site

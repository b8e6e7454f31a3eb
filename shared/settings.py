"""Every setting: flag > `GROUNDSWELL_*` > `groundswell.toml` > default. Frozen, and built at the edge."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from shared.bearer import Keys

SITE_NAME = re.compile(r"[a-z0-9.-]{1,64}")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d+)([smhd]?)")

Network = IPv4Network | IPv6Network


class WrongSettings(Exception):
    """A setting that cannot be used; the message is one line that names it."""


def parse_duration(value: object) -> int:
    """Return seconds, of a number of them or of text such as `90`, `30m`, `4h`, `7d`.

    Raises ValueError for anything else.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration is a number with s, m, h or d, such as 30m")
    return int(match[1]) * _UNITS.get(match[2] or "s", 1)


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _site_name(value: str) -> str:
    if not SITE_NAME.fullmatch(value):
        raise ValueError("a site's name is 1-64 of a-z, 0-9, dot and hyphen")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError("an origin is scheme and host, such as https://news.example")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _redis_url(value: str | None) -> str | None:
    if value is not None and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("the address of a Redis begins with redis://, rediss:// or unix://")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is no time zone") from None
    return value


def _keys(value: str | None) -> str | None:
    Keys.parse(value)
    return value


def _network(value: object) -> object:
    return ip_network(value, strict=False) if isinstance(value, str) else value


Duration = Annotated[int, BeforeValidator(parse_duration)]
SiteName = Annotated[str, AfterValidator(_site_name)]
Origin = Annotated[str, AfterValidator(_origin)]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(_network)], ...], NoDecode, BeforeValidator(_split)
]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(_split)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
KeyText = Annotated[str | None, AfterValidator(_keys)]
DedupeWindow = Annotated[Duration, Field(ge=0, le=86_400)]


class SiteSettings(BaseModel):
    """What one site sets for itself, in its table of groundswell.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    origins: Origins = ()
    """Origins beside SITE and www.SITE whose pages post views."""
    time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """Where the list of `today` begins its day."""
    dedupe_window: DedupeWindow | None = None
    """Within it a visitor counts once an article; 0 counts every view; none takes the global one."""
    query_keys: Names = ()
    """Query parameters that name an article, such as `p`."""
    own_networks: Networks = ()
    """Networks whose readings are own traffic."""
    honour_privacy_signals: bool = False
    """Whether a reader's Global Privacy Control or Do Not Track keeps the reading from counting."""


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="forbid", frozen=True)

    site: Annotated[tuple[SiteName, ...], NoDecode, BeforeValidator(_split)] = ()
    """Names of sites that need no table of their own."""
    sites: Mapping[SiteName, SiteSettings] = Field(default_factory=dict)
    """Sites with a table of their own; after validation, every site."""
    origin: Origins = ()
    """Origins whose pages post views for every site."""
    public_url: Origin | None = None
    """The address readers reach this service at."""

    redis_url: Annotated[str | None, AfterValidator(_redis_url)] = None
    """Where Redis is; none starts the embedded Valkey."""
    redis_maxmemory: Annotated[str, Field(pattern=r"^\d+(kb|mb|gb)$")] = "512mb"
    """How much the embedded Valkey may hold before it refuses writes."""
    partitions: Annotated[int, Field(ge=1, le=256)] = 1
    """P, the number of streams; a change starts at the next UTC midnight."""

    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    desk_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """The desk's port, on loopback only; 0 is any free one."""
    management_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """The management port of a single service; 0 is any free one."""
    management_host: str = "127.0.0.1"
    """Where the management ports listen. They tell how the service does to whoever asks."""
    trusted_proxies: Networks = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """Proxies whose X-Forwarded-For is believed, walked from the right."""

    batch_key: KeyText = None
    desk_key: KeyText = None
    newsroom_key: KeyText = None
    board: Literal["newsroom", "public"] = "newsroom"
    """Whether what the newsroom sees asks for its key."""
    demo_pages: bool = True
    """Whether /demo/ shows the catalogue as a small news site."""

    dedupe_window: DedupeWindow = 1_800
    flush_interval_ms: Annotated[int, Field(ge=0, le=100)] = 3
    """How long the collector gathers views before it writes them as one entry."""
    reclaim_after: Annotated[float, Field(gt=0, le=300)] = 5.0
    """Seconds after which an unacknowledged entry is taken over from its consumer."""
    ready_lag: Annotated[int, Field(ge=1)] = 50_000
    """Undelivered entries beyond which the counter is not ready."""
    live_listeners: Annotated[int, Field(ge=0, le=20_000)] = 2_000
    """Connections of /v1/trending/live that one process keeps at once."""
    live_heartbeat: Annotated[float, Field(gt=0, le=300)] = 15.0
    """Seconds between two comments on such a connection."""
    live_patience: Annotated[float, Field(gt=0, le=300)] = 10.0
    """Seconds such a client has to take a frame before it is dropped."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @model_validator(mode="before")
    @classmethod
    def _every_site_has_a_table(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names = _split(given.get("site", ()))
        tables = given.get("sites", {})
        if isinstance(names, list | tuple) and isinstance(tables, Mapping):
            given = {**given, "sites": {**{name: {} for name in names}, **tables}}
        return given

    def window_of(self, site: str) -> int:
        """Return the dedupe window of a site in seconds; a site not configured here has the global one."""
        own = self.sites[site].dedupe_window if site in self.sites else None
        return self.dedupe_window if own is None else own


def load(flags: Mapping[str, object] | None = None, toml: Path = Path("groundswell.toml")) -> Settings:
    """Return the settings; a flag that is None was not given.

    Raises WrongSettings with one line that names the first wrong one.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}

    class Sourced(Settings):
        model_config = SettingsConfigDict(toml_file=toml)

    try:
        return Sourced(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise WrongSettings(f"{name}: {first['msg']}") from None
    except (OSError, ValueError) as error:  # a file that is no TOML, an environment variable that is no JSON
        raise WrongSettings(f"{toml if toml.exists() else 'environment'}: {error}") from None

"""Every setting: flag > `GROUNDSWELL_*` > credential > `groundswell.toml` > default. Frozen."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from shared import credentials
from shared.fault import fault_of
from shared.setting_types import (
    AddressesOfSites,
    Authority,
    DedupeWindow,
    Duration,
    KeyText,
    Memory,
    Networks,
    Origin,
    Origins,
    Rate,
    RateLimit,
    RedisUrl,
    SiteName,
    Size,
    Tracing,
    pairs_of,
    split,
    verified_by,
)
from shared.site_settings import POST_KEYS, SiteSettings

__all__ = ["Settings", "SiteSettings", "WrongSettings", "load"]


class WrongSettings(Exception):
    """A setting that cannot be used; the message is one line that names it."""


_DEFAULTS = SiteSettings()


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="forbid", frozen=True)

    site: Annotated[tuple[SiteName, ...], NoDecode, BeforeValidator(split)] = ()
    """Names of sites that need no table of their own."""
    sites: Mapping[SiteName, SiteSettings] = Field(default_factory=dict)
    """Sites with a table of their own; after validation, every site."""
    origin: Origins = ()
    """Origins whose pages post views for every site."""
    feed: AddressesOfSites = ()
    """Feeds and news sitemaps to follow, each as SITE=URL."""
    wordpress: AddressesOfSites = ()
    """WordPresses to follow, each as SITE=URL, one of a site."""
    public_url: Origin | None = None
    """The address readers reach this service at."""
    desk_url: Origin | None = None
    """The address the newsroom reaches the desk's page at; the board links to it."""

    redis_ca: Authority = None
    """Certificates of the authority that signs that of a rediss:// address; none takes the system's."""
    redis_url: RedisUrl = None
    """Where Redis is; none starts the embedded Valkey."""
    redis_maxmemory: Memory = "512mb"
    """How much the embedded Valkey may hold before it refuses writes."""
    redis_rewrite_daily: bool = True
    """Whether the embedded Valkey's append-only file is written anew every day, without salts gone since."""
    backups_kept: Annotated[int, Field(ge=0, le=1_000)] = 7
    """How many daily backups `serve` keeps under the data directory; 0 makes none."""
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

    address_limit: RateLimit = Rate(3_000, 60)
    """Readings of pages that one address may send, such as 3000/1m; off lets in all (docs/addresses.md)."""
    network_limit: RateLimit = Rate(12_000, 60)
    """Readings of pages that one network (/24 of IPv4, /64 of IPv6) may send."""
    read_limit: RateLimit = Rate(12_000, 60)
    """Public questions of the query service that one address may ask."""
    max_connections: Annotated[int, Field(ge=1, le=60_000)] = 10_000
    """Connections that one process keeps at its public port."""

    feed_interval: Annotated[Duration, Field(ge=5, le=3_600)] = 30
    """How often a feed is asked for what is new."""
    feed_networks: Networks = ()
    """Networks beside the public ones that a feed may be in, such as 10.0.0.0/8 for an intranet."""

    batch_key: KeyText = None
    desk_key: KeyText = None
    newsroom_key: KeyText = None
    board: Literal["newsroom", "public"] = "newsroom"
    """Whether what the newsroom sees asks for its key."""
    demo_pages: bool = True
    """Whether /demo/ shows the catalogue as a small news site."""

    visitor: Literal["daily", "off"] = "daily"
    """Whether visitors are told apart: `daily` by a hash that changes every day, `off` not at all."""
    dedupe_window: DedupeWindow = 1_800
    flush_interval_ms: Annotated[int, Field(ge=0, le=100)] = 3
    """How long the collector gathers views before it writes them as one entry."""
    spool: bool = True
    """Whether the collector keeps views on disk, in the data directory, while Redis does not take them."""
    spool_max_bytes: Size = 256 * 1_024**2
    """How much one process keeps there; beyond it views are refused."""
    spool_max_age: Annotated[Duration, Field(ge=1, le=172_800)] = 86_400
    """How long an entry may wait there; an older one becomes a dead letter, since its id may be forgotten."""
    backlog_max_entries: Annotated[int, Field(ge=1)] = 200_000
    """Entries of a partition that may wait for the counter; beyond it views are refused."""
    backlog_max_age: Annotated[Duration, Field(ge=1, le=86_400)] = 86_400
    """How long the oldest of them may wait before views are refused."""
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
    heartbeat_interval: Annotated[Duration, Field(ge=0, le=60)] = 60
    """Seconds between two synthetic views that prove the whole way; 0 sends none."""
    heartbeat_url: Origin | None = None
    """The address they go to; none takes the port of the web process itself."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] | None = None
    """How the log is written; none writes text to a terminal and JSON to whatever else takes it."""
    tracing: Tracing = False
    """Whether spans are made, and sent where the variables of OpenTelemetry say."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment before secrets before the file."""
        toml = TomlConfigSettingsSource(settings_cls)
        return init_settings, env_settings, credentials.source(settings_cls), toml

    @model_validator(mode="before")
    @classmethod
    def _every_site_has_a_table(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        names = split(given.get("site", ()))
        tables = given.get("sites", {})
        if isinstance(names, list | tuple) and isinstance(tables, Mapping):
            tables = {**{name: {} for name in names if isinstance(name, str)}, **tables}
            for site, _ in pairs_of(split(given.get("wordpress", ()))):
                if isinstance(tables.get(site), dict):
                    tables[site] = {"query_keys": POST_KEYS, **tables[site]}
            given = {**given, "sites": tables}
        return given

    @field_validator("redis_url")
    @classmethod
    def _with_its_authority(cls, url: str | None, info: ValidationInfo) -> str | None:
        return verified_by(url, info.data.get("redis_ca"))

    @field_validator("feed", "wordpress")
    @classmethod
    def _of_known_sites(cls, addresses: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        sites = info.data.get("sites", {})
        for site, _ in pairs_of(addresses):
            if site not in sites:
                raise ValueError(f"{site!r} is no site that is configured (--site)")
        return addresses

    def feeds_of(self, site: str) -> tuple[str, ...]:
        """Return the addresses of the feeds of a site."""
        named = (address for name, address in pairs_of(self.feed) if name == site)
        return tuple(dict.fromkeys((*named, *self.of(site).feeds)))

    def wordpress_of(self, site: str) -> str | None:
        """Return the address of the WordPress of a site."""
        return dict(pairs_of(self.wordpress)).get(site, self.of(site).wordpress)

    def window_of(self, site: str) -> int:
        """Return the dedupe window of a site in seconds; a site not configured here has the global one."""
        own = self.of(site).dedupe_window
        return self.dedupe_window if own is None else own

    @property
    def redis(self) -> str:
        """The address of Redis. Raises ValueError where nobody has filled it in."""
        if self.redis_url is None:
            raise ValueError("no service runs without redis_url")
        return self.redis_url

    def tells_visitors_apart(self, site: str) -> bool:
        """Return whether a visitor of the site is known again within a day."""
        return (self.of(site).visitor or self.visitor) == "daily"

    def of(self, site: str) -> SiteSettings:
        """Return the settings of a site; one not configured here has the defaults."""
        return self.sites.get(site, _DEFAULTS)


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
        fault = fault_of(error)
        raise WrongSettings(f"{fault.field or 'settings'}: {fault.says}") from None
    except SettingsError as error:
        _, name, *_ = str(error).split('"')
        raise WrongSettings(f"{name}: what the environment says of it is not JSON") from None
    except (OSError, ValueError) as error:  # a file that is no TOML
        raise WrongSettings(f"{toml if toml.exists() else 'environment'}: {error}") from None

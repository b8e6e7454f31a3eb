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
    ValidationInfo,
    field_validator,
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
POST_KEYS = ("p",)
"""The query parameter in which WordPress names a post."""
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


def _secret(value: str) -> str:
    if len(value) < 16:
        raise ValueError("a token secret is at least 16 characters long")
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or not (value.isascii() and value.isprintable())
    ):
        raise ValueError("an address begins with http:// or https:// and is written in ASCII")
    if parts.username is not None or parts.fragment:
        raise ValueError("an address carries no user, no password and no fragment")
    return value


def _of_site(value: str) -> str:
    site, separator, address = value.partition("=")
    if not separator:
        raise ValueError("it is written SITE=URL")
    return f"{_site_name(site)}={_web_address(address)}"


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
Secrets = Annotated[tuple[Annotated[str, AfterValidator(_secret)], ...], NoDecode, BeforeValidator(_split)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
AddressesOfSites = Annotated[
    tuple[Annotated[str, AfterValidator(_of_site)], ...], NoDecode, BeforeValidator(_split)
]
KeyText = Annotated[str | None, AfterValidator(_keys)]
DedupeWindow = Annotated[Duration, Field(ge=0, le=86_400)]


def _pairs(values: object) -> list[tuple[str, str]]:
    """Return the sites and addresses of what is written SITE=URL; the rest is left to its validator."""
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []
    parted = (value.partition("=") for value in texts)
    return [(site, address) for site, separator, address in parted if separator]


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
    token_secret: Secrets = ()
    """Secrets of the tokens of articles; the first one prints, all are taken (docs/tokens.md)."""
    require_token: bool = False
    """Whether a page's reading counts only with the token of its article."""
    via_weight: Annotated[float, Field(gt=0, le=1)] = 1.0
    """What a view that came by way of a list (`via`) weighs on the boards; its count stays whole."""
    feeds: tuple[WebAddress, ...] = ()
    """Feeds and news sitemaps whose articles are the site's."""
    wordpress: WebAddress | None = None
    """A WordPress whose posts are the site's; then query_keys has `p`, unless it is set."""
    new_ids_per_minute: Annotated[int, Field(ge=0)] = 60
    """Article ids let in a minute that nobody has read before and the catalogue does not have."""
    new_ids_burst: Annotated[int, Field(ge=0)] = 10_000
    """How many of them at once, after a quiet time."""
    max_ids: Annotated[int, Field(ge=0)] = 250_000
    """Articles with views, in one partition, beyond which no such id is let in."""

    @model_validator(mode="before")
    @classmethod
    def _posts_have_numbers(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("wordpress"):
            return {"query_keys": POST_KEYS, **given}
        return given

    @field_validator("require_token")
    @classmethod
    def _has_a_secret(cls, required: bool, info: ValidationInfo) -> bool:
        if required and not info.data.get("token_secret"):
            raise ValueError("tokens can only be required with a token_secret")
        return required


_DEFAULTS = SiteSettings()


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(env_prefix="GROUNDSWELL_", extra="forbid", frozen=True)

    site: Annotated[tuple[SiteName, ...], NoDecode, BeforeValidator(_split)] = ()
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
            tables = {**{name: {} for name in names}, **tables}
            for site, _ in _pairs(_split(given.get("wordpress", ()))):
                if isinstance(tables.get(site), dict):
                    tables[site] = {"query_keys": POST_KEYS, **tables[site]}
            given = {**given, "sites": tables}
        return given

    @field_validator("feed", "wordpress")
    @classmethod
    def _of_known_sites(cls, addresses: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        sites = info.data.get("sites", {})
        for site, _ in _pairs(addresses):
            if site not in sites:
                raise ValueError(f"{site!r} is no site that is configured (--site)")
        return addresses

    def feeds_of(self, site: str) -> tuple[str, ...]:
        """Return the addresses of the feeds of a site."""
        named = (address for name, address in _pairs(self.feed) if name == site)
        return tuple(dict.fromkeys((*named, *self.of(site).feeds)))

    def wordpress_of(self, site: str) -> str | None:
        """Return the address of the WordPress of a site."""
        return dict(_pairs(self.wordpress)).get(site, self.of(site).wordpress)

    def window_of(self, site: str) -> int:
        """Return the dedupe window of a site in seconds; a site not configured here has the global one."""
        own = self.of(site).dedupe_window
        return self.dedupe_window if own is None else own

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
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise WrongSettings(f"{name}: {first['msg']}") from None
    except (OSError, ValueError) as error:  # a file that is no TOML, an environment variable that is no JSON
        raise WrongSettings(f"{toml if toml.exists() else 'environment'}: {error}") from None

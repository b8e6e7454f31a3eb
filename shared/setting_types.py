"""The types of settings: what may be written, and how it is read."""

import re
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext, SSLError
from typing import Annotated, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from shared.bearer import Keys

SITE_NAME = re.compile(r"[a-z0-9.-]{1,64}")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_COUNT = re.compile(r"0*[1-9][0-9]{0,11}")
_DURATION = re.compile(r"([0-9]{1,12})([smhd]?)")

_AUTHORITY = "ssl_ca_certs"
_UNVERIFIED = ("ssl_cert_reqs", "ssl_check_hostname")
"""What redis-py reads in an address; the last two would have it believe anybody."""

Network = IPv4Network | IPv6Network


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


def pairs_of(values: object) -> list[tuple[str, str]]:
    """Return the sites and addresses of what is written SITE=URL; the rest is left to its validator."""
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []
    parted = (value.partition("=") for value in texts)
    return [(site, address) for site, separator, address in parted if separator]


class Rate(NamedTuple):
    """How much is let in: `quota` at once, and as many again within `window` seconds."""

    quota: int
    window: int


def parse_rate(value: object) -> object:
    """Return a rate of text such as `3000/1m`, or of its two numbers; None for `0` and `off`.

    Raises ValueError for anything else.
    """
    if value is None or value in (0, "0", "off"):
        return None
    if isinstance(value, list | tuple) and [type(part) for part in value] == [int, int] and min(value) > 0:
        return Rate(*value)
    quota, _, window = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not (_COUNT.fullmatch(quota) and window and parse_duration(window)):
        raise ValueError("a limit is a number in a time, such as 3000/1m, or off")
    return Rate(int(quota), parse_duration(window))


_SIZES = {"": 1, "kb": 1_024, "mb": 1_024**2, "gb": 1_024**3}
_SIZE = re.compile(r"([0-9]{1,18})(kb|mb|gb|)")
_MEMORY = re.compile(r"[0-9]{1,18}(kb|mb|gb)")


def parse_size(value: object) -> int:
    """Return bytes, of a number of them or of text such as `256mb`. Raises ValueError for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _SIZE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a size is a number with kb, mb or gb, such as 256mb")
    return int(match[1]) * _SIZES[match[2]]


def split(value: object) -> object:
    """Return the parts of text with commas; anything else as it is."""
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
    if value is not None and any(name in _UNVERIFIED for name, _ in parse_qsl(urlsplit(value).query)):
        raise ValueError("the certificate of a Redis is always verified; redis_ca names its authority")
    return value


def _authority(value: Path | None) -> Path | None:
    if value is not None:
        try:
            SSLContext(PROTOCOL_TLS_CLIENT).load_verify_locations(value)
        except (OSError, SSLError):
            raise ValueError(f"{value} is no file of certificates in PEM") from None
    return value


def verified_by(url: str | None, authority: Path | None) -> str | None:
    """Return the address of a Redis with the authority that its certificate must be signed by."""
    if url is None or authority is None or urlsplit(url).scheme != "rediss":
        return url
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != _AUTHORITY]
    return urlunsplit(parts._replace(query=urlencode([*query, (_AUTHORITY, str(authority.absolute()))])))


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
    if isinstance(value, Network):
        return value
    try:
        if isinstance(value, str):
            return ip_network(value, strict=False)
    except ValueError:
        pass
    raise ValueError("a network is written such as 10.0.0.0/8 or 2001:db8::/32")


def _memory(value: str) -> str:
    if not _MEMORY.fullmatch(value):
        raise ValueError("an amount of memory is a number with kb, mb or gb, such as 512mb")
    return value


def _with_opentelemetry(value: bool) -> bool:
    try:
        found = not value or all(map(find_spec, ("opentelemetry.sdk", "opentelemetry.exporter.otlp")))
    except ModuleNotFoundError:
        found = False
    if not found:
        raise ValueError("OpenTelemetry is not installed; install groundswell[tracing]")
    return value


Duration = Annotated[int, BeforeValidator(parse_duration)]
Tracing = Annotated[bool, AfterValidator(_with_opentelemetry)]
Size = Annotated[int, BeforeValidator(parse_size), Field(ge=0)]
Memory = Annotated[str, AfterValidator(_memory)]
SiteName = Annotated[str, AfterValidator(_site_name)]
Origin = Annotated[str, AfterValidator(_origin)]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(_network)], ...], NoDecode, BeforeValidator(split)
]
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(split)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split)]
Secrets = Annotated[
    tuple[Annotated[str, AfterValidator(_secret)], ...],
    NoDecode,
    BeforeValidator(split),
    Field(repr=False),
]
WebAddress = Annotated[str, AfterValidator(_web_address)]
AddressesOfSites = Annotated[
    tuple[Annotated[str, AfterValidator(_of_site)], ...], NoDecode, BeforeValidator(split)
]
KeyText = Annotated[str | None, AfterValidator(_keys), Field(repr=False)]
DedupeWindow = Annotated[Duration, Field(ge=0, le=86_400)]
Authority = Annotated[Path | None, AfterValidator(_authority)]
RedisUrl = Annotated[str | None, AfterValidator(_redis_url), Field(repr=False)]
TimeZone = Annotated[str, AfterValidator(_zone)]
RateLimit = Annotated[Rate | None, NoDecode, BeforeValidator(parse_rate)]

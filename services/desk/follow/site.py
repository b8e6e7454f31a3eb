"""What following needs to know of a site."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from services.desk.follow.entry import Place
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """One site whose feeds are followed."""

    name: str
    hosts: frozenset[str]
    """Hosts that a redirect may lead to and articles may be at: all that the settings name for the site."""
    query_keys: tuple[str, ...]
    zone: ZoneInfo

    def place(self, url: str, now: float) -> Place:
        """Return where a document of this address stands, at a moment in Unix seconds."""
        return Place(url, self.hosts, self.query_keys, self.zone, datetime.fromtimestamp(now, UTC))


def site_of(settings: Settings, name: str) -> Site:
    """Return a site by its name."""
    own = settings.of(name)
    wordpress = settings.wordpress_of(name)
    named = (*settings.feeds_of(name), *((wordpress,) if wordpress else ()), *settings.origin, *own.origins)
    hosts = {urlsplit(address).hostname or "" for address in named}
    return Site(
        name, frozenset({name, f"www.{name}", *hosts}), tuple(own.query_keys), ZoneInfo(own.time_zone)
    )

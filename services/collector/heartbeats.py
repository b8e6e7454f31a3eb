"""Who may send a heartbeat: a reading of the internal site with the token of this installation."""

from services.collector.admission import known_site
from services.collector.readings import Reading
from shared import heartbeat
from shared.connection import Client
from shared.settings import Settings, SiteSettings
from shared.token import is_token


class Heartbeats:
    """Knows a heartbeat when it comes; before the secret is known none is."""

    def __init__(self) -> None:
        self._site: SiteSettings | None = None

    async def learn(self, redis: Client) -> None:
        """Read the secret from Redis. Raises what redis-py raises."""
        secret = await heartbeat.secret(redis)
        self._site = SiteSettings(token_secret=(secret,), require_token=True, visitor="off")

    def site_of(self, reading: Reading, settings: Settings) -> SiteSettings:
        """Return the settings of the internal site for a heartbeat.

        Any other reading that names it is one of a site that is not
        configured, and raises Problem as such.
        """
        site = self._site
        given = "" if reading.article != heartbeat.ARTICLE else reading.token or ""
        if site is None or not is_token(given, site.token_secret, heartbeat.SITE, heartbeat.ARTICLE):
            return known_site(reading, settings)
        return site

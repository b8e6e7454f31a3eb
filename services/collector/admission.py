"""Admission: from a reading to a view, as a list of named steps.

Each step may refuse (Problem, a 4xx: the request is wrong) or drop (Dropped,
a 202: the reading does not count). What passes them all is admitted. Pure:
whatever a step needs of the world is in the Attempt.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from services.collector.bots import is_bot
from services.collector.readings import BatchReading, Reading
from shared.address import within
from shared.article_id import BadArticleId, id_from_url, normalise_id
from shared.problem import Kind, Problem
from shared.settings import Settings, SiteSettings
from shared.token import is_token


class DropReason(StrEnum):
    """Why a reading does not count; a closed set."""

    FOREIGN_ORIGIN = "foreign-origin"
    BOT = "bot"
    PREFETCH = "prefetch"
    OWN_TRAFFIC = "own-traffic"
    OPT_OUT = "opt-out"
    UNSIGNED = "no-token"
    WRONGLY_SIGNED = "wrong-token"


class Dropped(Exception):
    """A reading that does not count, and why."""

    def __init__(self, reason: DropReason) -> None:
        super().__init__(reason)
        self.reason = reason


class Attempt(NamedTuple):
    """A reading and what its request says about it. Moments are Unix milliseconds."""

    reading: Reading
    site: SiteSettings
    received_ms: int
    address: str = ""
    user_agent: str = ""
    origin: str | None = None
    referer: str | None = None
    purpose: str = ""
    privacy_signal: bool = False


Step = Callable[[Attempt, Settings], None]

OLDEST_MS = 24 * 3_600_000
NEWEST_MS = 5 * 60_000


def known_site(reading: Reading, settings: Settings) -> SiteSettings:
    """Return the settings of the reading's site. Raises Problem for an unknown one."""
    site = settings.sites.get(reading.site)
    if site is None:
        raise Problem(Kind.UNKNOWN_SITE, f"{reading.site!r} is not a site of this service", field="site")
    return site


def own_origin(attempt: Attempt, settings: Settings) -> None:
    """Drop a reading of a page of somebody else's; one that says no origin at all passes."""
    if attempt.origin is not None:
        allowed = origin_allowed(attempt.reading.site, attempt.site, attempt.origin, settings)
    elif attempt.referer:
        allowed = origin_allowed(attempt.reading.site, attempt.site, _origin_of(attempt.referer), settings)
    else:
        return
    if not allowed:
        raise Dropped(DropReason.FOREIGN_ORIGIN)


def _origin_of(referer: str) -> str:
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}"


def origin_allowed(name: str, site: SiteSettings, origin: str, settings: Settings) -> bool:
    """Return whether pages of this origin post views for the site.

    SITE and www.SITE do, with http or https and whatever port, and so does
    every origin that was configured, to the letter.
    """
    lowered = origin.lower()
    if lowered in site.origins or lowered in settings.origin or lowered == settings.public_url:
        return True
    scheme, _, host = lowered.partition("://")
    return scheme in ("http", "https") and host.partition(":")[0] in (name, f"www.{name}")


def not_prefetched(attempt: Attempt, settings: Settings) -> None:
    """Drop what a browser fetched ahead of its reader."""
    if "prefetch" in attempt.purpose or "prerender" in attempt.purpose or "preview" in attempt.purpose:
        raise Dropped(DropReason.PREFETCH)


def not_own_traffic(attempt: Attempt, settings: Settings) -> None:
    """Drop a reading out of the site's own networks."""
    if within(attempt.address, attempt.site.own_networks):
        raise Dropped(DropReason.OWN_TRAFFIC)


def not_opted_out(attempt: Attempt, settings: Settings) -> None:
    """Drop a reading of someone who asked not to be counted, where the site honours that."""
    if attempt.privacy_signal and attempt.site.honour_privacy_signals:
        raise Dropped(DropReason.OPT_OUT)


def not_a_bot(attempt: Attempt, settings: Settings) -> None:
    """Drop a reading by a program."""
    if is_bot(attempt.user_agent):
        raise Dropped(DropReason.BOT)


def vouched_for(attempt: Attempt, settings: Settings) -> None:
    """Drop a reading without the token of its article, where the site requires one.

    The token is that of the article as the reading names it, so the one of an
    alias is right for the alias; of an id also as it was before it was normalised.
    """
    site, reading = attempt.site, attempt.reading
    if not site.require_token:
        return
    if reading.token is None:
        raise Dropped(DropReason.UNSIGNED)
    normal, raw = named(attempt), reading.article
    if is_token(reading.token, site.token_secret, reading.site, normal):
        return
    if not raw or raw == normal or not is_token(reading.token, site.token_secret, reading.site, raw):
        raise Dropped(DropReason.WRONGLY_SIGNED)


def in_time(attempt: Attempt, settings: Settings) -> None:
    """Refuse a batch view from the future or from further back than a day."""
    reading = attempt.reading
    if isinstance(reading, BatchReading) and reading.occurred_at is not None:
        age = attempt.received_ms - round(reading.occurred_at.timestamp() * 1000)
        if not -NEWEST_MS <= age <= OLDEST_MS:
            says = f"occurred_at: {reading.occurred_at.isoformat()}"
            raise Problem(Kind.BAD_TIME, says, field="occurred_at")


PAGE_STEPS: Sequence[Step] = (
    own_origin,
    not_prefetched,
    not_own_traffic,
    not_opted_out,
    not_a_bot,
    vouched_for,
)
"""What a reading posted by a page goes through."""

BATCH_STEPS: Sequence[Step] = (in_time,)
"""What a reading sent by a server with a key goes through: the server has looked at its reader."""


def named(attempt: Attempt) -> str:
    """Return the id that a reading gives its article. Raises Problem for what cannot be one."""
    reading = attempt.reading
    field = "url" if reading.article is None else "article"
    try:
        if reading.article is not None:
            return normalise_id(reading.article)
        return id_from_url(reading.url or "", attempt.site.query_keys)
    except BadArticleId as error:
        raise Problem(Kind.BAD_ARTICLE_ID, f"{field}: {error}", field=field) from None


def article_of(attempt: Attempt, aliases: Mapping[str, str]) -> str:
    """Return the article a reading is of, aliases resolved. Raises Problem for what cannot be an id."""
    found = named(attempt)
    return aliases.get(found, found)


def admit(attempt: Attempt, settings: Settings, steps: Sequence[Step], aliases: Mapping[str, str]) -> str:
    """Return the article of an admitted reading. Raises Problem or Dropped at the first step that does."""
    # A wrong request is refused whoever sent it, so the id comes before the steps that drop.
    article = article_of(attempt, aliases)
    for step in steps:
        step(attempt, settings)
    return article

"""One entry of a feed, checked, as the catalogue can take it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from services.desk.follow.moments import read_moment
from services.desk.follow.names import names_of
from services.desk.follow.plain_text import cut
from shared.article_id import BadArticleId, id_from_url

AHEAD = timedelta(minutes=5)
"""How far a clock may be ahead of ours before an entry is one from the future."""

_TITLE = 300
_SUMMARY = 300
_WORD = 100
_WORDS = 50
"""Characters of a title, a summary, a tag or a name, and how many tags or names; the rest is cut off."""

_FOOTER = re.compile(r"\s*The post [^<>]{1,600} appeared first on [^<>]{1,200}\.$")
"""What WordPress adds to each summary of its feeds."""


class Unfit(Exception):
    """An entry that cannot be taken; the message names the field."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document came from, and what may stand in it."""

    url: str
    """Its address, to which others in it are relative."""
    hosts: Collection[str]
    """Whose articles it may carry: an id is the path alone, so a foreign article would pass for ours."""
    query_keys: tuple[str, ...]
    zone: ZoneInfo
    """Of moments that name none."""
    now: datetime


@dataclass(slots=True)
class Raw:
    """What a feed says of one article, in plain text, nothing checked; empty is not said."""

    link: str = ""
    guids: list[str] = field(default_factory=list)
    """Its ids as the feed gives them."""
    title: str = ""
    summary: str = ""
    published: str = ""
    updated: str = ""
    image: str = ""
    thumbnail: str = ""
    section: str = ""
    tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that can be taken."""

    id: str
    """The id its address makes."""
    names: tuple[str, ...]
    """Other ids it is known by."""
    said: Mapping[str, Any]
    """Fields of the article, of those that the feed tells."""
    dated: bool = True
    """Whether it says when it was published, and not just when it was last changed."""


def checked(raw: Raw, place: Place) -> Entry:
    """Return the entry. Raises Unfit that names the field that is wrong."""
    url = _link(raw, place)
    try:
        article_id = id_from_url(url, place.query_keys)
    except BadArticleId as error:
        raise Unfit(f"link: {error}") from None
    if not raw.title:
        raise Unfit("title: there is none")
    said: dict[str, Any] = {
        "url": url,
        "title": cut(raw.title, _TITLE),
        "published_at": _published(raw, place),
        "summary": cut(_FOOTER.sub("", raw.summary[:2_000]), _SUMMARY),
        "image_url": _picture(raw.image, place),
        "thumbnail_url": _picture(raw.thumbnail, place),
        "section": cut(raw.section, _WORD),
        "tags": _words(raw.tags),
        "authors": _words(raw.authors),
    }
    names = tuple(name for name in names_of(raw.guids, place.hosts, place.query_keys) if name != article_id)
    return Entry(
        article_id, names, {name: value for name, value in said.items() if value}, bool(raw.published)
    )


def _link(raw: Raw, place: Place) -> str:
    if not raw.link:
        raise Unfit("link: there is none, and no id that is an address")
    try:
        url = urljoin(place.url, raw.link)
        parts = urlsplit(url)
    except ValueError as error:
        raise Unfit(f"link: {raw.link[:100]!r} is no address: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2_000:
        raise Unfit(f"link: {url[:100]!r} is no web address")
    if parts.hostname not in place.hosts:
        raise Unfit(f"link: {parts.hostname[:100]} is no host of this site (origins)")
    return parts._replace(fragment="").geturl()


def _published(raw: Raw, place: Place) -> datetime:
    text = raw.published or raw.updated
    if not text:
        raise Unfit("published: there is no date")
    moment = read_moment(text, place.zone)
    if moment is None:
        raise Unfit(f"published: {text[:60]!r} is no date")
    if moment > place.now + AHEAD:
        raise Unfit(f"published: {moment.isoformat()} is in the future")
    return moment.astimezone(UTC)


def _picture(address: str, place: Place) -> str:
    """Return the address of a picture; what is none is left out, for it spoils nothing."""
    try:
        url = urljoin(place.url, address) if address else ""
        parts = urlsplit(url)
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.hostname and len(url) <= 2_000
    return url if fits else ""


def _words(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cut(text, _WORD) for text in texts if text))[:_WORDS]

"""The catalogue as the other services see it: a copy in memory that follows the change feed.

The desk is the only writer. After each change it adds one entry to
`gs:changes` with the fields `site`; `id`, unless it only touched aliases; and
`aliases`, the aliases it set or removed, joined by blanks, which no id holds.
Without `aliases` any may have changed. `override` says that the overrides of
the site have changed.
A follower loads everything once and then re-reads just what changed. When it
has fallen so far behind that the feed was trimmed past it, or the feed
vanished, it loads everything again.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from shared import keys
from shared.article import Article
from shared.connection import UNAVAILABLE, Client
from shared.outage import Outage
from shared.override import InForce, Override, in_force, read_all

log = logging.getLogger(__name__)

_CHUNK = 500


@dataclass(slots=True)
class SiteCatalogue:
    """The articles, aliases and overrides of one site."""

    articles: dict[str, Article] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Override] = field(default_factory=dict)
    """As they are stored: also those whose time is over, or that name an alias."""
    changed_at: float = 0.0
    """When this copy last changed, in Unix seconds, by the clock of Redis; 0 before the first change."""
    _newest: tuple[Article, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def resolve(self, article_id: str) -> str:
        """Return the article that an id means: itself, or what it is an alias of."""
        return self.aliases.get(article_id, article_id)

    def in_force(self, now: float) -> InForce:
        """Return the overrides of a moment in Unix seconds."""
        return in_force(self.overrides, self.resolve, now)

    def put(self, ids: Iterable[str], fresh: Iterable[Article]) -> None:
        """Replace the articles of these ids by what is left of them."""
        for article_id in ids:
            self.articles.pop(article_id, None)
        self.articles.update((article.id, article) for article in fresh)
        self._newest = None

    def newest(self, now: float = inf) -> tuple[Article, ...]:
        """Return what is published by `now`, in Unix seconds: the last first, ties in the order of ids."""
        if self._newest is None:
            by_publication = sorted(self.articles.values(), key=lambda a: (-a.published_at.timestamp(), a.id))
            self._newest = tuple(by_publication)
        to_come = 0
        while to_come < len(self._newest) and self._newest[to_come].published_at.timestamp() > now:
            to_come += 1
        return self._newest[to_come:]


class Catalogue:
    """A copy of the catalogue of some sites that follows every change."""

    def __init__(self, redis: Client, sites: Iterable[str], *, with_articles: bool = True) -> None:
        """`with_articles` False follows aliases alone, which is what a collector needs."""
        self._redis = redis
        self._with_articles = with_articles
        self._sites = {site: SiteCatalogue() for site in sites}
        self._last_id = b"0-0"
        self._behind = True
        self.loaded = False
        """Whether it was read; a copy that has fallen behind is renewed, not taken away."""

    def __getitem__(self, site: str) -> SiteCatalogue:
        return self._sites[site]

    def __contains__(self, site: object) -> bool:
        return site in self._sites

    async def follow(self) -> None:
        """Load and follow until cancelled; a Redis that is away is tried again every second."""
        outage = Outage("the catalogue is not followed", "what is known of it stands")
        while True:
            try:
                if self._behind or not self.loaded:
                    await self.load()
                await self._read_changes()
            except UNAVAILABLE as error:
                outage.failed(error)
                await asyncio.sleep(1)
            else:
                outage.well()

    async def load(self) -> None:
        """Read everything. What changes meanwhile is read again by the next round."""
        newest = await self._redis.xrevrange(keys.CHANGES, count=1)
        last_id = newest[0][0] if newest else b"0-0"
        for site in self._sites:
            await self._load_site(site, last_id)
        self._last_id = last_id
        self._behind = False
        self.loaded = True

    async def _load_site(self, site: str, last_id: bytes) -> None:
        aliases = await self._aliases(site)
        articles: list[Article] = []
        if self._with_articles:
            ids = [raw.decode() for raw in await self._redis.zrange(keys.published(site), 0, -1)]
            for start in range(0, len(ids), _CHUNK):
                articles += await self._articles(site, ids[start : start + _CHUNK])
        overrides = await self._overrides(site) if self._with_articles else {}
        copy = self._sites[site]
        copy.put([*copy.articles], articles)
        copy.aliases, copy.overrides, copy.changed_at = aliases, overrides, _seconds(last_id)

    async def _read_changes(self) -> None:
        # Shorter than any deadline of a reply, so that silence is not mistaken for a failure.
        answer = await self._redis.xread({keys.CHANGES: self._last_id}, count=_CHUNK, block=300)
        # Asked after reading: what still stands now was there then, so nothing between was trimmed unread.
        if not await self._continuous():
            self._behind = True
            return
        for _, entries in answer:
            await self._apply(entries)

    async def _continuous(self) -> bool:
        """Return whether what was read last still stands in the feed.

        Otherwise it was trimmed away, or is not the feed it was: emptied, restored, or shorter by
        what a server lost when it died.
        """
        if self._last_id == b"0-0":
            return not await self._redis.xlen(keys.CHANGES)
        return bool(await self._redis.xrange(keys.CHANGES, self._last_id, self._last_id))

    async def _apply(self, entries: list[tuple[bytes, dict[bytes, bytes]]]) -> None:
        last_id = entries[-1][0]
        for site, touched in _by_site(entries).items():
            if site in self._sites:
                await self._renew(site, touched, last_id)
        self._last_id = last_id

    async def _renew(self, site: str, touched: "_Touched", last_id: bytes) -> None:
        if touched.aliases is None:
            aliases = await self._aliases(site)
        else:
            aliases = await self._aliases_with(site, touched.aliases)
        copy = self._sites[site]
        articles, overrides = [], copy.overrides
        if self._with_articles:
            articles = await self._articles(site, sorted(touched.ids))
            overrides = await self._overrides(site) if touched.overrides else overrides
        # Nothing is awaited from here on, so that nobody sees a change by halves.
        copy.put(touched.ids, articles)
        copy.aliases, copy.overrides, copy.changed_at = aliases, overrides, _seconds(last_id)

    async def _aliases_with(self, site: str, touched: set[str]) -> dict[str, str]:
        """Return the aliases of the copy, the touched ones read again."""
        if not touched:
            return self._sites[site].aliases
        names = sorted(touched)
        articles = await self._redis.hmget(keys.alias(site), names)
        kept = {k: v for k, v in self._sites[site].aliases.items() if k not in touched}
        return kept | {k: v.decode() for k, v in zip(names, articles, strict=True) if v is not None}

    async def _aliases(self, site: str) -> dict[str, str]:
        raw = await self._redis.hgetall(keys.alias(site))
        return {k.decode(): v.decode() for k, v in raw.items()}

    async def _overrides(self, site: str) -> dict[str, Override]:
        return read_all(await self._redis.hgetall(keys.override(site)))

    async def _articles(self, site: str, ids: list[str]) -> list[Article]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for article_id in ids:
                pipe.hgetall(keys.article(site, article_id))
            rows = await pipe.execute()
        found = []
        for article_id, fields in zip(ids, rows, strict=True):
            if fields:
                try:
                    found.append(Article.from_hash(fields))
                except ValueError:
                    log.exception("article %r of %s cannot be read", article_id, site)
        return found


def _seconds(entry_id: bytes) -> float:
    return int(entry_id.partition(b"-")[0]) / 1000


@dataclass(slots=True)
class _Touched:
    """What some entries of the feed say of one site; `aliases` None: any of them."""

    ids: set[str] = field(default_factory=set)
    aliases: set[str] | None = field(default_factory=set)
    overrides: bool = False


def _by_site(entries: Iterable[tuple[bytes, dict[bytes, bytes]]]) -> dict[str, _Touched]:
    found: dict[str, _Touched] = {}
    for _, fields in entries:
        touched = found.setdefault(fields.get(b"site", b"").decode(), _Touched())
        if b"id" in fields:
            touched.ids.add(fields[b"id"].decode())
        touched.overrides = touched.overrides or b"override" in fields
        if b"aliases" not in fields:
            touched.aliases = None
        elif touched.aliases is not None:
            touched.aliases.update(fields[b"aliases"].decode().split())
    return found

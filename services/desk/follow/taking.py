"""Entries become articles of the catalogue: found under any of their ids, and changed only where they say so.

An entry that is known under one of its ids is the same article, whatever its
address is now; so a changed slug makes no second one. What a feed does not
say stays as it was, and nothing is ever removed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from services.desk import catalogue
from services.desk.follow.entry import Entry
from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.fault import fault_of
from shared.problem import Problem

_AT_ONCE = 500
_ALIASES = 50


@dataclass(slots=True)
class Taken:
    """What became of entries."""

    stored: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    """Of each that was left out, which one and why."""

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.stored + other.stored, self.unchanged + other.unchanged, self.refused + other.refused
        )


async def take(
    redis: Client, site: str, entries: Sequence[Entry], query_keys: tuple[str, ...], *, by: str
) -> Taken:
    """Put entries into the catalogue of a site; `by` is written into the audit.

    Raises what redis-py raises; then some may be in, and taking all again is safe.
    """
    found = Taken()
    ambiguous = _ambiguous(entries)
    for start in range(0, len(entries), _AT_ONCE):
        some = entries[start : start + _AT_ONCE]
        found += await _take(redis, site, some, ambiguous, query_keys=query_keys, by=by)
    return found


def _ambiguous(entries: Iterable[Entry]) -> set[str]:
    """Return ids that stand on entries of several addresses, and so name none of them."""
    distinct = {(entry.id, name) for entry in entries for name in entry.names}
    return {name for name, count in Counter(name for _, name in distinct).items() if count > 1}


async def _take(
    redis: Client,
    site: str,
    entries: Sequence[Entry],
    ambiguous: set[str],
    *,
    query_keys: tuple[str, ...],
    by: str,
) -> Taken:
    owners = await _owners(redis, site, {name for entry in entries for name in (entry.id, *entry.names)})
    targets: dict[str, Entry] = {}
    refused = []
    for entry in entries:
        meant = {
            name: owners[name]
            for name in (entry.id, *entry.names)
            if name in owners and name not in ambiguous
        }
        if len({*meant.values()}) > 1:
            told = ", ".join(f"{name!r} is the article {owner!r}" for name, owner in meant.items())
            refused.append(f"{entry.id}: its ids name several articles: {told}")
            continue
        # The first of two is the newer one, as feeds go.
        targets.setdefault(next(iter(meant.values()), entry.id), entry)
    stored = await _stored(redis, site, [*targets])
    articles = []
    for article_id, entry in targets.items():
        try:
            articles.append(_merged(article_id, entry, stored[article_id], ambiguous))
        except ValidationError as error:
            refused.append(f"{entry.id}: {fault_of(error)}"[:300])
    placed = [(site, article) for article in articles]
    outcomes = await catalogue.put_each(redis, placed, query_keys=lambda _: query_keys, by=by)
    for article, outcome in zip(articles, outcomes, strict=True):
        if isinstance(outcome, Problem):
            refused.append(f"{article.id}: {outcome}")
    return Taken(outcomes.count("stored"), outcomes.count("unchanged"), refused)


async def _owners(redis: Client, site: str, names: set[str]) -> dict[str, str]:
    """Return the article that each name means, of those that mean one."""
    listed = sorted(names)
    if not listed:
        return {}
    scores = await redis.zmscore(keys.published(site), listed)
    aliases = await redis.hmget(keys.alias(site), listed)
    owners = {name: alias.decode() for name, alias in zip(listed, aliases, strict=True) if alias is not None}
    return owners | {name: name for name, score in zip(listed, scores, strict=True) if score is not None}


async def _stored(redis: Client, site: str, ids: Sequence[str]) -> dict[str, dict[bytes, bytes]]:
    async with redis.pipeline(transaction=False) as pipe:
        for article_id in ids:
            pipe.hgetall(keys.article(site, article_id))
        return dict(zip(ids, await pipe.execute(), strict=True))


def _merged(article_id: str, entry: Entry, fields: Mapping[bytes, bytes], ambiguous: set[str]) -> Article:
    """Return what is stored, with what the entry says. Raises ValidationError."""
    names = [name for name in (entry.id, *entry.names) if name not in ambiguous]
    names += [name.decode() for name in fields.get(b"held", b"").split()]
    aliases = [name for name in dict.fromkeys(names) if name != article_id][:_ALIASES]
    said = dict(entry.said)
    known = {}
    if fields:
        known = Article.from_hash(fields).model_dump(exclude={"id", "aliases"})
        if not entry.dated:
            del said["published_at"]
    return Article.model_validate({**known, **said, "id": article_id, "aliases": aliases})

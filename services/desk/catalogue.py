"""The catalogue as the newsroom writes it: articles, and the aliases that lead to them.

An id is an article or an alias of one article, never both, and an alias names
an article, never an alias; so there are no chains and no loops. Each change is
one script, so two writers cannot give one alias two owners and no reader sees
half a change. The scripts touch keys of several slots: the catalogue lives on
one server.

In the hash of an article stand, beside its own fields, `held`, the aliases of
its last put, and `merged`, the ids merged into it; both joined by blanks,
which no id holds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.problem import Kind, Problem

FEED_LENGTH = 100_000
"""Changes kept for the followers, and for the audit, about."""

_PIPELINE = 200

Outcome: TypeAlias = Literal["stored", "unchanged"] | Problem


@dataclass(frozen=True, slots=True)
class Put:
    """What became of articles that were put."""

    stored: int
    unchanged: int
    refused: tuple[tuple[int, Problem], ...] = ()
    """Index and reason of those that would have taken another's id or alias."""

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Put":
        """Return the sum of outcomes."""
        refused = [(i, outcome) for i, outcome in enumerate(outcomes) if isinstance(outcome, Problem)]
        return cls(outcomes.count("stored"), outcomes.count("unchanged"), tuple(refused))


async def put_articles(
    redis: Client,
    site: str,
    articles: Sequence[Article],
    *,
    query_keys: tuple[str, ...] = (),
    by: str = "desk",
) -> Put:
    """Store articles of one site; what is stored already is not written again.

    `query_keys` are the site's: an article is known under the id its address makes, too. `by` is
    written into the audit. Raises what redis-py raises; then some may be stored, and putting all
    again is safe.
    """
    placed = [(site, article) for article in articles]
    return Put.of(await put_each(redis, placed, query_keys=lambda _: query_keys, by=by))


async def put_each(
    redis: Client,
    placed: Sequence[tuple[str, Article]],
    *,
    query_keys: Callable[[str], tuple[str, ...]],
    by: str = "desk",
) -> list[Outcome]:
    """Store (site, article) pairs in order and return what became of each."""
    script = _script(redis, "article.put")
    replies: list[list[bytes]] = []
    for start in range(0, len(placed), _PIPELINE):
        async with redis.pipeline(transaction=False) as pipe:
            for site, article in placed[start : start + _PIPELINE]:
                await script(*_put(site, article, query_keys(site), by), client=pipe)
            replies += await pipe.execute()
    return [_outcome(article.id, reply) for (_, article), reply in zip(placed, replies, strict=True)]


async def delete_article(redis: Client, site: str, article_id: str, *, by: str = "desk") -> None:
    """Take an article and its aliases out of the catalogue; what was counted stays.

    Raises Problem(UNKNOWN_ARTICLE) when it is not catalogued.
    """
    script = _script(redis, "article.delete")
    reply = await script(_keys(site, article_id), [site, article_id, by, FEED_LENGTH])
    if reply[0] == b"alias":
        raise Problem(Kind.UNKNOWN_ARTICLE, f"{article_id!r} is an alias of {reply[1].decode()!r}")
    if reply[0] == b"unknown":
        raise Problem(Kind.UNKNOWN_ARTICLE, repr(article_id))


async def make_alias(redis: Client, site: str, article_id: str, into: str, *, by: str = "desk") -> list[str]:
    """Make an id and all its aliases aliases of `into`, for good, and return them.

    An article of that id leaves the catalogue. What was counted does not move here. Raises
    Problem: UNKNOWN_ARTICLE when `into` is not catalogued, MERGE_REFUSED when both are the same or
    one of them already is an alias of another.
    """
    if article_id == into:
        raise Problem(Kind.MERGE_REFUSED, f"{into!r} is merged into itself")
    script = _script(redis, "article.merge")
    reply = await script(
        [keys.article(site, article_id), *_keys(site, into)], [site, article_id, into, by, FEED_LENGTH]
    )
    verdict, *ids = (part.decode() for part in reply)
    if verdict == "unknown":
        raise Problem(Kind.UNKNOWN_ARTICLE, repr(into))
    if verdict == "alias":
        alias, owner = ids
        raise Problem(Kind.MERGE_REFUSED, f"{alias!r} is an alias of {owner!r}", alias=alias, article=owner)
    return ids


def _script(redis: Client, name: str) -> Any:
    return redis.register_script(files("services.desk").joinpath(f"lua/{name}.lua").read_text())


def _keys(site: str, article_id: str) -> list[str]:
    return [
        keys.article(site, article_id),
        keys.published(site),
        keys.alias(site),
        keys.CHANGES,
        keys.AUDIT,
    ]


def _put(
    site: str, article: Article, query_keys: tuple[str, ...], by: str
) -> tuple[list[str], list[str | int]]:
    """Return the keys and arguments of article.put.lua."""
    stated = sorted({*article.aliases} - {article.id})
    made_by_address = article.every_alias(query_keys) - {*article.aliases}
    fields = [part for field in article.to_hash().items() for part in field]
    return _keys(site, article.id), [
        site,
        article.id,
        repr(article.published_at.timestamp()),
        by,
        FEED_LENGTH,
        " ".join(stated),
        " ".join(made_by_address),
        *fields,
    ]


def _outcome(article_id: str, reply: list[bytes]) -> Outcome:
    verdict, *rest = (part.decode() for part in reply)
    if verdict == "taken":
        alias, owner = rest
        # The alias named is the article's own id when that id leads elsewhere.
        means = "an article of its own" if alias == owner else f"an alias of {owner!r}"
        return Problem(Kind.ALIAS_TAKEN, f"{alias!r} is {means}", id=article_id, alias=alias, article=owner)
    return "stored" if verdict == "stored" else "unchanged"

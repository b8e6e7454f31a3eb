"""Whether the article that is named is one at all, and which was meant when it is not."""

import asyncio
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from shared import keys
from shared.connection import Client
from shared.problem import Kind, Problem

_NEWEST = 2_000
_MOST_READ = 50
_LIKENESS = 0.75
"""How much of two ids is the same when one may be meant by the other, of 1."""


async def demand_known(
    redis: Client, site: str, article_id: str, *, partitions: Sequence[int], stamps: Iterable[str]
) -> None:
    """Raise Problem(UNKNOWN_ARTICLE) when the catalogue has no such article and nothing was counted for it.

    The problem names an id that is like it, of the newest articles or of those
    read most in the hours of `stamps`.
    """
    async with redis.pipeline(transaction=False) as pipe:
        pipe.zscore(keys.published(site), article_id)
        for p in partitions:
            pipe.hget(keys.count(p, site), article_id)
        if any(found is not None for found in await pipe.execute()):
            return
    near = await _nearest(redis, site, article_id, partitions[:1], stamps)
    meant = f"; is {near!r} meant?" if near else ""
    says = f"id: {article_id!r} is no article of {site}, and has no views there{meant}"
    raise Problem(Kind.UNKNOWN_ARTICLE, says, field="id")


async def _nearest(
    redis: Client, site: str, article_id: str, partitions: Sequence[int], stamps: Iterable[str]
) -> str | None:
    async with redis.pipeline(transaction=False) as pipe:
        pipe.zrange(keys.published(site), 0, _NEWEST - 1, desc=True)
        for stamp in stamps:
            for p in partitions:
                pipe.zrange(keys.hour(p, site, stamp), 0, _MOST_READ - 1, desc=True)
        known = {one.decode() for some in await pipe.execute() for one in some}
    # Thousands of comparisons: other requests need not wait for them.
    near = await asyncio.to_thread(get_close_matches, article_id, known, 1, _LIKENESS)
    return near[0] if near else None

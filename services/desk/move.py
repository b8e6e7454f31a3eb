"""Moving what was counted under one id to another, in every partition (docs/adr/0003-alias-sweep.md)."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import NamedTuple

from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES
from shared.partition import read_plan

_PIPELINE = 20
"""Moves sent at once: each names every hour and day of its site."""


class Moved(NamedTuple):
    """How much was moved."""

    views: int
    readers: int
    """Reader-days."""


async def partitions_ever(redis: Client) -> range:
    """Return every partition that may hold something; none in a database no service has started on."""
    plan = await read_plan(redis)
    return range(plan.ever if plan else 0)


async def move(redis: Client, site: str, pairs: Mapping[str, str], partitions: Iterable[int]) -> Moved:
    """Move everything counted under old ids to new ids: counts, reader-days, boards, hours and days.

    Each pair is moved at once in each partition, so their sums never change. Raises what redis-py
    raises; then some may have moved, and moving again moves the rest.
    """
    partitions = list(partitions)
    moved = Moved(0, 0)
    spans = await _spans(redis, site, partitions)
    known: dict[int, set[str]] = {}
    # A commit may begin a new hour between the listing of hours and the move: until none is new.
    while due := [p for p in partitions if p not in known or not spans[p] <= known[p]]:
        for p in due:
            known[p] = spans[p]
            views, readers = await _move_in(redis, p, site, pairs, spans[p])
            moved = Moved(moved.views + views, moved.readers + readers)
        spans = await _spans(redis, site, partitions)
    return moved


async def _spans(redis: Client, site: str, partitions: list[int]) -> dict[int, set[str]]:
    """Return the keys of all hours and days of a site by partition, of 2015 as of today."""
    begins = {kind(p, site, ""): p for p in partitions for kind in (keys.hour, keys.day)}
    found: dict[int, set[str]] = {p: set() for p in partitions}
    async for raw in redis.scan_iter(match=f"gs:*:{{*}}:{site}:*", count=1_000, _type="ZSET"):
        key = raw.decode()
        p = begins.get(key[: key.rindex(":") + 1])
        if p is not None:
            found[p].add(key)
    return found


async def _move_in(redis: Client, p: int, site: str, pairs: Mapping[str, str], spans: set[str]) -> Moved:
    script = redis.register_script(files("services.desk").joinpath("lua/article.move.lua").read_text())
    touched = [
        keys.count(p, site),
        keys.readers(p, site),
        *(keys.board(p, site, half_life) for half_life in HALF_LIVES),
        *sorted(spans),
    ]
    items = list(pairs.items())
    replies: list[list[int]] = []
    for start in range(0, len(items), _PIPELINE):
        async with redis.pipeline(transaction=False) as pipe:
            for old, new in items[start : start + _PIPELINE]:
                await script(touched, [old, new, *HALF_LIVES.values()], client=pipe)
            replies += await pipe.execute()
    return Moved(sum(views for views, _ in replies), sum(readers for _, readers in replies))

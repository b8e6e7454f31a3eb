"""Whether lists are made of what is counted."""

import time
from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok, wrong
from shared import keys, listing
from shared.connection import Client
from shared.listing import Listing
from shared.repeat import until

_PATIENCE = 3.0
"""Seconds a list may be behind the counts: it is made every second."""

_LOOK = 0.25
"""Seconds between two looks at one that is behind."""

_TOP = 20

_RANKER = "see that a ranker runs, and what it logs"


async def ranker(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look whether any ranker leads."""
    lease = keys.lease("ranker")
    if await redis.exists(lease):
        yield ok("ranker", "one leads")
    else:
        yield wrong("ranker", "none leads: lists stand still", _RANKER)


async def lists(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Look at the trending list of every site."""
    well: list[str] = []
    suspects: dict[str, dict[str, int]] = {}
    for site in case.settings.sites:
        known = await _list(redis, site)
        if known is None:
            yield wrong("lists", f"{site} has no list", _RANKER)
            continue
        age = span(case.now - known.changed_at)
        counts = await _counts(redis, site, known, case.partitions)
        if _shows_less(known, counts):
            suspects[site] = counts
        else:
            well.append(f"{site} (changed {age} ago)")
    # A view that was just counted is on the list a second later.
    patience = time.monotonic() + _PATIENCE

    async def settled() -> bool:
        return time.monotonic() >= patience or not any(
            [await _is_behind(redis, site, counts) for site, counts in suspects.items()]
        )

    await until(settled, _LOOK)
    for site, counts in suspects.items():
        if await _is_behind(redis, site, counts):
            yield wrong("lists", f"the list of {site} does not follow its counts", _RANKER)
        else:
            well.append(f"{site} (moving)")
    if well:
        yield ok("lists", f"up to date: {', '.join(well[:5])}{', ...' if len(well) > 5 else ''}")


async def _list(redis: Client, site: str) -> Listing | None:
    value = await redis.get(keys.listing(site, listing.TRENDING))
    try:
        return None if value is None else listing.decode(value)
    except ValueError:  # what nobody can read is none
        return None


async def _counts(redis: Client, site: str, known: Listing, partitions: int) -> dict[str, int]:
    """Return the views of the first articles of a list."""
    ids = [entry.id for entry in known.entries[:_TOP]]
    sums = dict.fromkeys(ids, 0)
    for p in range(partitions) if ids else ():
        for article, views in zip(ids, await redis.hmget(keys.count(p, site), ids), strict=True):
            sums[article] += int(views or 0)
    return sums


async def _is_behind(redis: Client, site: str, counts: dict[str, int]) -> bool:
    known = await _list(redis, site)
    return known is None or _shows_less(known, counts)


def _shows_less(known: Listing, counts: dict[str, int]) -> bool:
    return any(entry.views < counts.get(entry.id, 0) for entry in known.entries)

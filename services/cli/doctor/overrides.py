"""Which decisions of the newsroom end soon: nothing is wrong with that, but somebody may want to know."""

from collections.abc import AsyncIterator

from services.cli.doctor.case import Case, span
from services.cli.doctor.finding import Finding, ok
from shared import keys
from shared.connection import Client
from shared.override import read_all

SOON = 3_600.0
"""Seconds."""

_MOST = 5


async def overrides(case: Case, redis: Client) -> AsyncIterator[Finding]:
    """Tell of the pins, bans, boosts and sponsored slots of every site."""
    standing, ending = 0, []
    for site in case.settings.sites:
        for article, one in read_all(await redis.hgetall(keys.override(site))).items():
            left = one.until - case.now
            standing += left > 0
            if 0 < left <= SOON:
                ending.append((left, f"{one.action} of {article} on {site} in {span(left)}"))
    told = f"{standing} in force"
    if ending:
        words = [words for _, words in sorted(ending)]
        told += f"; within the hour end {len(words)}: {', '.join(words[:_MOST])}"
        told += ", ..." if len(words) > _MOST else ""
    yield ok("overrides", told)

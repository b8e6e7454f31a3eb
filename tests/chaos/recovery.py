"""How soon the service is back after a fault is over.

Recovered it is when a view that readers send after the end of the fault is
counted: from then on pages and lists move again, and RECOVERY is the limit of
that. What was taken meanwhile comes back from the spool beside the new views,
and is all there once it is caught up. How long that takes depends on how long
the fault was and how many readers there were, so it is told and not judged.
"""

import time
from dataclasses import dataclass, replace

from shared import keys
from shared.connection import Client
from tests.chaos.load import ANSWER, Load
from tests.chaos.stage import PARTITIONS, Stage
from tests.chaos.verdict import Row, counts_of
from tests.entries import SITE
from tests.waiting import wait_until

RECOVERY = 5.0
"""Seconds from the end of a fault until new views are counted."""


@dataclass(slots=True)
class Recovery:
    """How readers fared during the faults of one row, and after each."""

    found: Stage
    load: Load
    slowest: float = 0.0
    """Seconds to the slowest recovery."""
    caught_up: float = 0.0
    """Seconds until everything taken during a fault was counted, for the slowest."""
    spooled: float = 0.0

    def __post_init__(self) -> None:
        self.load.begin_row()

    async def after_fault(self, goal: int | None = None) -> None:
        """Call it under load, once a fault is over; return when the service has caught up.

        It has when so many views are counted, by default all that were taken until now.
        """
        began, page = time.monotonic(), self.load.turn_page()
        wanted, redis = self.load.sent if goal is None else goal, self.found.redis.client

        async def counts_again() -> bool:
            return await _any_below(redis, page)

        async def caught_up() -> bool:
            return await counts_of(redis) >= wanted

        await wait_until(counts_again, "new views are counted after the fault", 120)
        self.slowest = max(self.slowest, time.monotonic() - began)
        await wait_until(caught_up, "what was taken during the fault is counted", 120)
        self.caught_up = max(self.caught_up, time.monotonic() - began)
        self.spooled = await self.found.metric("collector", "groundswell_views_spooled_total")

    def told(self, row: Row) -> Row:
        """Return the row with what is known here in words; nothing of it is judged."""
        load = self.load
        note = (
            f"slowest answer {load.slowest:.2f} s, {load.refused} refused, "
            f"{self.spooled:.0f} spooled so far, recovered in {self.slowest:.1f} s, "
            f"caught up in {self.caught_up:.1f} s"
        )
        return replace(row, note="; ".join(filter(None, (row.note, note))))

    def judged(self, row: Row) -> Row:
        """Return the row with that, and with what took longer than it may."""
        late = []
        if self.load.late:
            late.append(f"{self.load.late} answers took more than {ANSWER:.0f} s")
        if self.slowest > RECOVERY:
            late.append(f"recovery took {self.slowest:.1f} s, more than {RECOVERY:.0f}")
        return replace(self.told(row), late=tuple(late))


async def _any_below(redis: Client, page: str) -> bool:
    """Return whether a view of an article is counted whose id begins so."""
    named = [await redis.hkeys(keys.count(p, SITE)) for p in range(PARTITIONS)]
    return any(article.startswith(f"{page}/".encode()) for articles in named for article in articles)

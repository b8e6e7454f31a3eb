"""How soon views are counted again after a fault is over."""

import time

from tests.chaos.load import Load
from tests.chaos.stage import Stage
from tests.chaos.verdict import counts_of
from tests.waiting import wait_until


async def told(found: Stage, load: Load) -> str:
    """Return it in words, with how the readers fared meanwhile; called under load, once the fault is over."""
    began, goal = time.monotonic(), load.sent

    async def caught_up() -> bool:
        return await counts_of(found.redis.client) >= goal

    await wait_until(caught_up, "what was taken during the fault is counted", 120)
    seconds = time.monotonic() - began
    spooled = await found.metric("collector", "groundswell_views_spooled_total")
    return (
        f"slowest answer {load.slowest:.2f} s, {load.refused} refused, {spooled:.0f} spooled so far, "
        f"caught up in {seconds:.1f} s"
    )

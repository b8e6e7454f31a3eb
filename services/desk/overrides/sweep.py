"""Sweeping out overrides whose time is over, and counting those that are in force."""

import logging
from collections import Counter
from collections.abc import Iterable
from typing import get_args

from services.desk.overrides import writing as override
from shared.connection import Client
from shared.metrics import DeskMetrics
from shared.override import Action
from shared.repeat import every

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between rounds. Nobody waits for them: readers look at the clock themselves."""


class OverrideSweep:
    """Keeps the overrides of some sites free of what is over."""

    def __init__(self, redis: Client, sites: Iterable[str], metrics: DeskMetrics) -> None:
        self._redis = redis
        self._sites = tuple(sites)
        self._metrics = metrics

    async def run(self) -> None:
        """Sweep until cancelled; a Redis that is away is tried again."""
        await every(EVERY, "overrides are not swept", self.round)

    async def round(self) -> None:
        """Sweep every site once. Raises what redis-py raises."""
        now = await override.now_of(self._redis)
        counted: Counter[str] = Counter()
        for site in self._sites:
            swept = await override.sweep_out(self._redis, site, now)
            if swept.out:
                log.info("%d overrides of %s are over", swept.out, site)
                self._metrics.changes.labels("expire").inc(swept.out)
            counted.update(one.action for one in swept.in_force)
        for action in get_args(Action):
            self._metrics.overrides.labels(action).set(counted[action])

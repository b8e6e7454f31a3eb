"""How many partitions are added up."""

from time import monotonic

from shared.connection import Client
from shared.partition import read_plan

_AGAIN = 10.0
"""Seconds after which the plan is read again; a new P is announced the day before."""


class Partitions:
    """The highest number of partitions ever used, as Redis says."""

    def __init__(self, redis: Client, wanted: int) -> None:
        """`wanted` is what counts until a service has written a plan."""
        self._redis = redis
        self._ever = wanted
        self._until = 0.0

    async def ever(self) -> int:
        """Return it. Raises what redis-py raises."""
        if monotonic() >= self._until:
            plan = await read_plan(self._redis)
            if plan is not None:
                self._ever = plan.ever
                self._until = monotonic() + _AGAIN
        return self._ever

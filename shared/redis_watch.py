"""Whether Redis answers a process and, for one of them, how full it is.

The watch has a connection of its own: what the service waits for says nothing
about Redis, and what Redis is asked here holds up nobody.
"""

from prometheus_client import CollectorRegistry

from shared.connection import UNAVAILABLE, connect
from shared.process_metrics import MemoryMetrics, ProcessMetrics
from shared.repeat import every

EVERY = 5.0
"""Seconds between two looks."""

_DEADLINE = 2.0


class RedisWatch:
    """Looks at Redis again and again."""

    def __init__(self, url: str, registry: CollectorRegistry, *, memory: bool = False) -> None:
        """`memory` also tells how full it is, for which its user needs INFO."""
        self._redis = connect(url, deadline=_DEADLINE, name="watch")
        self._up = ProcessMetrics(registry).redis_up
        self._memory = MemoryMetrics(registry) if memory else None

    async def keep_looking(self) -> None:
        """Look every few seconds until cancelled."""
        await every(EVERY, "Redis cannot be looked at", self.look)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def look(self) -> None:
        """Look once. Raises what redis-py raises; then it is down, or does not let its user look."""
        try:
            await self._redis.ping()
        except UNAVAILABLE:
            self._up.set(0)
            raise
        self._up.set(1)
        if self._memory is not None:
            told = await self._redis.info("memory")
            self._memory.used.set(told["used_memory"])
            self._memory.limit.set(told["maxmemory"])

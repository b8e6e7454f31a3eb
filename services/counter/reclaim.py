"""Take over what a consumer that went silent has not acknowledged."""

from functools import partial

from services.counter.intake import Intake
from shared import keys
from shared.connection import Client
from shared.metrics import CounterMetrics
from shared.repeat import every

_COUNT = 100
ISOLATED_AFTER = 5
"""Deliveries after which an entry is committed alone."""


class Reclaim:
    """Claims idle entries of every partition, in turns, into the same commit."""

    def __init__(
        self, redis: Client, intake: Intake, metrics: CounterMetrics, *, consumer: str, after: float
    ) -> None:
        """`after` is how long an entry may stay unacknowledged before it is taken over, in seconds."""
        self._redis = redis
        self._intake = intake
        self._metrics = metrics
        self._consumer = consumer
        self._idle_ms = round(after * 1000)

    async def run(self, partition: int) -> None:
        """Reclaim for ever; after a failure it is tried again."""
        what = f"nothing can be reclaimed on partition {partition}"
        await every(max(self._idle_ms / 4000, 0.05), what, partial(self.once, partition))

    async def once(self, partition: int) -> None:
        """Claim and commit everything idle for long enough. Raises what redis-py raises."""
        stream = keys.views(partition)
        cursor = b"0-0"
        while True:
            often = await self._delivered_often(stream)
            cursor, claimed, *_ = await self._redis.xautoclaim(
                stream, keys.GROUP, self._consumer, self._idle_ms, start_id=cursor, count=_COUNT
            )
            self._metrics.reclaimed.inc(len(claimed))
            await self._intake.retake(partition, [e for e in claimed if e[0] not in often], alone=False)
            await self._intake.retake(partition, [e for e in claimed if e[0] in often], alone=True)
            if cursor == b"0-0":
                return

    async def _delivered_often(self, stream: str) -> set[bytes]:
        rows = await self._redis.xpending_range(
            stream, keys.GROUP, min="-", max="+", count=_COUNT, idle=self._idle_ms
        )
        return {row["message_id"] for row in rows if row["times_delivered"] >= ISOLATED_AFTER}

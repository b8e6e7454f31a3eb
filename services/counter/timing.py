"""What time it is when a batch is committed, also when the clock of Redis has jumped."""

from collections.abc import Sequence

from services.counter.batch import Delivered, Time
from shared.clock import Steady
from shared.connection import Client
from shared.metrics import CounterMetrics


class Timing:
    """Reads the clock of Redis for one counter."""

    def __init__(self, redis: Client, metrics: CounterMetrics) -> None:
        self._redis = redis
        self._metrics = metrics
        self._clock = Steady()
        self._latest_ms = 0

    async def of(self, entries: Sequence[Delivered]) -> Time:
        """Return the time for a batch. Raises what redis-py raises.

        A jump ahead is not followed before it has lasted, so nothing is given
        a future in which it would outrank everything. A jump back is not
        followed at all by the latest moment of a view, so windows that were
        counted are not begun again; where a counter begins while the clock is
        back, the ids of the stream tell how late it was, for they only grow.
        """
        seconds, microseconds = await self._redis.time()
        shown_ms = seconds * 1000 + microseconds // 1000
        believed_ms = round(self._clock.settle(shown_ms / 1000) * 1000)
        self._metrics.clock_jump.set((shown_ms - believed_ms) / 1000)
        if not self._latest_ms:
            self._latest_ms = max((int(i.partition(b"-")[0]) for i, _ in entries), default=0)
        self._latest_ms = max(self._latest_ms, believed_ms)
        return Time(self._latest_ms, min(shown_ms, believed_ms))

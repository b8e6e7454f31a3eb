"""How far the group is behind, also where Redis does not say so itself."""

from shared import keys
from shared.connection import Client
from shared.metrics import CounterMetrics


class Gauges:
    """Looks at the streams and exports what it saw."""

    def __init__(self, redis: Client, metrics: CounterMetrics) -> None:
        self._redis = redis
        self._metrics = metrics
        self.behind: dict[int, int] = {}
        """Undelivered entries of each partition, at most."""

    async def look(self, partition: int) -> None:
        """Read one stream. Raises what redis-py raises."""
        stream, label = keys.views(partition), str(partition)
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.xinfo_groups(stream)
            pipe.xlen(stream)
            pipe.xpending(stream, keys.GROUP)
            pipe.xlen(keys.dead(partition))
            groups, length, pending, letters = await pipe.execute()
        group = next(g for g in groups if g["name"] == keys.GROUP.encode())
        last: bytes = group["last-delivered-id"]
        next_entry = await self._redis.xrange(stream, min=b"(" + last, count=1)
        # lag is NULL after a restart until the group has read on; the length is never too small.
        lag = group["lag"]
        self.behind[partition] = (length if lag is None else lag) if next_entry else 0
        self._metrics.stream_length.labels(label).set(length)
        self._metrics.lag.labels(label).set(float("nan") if lag is None else lag)
        self._metrics.pending.labels(label).set(pending["pending"])
        self._metrics.dead_letters.labels(label).set(letters)
        self._metrics.oldest_undelivered.labels(label).set(_seconds(next_entry[0][0]) if next_entry else 0)
        self._metrics.oldest_pending.labels(label).set(_seconds(pending["min"]) if pending["min"] else 0)


def _seconds(stream_id: bytes) -> float:
    return int(stream_id.partition(b"-")[0]) / 1000

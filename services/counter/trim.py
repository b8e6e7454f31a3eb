"""Nothing grows for ever: cut off what is acknowledged and what has faded."""

from collections.abc import Iterable
from importlib.resources import files

from shared import keys
from shared.clock import Steady
from shared.connection import Client
from shared.decay import HALF_LIVES, floor_score
from shared.metrics import CounterMetrics

_GONE_AFTER_MS = 600_000
"""Idle milliseconds after which a consumer that holds nothing is forgotten."""


class Trimmer:
    """Cuts off acknowledged entries and faded board members."""

    def __init__(self, redis: Client, metrics: CounterMetrics) -> None:
        self._redis = redis
        self._metrics = metrics
        self._clock = Steady()
        self._trim = redis.register_script(
            files("services.counter").joinpath("lua/stream.trim.lua").read_text()
        )

    async def trim_stream(self, partition: int) -> int:
        """Cut off what is acknowledged; return how many entries that were."""
        return int(await self._trim([keys.views(partition)], [keys.GROUP, _GONE_AFTER_MS]))

    async def trim_boards(self, partitions: int, sites: Iterable[str]) -> None:
        """Drop what is worth less than the trim floor, and count what is left."""
        # A clock that is a day ahead would have everything trimmed.
        now = self._clock.settle((await self._redis.time())[0])
        for name, half_life in HALF_LIVES.items():
            floor = f"({floor_score(half_life, now, partitions):.17g}"
            async with self._redis.pipeline(transaction=False) as pipe:
                for site in sites:
                    for p in range(partitions):
                        pipe.zremrangebyscore(keys.board(p, site, name), "-inf", floor)
                        pipe.zcard(keys.board(p, site, name))
                answers = await pipe.execute()
            self._metrics.board_trimmed.labels(name).inc(sum(answers[0::2]))
            self._metrics.board_members.labels(name).set(sum(answers[1::2]))

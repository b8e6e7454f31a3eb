"""A counter that counts before it acknowledges: the negative control of killing counters."""

from collections.abc import Sequence

from services.counter import Counter
from services.counter.batch import Delivered
from services.counter.commit import Committer
from shared import keys
from shared.service import bind, new_registry, run
from shared.settings import Settings


class CarelessCommitter(Committer):
    """Counts, then acknowledges: what dies in between is counted again."""

    async def commit(self, partition: int, entries: Sequence[Delivered]) -> None:
        for stream_id, entry in entries:
            for view in entry.views:
                await self._redis.hincrby(keys.count(partition, view.site), view.article, 1)
                await self._redis.hincrby(keys.total(partition), "counted", 1)
            await self._redis.xack(keys.views(partition), keys.GROUP, stream_id)


class CarelessCounter(Counter):
    """The counter, but for its commit."""

    def make_committer(self) -> Committer:
        return CarelessCommitter(self._redis, self._metrics, self._settings.window_of, self._settings.of)


async def serve(settings: Settings, management_port: int = 0) -> None:
    """Run it until it is told to stop."""
    registry = new_registry()
    await run(CarelessCounter(settings, registry), registry, bind("127.0.0.1", management_port))

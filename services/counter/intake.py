"""From stream entries as Redis delivers them to the commit, whatever goes wrong on the way.

An error leaves its batch pending and is tried again with back-off; nothing
new is read meanwhile. When Redis itself is well and a batch still fails, its
entries are committed alone, so that one of them cannot hold up its mates.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TryAgainError,
)

from services.counter.batch import Delivered
from services.counter.commit import Committer
from shared import dead
from shared.connection import UNAVAILABLE, Client
from shared.entry import DefectiveEntry, decode
from shared.metrics import CounterMetrics
from shared.outage import Outage

log = logging.getLogger(__name__)

RawEntry = tuple[bytes, Mapping[bytes, bytes]]

_STATE_OF_REDIS = (BusyLoadingError, ClusterDownError, OutOfMemoryError, ReadOnlyError, TryAgainError)
_STAYS = "what was read stays pending"
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 2.0
_TRIES_BEFORE_ISOLATION = 3


class _Outages(dict[int, Outage]):
    """One for each partition; `what` has {p} for its number."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def __missing__(self, partition: int) -> Outage:
        return self.setdefault(partition, Outage(self._what.format(p=partition), _STAYS))


class Intake:
    """Decodes, buries what nobody can count, commits the rest."""

    def __init__(self, redis: Client, committer: Committer, metrics: CounterMetrics) -> None:
        self._redis = redis
        self._committer = committer
        self._metrics = metrics
        self._uncommitted = _Outages("nothing is committed on partition {p}")
        self._alone = _Outages("an entry on partition {p} cannot be committed, even alone")
        self._unburied = Outage("dead letters are not kept", _STAYS)

    async def take(self, partition: int, raw: Iterable[RawEntry]) -> None:
        """Commit delivered entries, however long Redis takes to allow it.

        Entries that fail by themselves while Redis is well stay pending, for a
        reclaim to try again.
        """
        entries = await self._decode(partition, raw)
        pause, tries = _FIRST_PAUSE, 0
        outage = self._uncommitted[partition]
        while entries:
            try:
                await self._committer.commit(partition, entries)
            except UNAVAILABLE as error:
                self._metrics.commit_failures.inc()
                tries += isinstance(error, ResponseError) and not isinstance(error, _STATE_OF_REDIS)
                outage.failed(error)
                if tries >= _TRIES_BEFORE_ISOLATION:
                    await self.take_alone(partition, entries)
                    return
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                outage.well()
                return

    async def take_alone(self, partition: int, entries: Sequence[Delivered]) -> None:
        """Commit each entry by itself; one that fails stays pending."""
        outage = self._alone[partition]
        for delivered in entries:
            try:
                await self._committer.commit(partition, [delivered])
            except UNAVAILABLE as error:
                self._metrics.commit_failures.inc()
                outage.failed(f"{delivered[0].decode()}: {error}")
            else:
                outage.well()

    async def retake(self, partition: int, raw: Sequence[RawEntry], *, alone: bool) -> None:
        """Commit reclaimed entries once. Raises what redis-py raises; they then stay pending."""
        entries = await self._decode(partition, raw)
        if alone:
            await self.take_alone(partition, entries)
        elif entries:
            await self._committer.commit(partition, entries)

    async def _decode(self, partition: int, raw: Iterable[RawEntry]) -> list[Delivered]:
        entries: list[Delivered] = []
        for stream_id, fields in raw:
            try:
                entries.append((stream_id, decode(fields)))
            except DefectiveEntry as defect:
                await self._make_dead(partition, stream_id, fields, defect)
        return entries

    async def _make_dead(
        self, partition: int, stream_id: bytes, fields: Mapping[bytes, bytes], defect: DefectiveEntry
    ) -> None:
        reason = defect.defect.value
        try:
            buried = await dead.bury(
                self._redis, partition, fields, reason=reason, detail=defect.detail, stream_id=stream_id
            )
        except UNAVAILABLE as error:
            # It stays pending and comes back by a reclaim.
            self._unburied.failed(error)
            return
        self._unburied.well()
        self._metrics.dead_trimmed.inc(buried.trimmed)
        if buried.here:
            self._metrics.dead.labels(reason).inc()
            log.error("entry %s on partition %d is dead: %s", stream_id.decode(), partition, defect)

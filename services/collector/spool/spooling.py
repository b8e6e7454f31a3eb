"""How a collector outlasts a Redis that is away: its streams, their circuits, the spool and the replay."""

import asyncio
import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry

from services.collector.circuit import Circuits
from services.collector.spool.replay import Replay
from services.collector.spool.spool import DIRECTORY, Spool
from services.collector.streams import Streams
from shared import hours
from shared.clock import Steady
from shared.connection import Client
from shared.metrics import SpoolMetrics
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.tracing.spans import Tracing


class Spooling:
    """The spool of one collector, and what goes with it."""

    def __init__(
        self,
        settings: Settings,
        redis: Client,
        registry: CollectorRegistry,
        *,
        held_back: Collection[int],
        tracing: "Tracing | None" = None,
    ) -> None:
        """`held_back` are the partitions that are to take nothing now."""
        self.circuits = Circuits("they go to the spool" if settings.spool else "they are refused")
        """Of each partition, whether its stream is worth a try."""
        self.streams = Streams(redis, remembered=settings.spool_max_age + hours.DAY)
        self.spool: Spool | None = None
        """None where views are not to be kept on disk."""
        if not settings.spool:
            return
        clock, metrics = Steady(), SpoolMetrics(registry)
        directory, now = settings.data_dir / DIRECTORY, lambda: clock.settle(time.time())
        self.spool = Spool(directory, settings.spool_max_bytes, metrics, now)
        self._replay = Replay(
            redis,
            self.spool,
            self.streams,
            metrics,
            max_age=settings.spool_max_age,
            circuits=self.circuits,
            held_back=held_back,
            now=now,
            tracing=tracing,
        )

    def begin(self) -> list[asyncio.Task[None]]:
        """Begin to bring back what waits; return the tasks to be ended."""
        return [asyncio.create_task(self._replay.run(), name="replay")] if self.spool else []

    async def close(self) -> None:
        """Let go of the disk."""
        if self.spool:
            await self.spool.close()

    @property
    def takes(self) -> bool:
        """Whether views are kept while Redis is away, as far as is known."""
        return self.spool is not None and not self.spool.broken

    def notes(self) -> list[str]:
        """Return what is not as usual."""
        away = sorted(p for p, circuit in self.circuits.items() if not circuit.closed)
        found = [f"Redis takes no views of partition {', '.join(map(str, away))} now"] if away else []
        if self.spool is None:
            return found
        if self.spool.broken:
            found.append(f"the spool takes nothing: {self.spool.broken}")
        if self.spool.entries:
            found.append(f"{self.spool.entries} entries wait in the spool ({self.spool.bytes} bytes)")
        return found

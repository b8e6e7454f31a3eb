"""How old the last backup is, for the metrics of the one service that every installation has once."""

from shared import backup_state
from shared.connection import Client
from shared.metrics import DeskMetrics
from shared.repeat import every

_EVERY = 15.0
"""Seconds between two looks."""


class BackupWatch:
    """Looks at what was noted about backups."""

    def __init__(self, redis: Client, metrics: DeskMetrics) -> None:
        self._redis = redis
        self._metrics = metrics

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await every(_EVERY, "how the backups go is not known", self.look)

    async def look(self) -> None:
        """Look once. Raises what redis-py raises."""
        state = await backup_state.read(self._redis)
        self._metrics.backup_at.set(state.at)
        self._metrics.backup_failures.set(state.failures)

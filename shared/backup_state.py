"""How the last backups went: noted by whoever makes one, told by the desk's metrics."""

from typing import NamedTuple

from shared import keys
from shared.connection import Client


class BackupState(NamedTuple):
    """When a backup was last made, and what came after it."""

    at: float = 0.0
    """Unix seconds; 0 before the first."""
    failures: int = 0
    """Backups that failed since."""


async def made(redis: Client, at: float) -> None:
    """Note a backup of a moment in Unix seconds. Raises what redis-py raises."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.delete(keys.BACKUP)
        pipe.hset(keys.BACKUP, "at", at)
        await pipe.execute()


async def failed(redis: Client, at: float, error: str) -> None:
    """Note that a backup could not be made. Raises what redis-py raises."""
    async with redis.pipeline(transaction=True) as pipe:
        pipe.hincrby(keys.BACKUP, "failures", 1)
        pipe.hset(keys.BACKUP, mapping={"failed_at": at, "error": error[:500]})
        await pipe.execute()


async def read(redis: Client) -> BackupState:
    """Return how the last backups went. Raises what redis-py raises."""
    at, failures = await redis.hmget(keys.BACKUP, "at", "failures")
    return BackupState(float(at or 0), int(failures or 0))

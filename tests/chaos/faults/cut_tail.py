"""The end of the append-only file is missing, as after a power failure."""

import random
import shutil
from pathlib import Path

from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from tests.chaos.load import Load
from tests.chaos.stage import PARTITIONS, stage
from tests.chaos.verdict import Row, books_of, counts_of
from tests.entries import SITE
from tests.own_redis import OwnRedis

FAULT = "cut tail of the append-only file"
FULL = (100, 2_000)
TENTH = (10, 200)


async def run(directory: Path, times: int, events: int) -> list[Row]:
    """Cut at so many places; what is left has to fit together, and lacks only what came last."""
    written = await _written(directory, events)
    chance = random.Random(3)
    size = _newest(written).stat().st_size
    books = 0
    fewest = events
    for n in range(times):
        server = await _cut(directory / str(n), written, chance.randrange(size // 2))
        books += await _misfit(server.client)
        fewest = min(fewest, await counts_of(server.client))
        await server.stop()
        shutil.rmtree(server.directory)
    return [Row(FAULT, times, events, 0, books, f"{fewest:,} events left at the deepest cut")]


async def control(directory: Path) -> Row:
    """Cut, and count one view more than its entries hold."""
    written = await _written(directory, 100)
    server = await _cut(directory / "control", written, 10)
    await server.client.hincrby(keys.count(0, SITE), "/story-1", 1)
    books = await _misfit(server.client)
    await server.stop()
    return Row(FAULT, 1, 100, 0, books)


async def _written(directory: Path, events: int) -> Path:
    """Return the folder of a Redis that was killed while it counted so many events."""
    async with stage(directory, "counter", "collector") as found:
        load = Load(found.collector)
        await load.send_all(events)
        await found.kill("counter")
        async with load.flowing(0):
            await load.some()
            found.redis.kill()
            await found.redis.start()
        found.redis.kill()
    return found.redis.directory


async def _cut(copy: Path, written: Path, behind: int) -> OwnRedis:
    """Start a Redis on a copy of the folder whose last `behind` bytes are missing."""
    shutil.copytree(written, copy)
    newest = _newest(copy)
    with newest.open("r+b") as file:
        file.truncate(max(0, newest.stat().st_size - behind))
    server = OwnRedis(copy)
    await server.start()
    return server


def _newest(directory: Path) -> Path:
    """Return the part of the append-only file that is written now."""
    return max(
        (directory / "appendonlydir").glob("*.incr.aof"), key=lambda path: int(path.name.split(".")[-3])
    )


async def _misfit(redis: Client) -> int:
    """Return how far books, counts and scores are from each other."""
    books = await books_of(redis)
    off = sum(abs(book.difference) + abs(book.counts_difference) for book in books)
    seconds, _ = await redis.time()
    decay = Decay(HALF_LIVES["24h"])
    for p in range(PARTITIONS):
        counts = {name: int(views) for name, views in (await redis.hgetall(keys.count(p, SITE))).items()}
        scores = dict(await redis.zrange(keys.board(p, SITE, "24h"), 0, -1, withscores=True))
        # All views are minutes old, so what they weigh tells how many they were.
        weights = {name: round(decay.weight(score, seconds)) for name, score in scores.items()}
        off += sum(abs(counts.get(name, 0) - weights.get(name, 0)) for name in counts.keys() | weights.keys())
    return off

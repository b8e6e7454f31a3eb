"""What happens: this version takes the place of the one before it, and gives it back."""

import asyncio
import sqlite3
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from services.cli import audit
from services.collector.spool.depth import depth_of
from services.collector.spool.spool import DIRECTORY
from shared import keys
from shared.connection import Client
from shared.hours import day_stamp
from shared.ledger import Ledger
from shared.service import bind
from tests.end_to_end.upgrade.process import Process
from tests.end_to_end.upgrade.readers import Readers
from tests.end_to_end.upgrade.version import THIS, Version
from tests.entries import SITE
from tests.waiting import wait_until


@dataclass
class Upgrade:
    """What was seen."""

    readers: Readers
    earlier: Version
    exits: list[int] = field(default_factory=list)
    spools: list[set[str]] = field(default_factory=list)
    """The spool files that each of two web processes had open at the same time."""
    left_over: int = 0
    """Entries that waited in the spool when the later version ended."""
    counts: dict[str, int] = field(default_factory=dict)
    days: int = 0
    book: Ledger | None = None


class Stage:
    """A Redis, a socket, a data directory, and processes on them."""

    def __init__(self, redis: Client, url: str, directory: Path, stack: ExitStack) -> None:
        self.redis = redis
        self.url = url
        self.directory = directory
        self.stack = stack
        self.http = stack.enter_context(bind("127.0.0.1", 0))
        self.readers = Readers(self.http.getsockname()[1])

    async def start(self, version: Version, name: str) -> Process:
        """Start a service while readers are in no haste, and return when it is ready."""
        self.readers.rest()
        socket = self.http if name == "web" else None
        process = Process(version, name, self.url, self.directory, socket)
        self.stack.callback(process.kill)
        await process.ready()
        return process

    def spooled(self) -> int:
        """Return how many entries wait on disk; one, while a file is being made for it."""
        try:
            return depth_of(self.directory / DIRECTORY).entries
        except sqlite3.OperationalError:
            return 1

    async def stop_writes(self) -> None:
        """Have Redis keep whoever writes waiting."""
        await self.redis.execute_command("CLIENT", "PAUSE", 60_000, "WRITE")

    async def allow_writes(self) -> None:
        """Have it go on."""
        await self.redis.execute_command("CLIENT", "UNPAUSE")


async def up_and_down(stage: Stage, earlier: Version) -> Upgrade:
    """Change to this version, one process beside the other, and back, one after the other."""
    began = time.time()
    readers = stage.readers
    seen = Upgrade(readers, earlier)
    counter, web = await asyncio.gather(stage.start(earlier, "counter"), stage.start(earlier, "web"))
    readers.may_repeat = not earlier.waits_for_the_idle
    async with readers.reading():
        await readers.some()
        # What reads goes first on the way up, and last on the way down.
        later_counter = await stage.start(THIS, "counter")
        seen.exits.append(await counter.end())
        later_web = await stage.start(THIS, "web")
        await readers.some()
        await stage.stop_writes()
        await wait_until(
            lambda: all(one.spool_files() for one in (web, later_web)) or readers.failures, "both take views"
        )
        seen.spools = [web.spool_files(), later_web.spool_files()]
        await stage.allow_writes()
        await wait_until(lambda: not stage.spooled(), "both bring back what waited", 60)
        seen.exits.append(await web.end())
        await readers.some()

        readers.may_repeat = False
        await stage.stop_writes()
        await wait_until(stage.spooled, "views wait on disk")
        seen.exits.append(await later_web.end())
        seen.left_over = stage.spooled()
        await stage.allow_writes()
        await stage.start(earlier, "web")
        await stage.start(earlier, "counter")
        seen.exits.append(await later_counter.end())
        await readers.some()

    async def rests() -> bool:
        (book,) = await audit.read(stage.redis, stage.directory / DIRECTORY)
        seen.book = book
        return book.balanced and not (book.pending_views or book.undelivered_views or book.spooled_views)

    await wait_until(rests, "everything taken is counted", 60)
    counted = await stage.redis.hgetall(keys.count(0, SITE))
    seen.counts = {article.decode(): int(views) for article, views in counted.items()}
    seen.days = len({day_stamp(began), day_stamp(time.time())})
    return seen

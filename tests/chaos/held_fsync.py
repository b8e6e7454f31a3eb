"""A disk that is too busy to synchronise: the fsync of a Redis is held up for as long as one wants.

strace stops the one thread that does it at the door of the call. What was
written stays in the memory of the kernel, as it does when a disk is slow, so
what a kill loses is only what the process had not written yet.
"""

import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.connection import Client
from tests.programs import need
from tests.waiting import wait_until

_CALLS = "fsync,fdatasync"
_FOR_EVER = 3_600_000_000
"""Microseconds."""


@asynccontextmanager
async def held_fsync(pid: int, redis: Client) -> AsyncIterator[None]:
    """Hold up fsync in a Redis with `appendfsync everysec`; give way once it has begun to.

    A Redis that was killed meanwhile is gone only afterwards: who traces it is told first.
    """
    command = [need("strace"), "-q", "-o", "/dev/null", "-p", _synchronising(pid), "-e", f"trace={_CALLS}"]
    command += ["-e", f"inject={_CALLS}:delay_enter={_FOR_EVER}"]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:

        async def holds() -> bool:
            assert tracer.poll() is None, f"strace ended with {tracer.returncode}"
            told = await redis.info("persistence")
            return bool(told["aof_pending_bio_fsync"] and told["aof_buffer_length"])

        await wait_until(holds, "Redis keeps back what it should write")
        yield
    finally:
        # Asked politely it would wait until what it holds may go on.
        tracer.kill()
        tracer.wait()


async def written_late(redis: Client) -> None:
    """Return when a Redis whose fsync is held up has just written all the same, having waited enough."""
    before = await _delayed(redis)

    async def once_more() -> bool:
        return await _delayed(redis) > before

    await wait_until(once_more, "Redis writes although fsync is held up")


async def _delayed(redis: Client) -> int:
    return int((await redis.info("persistence"))["aof_delayed_fsync"])


def _synchronising(pid: int) -> str:
    """Return the thread of a Redis that synchronises its append-only file."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    [found] = [thread.name for thread in threads if "aof" in (thread / "comm").read_text()]
    return found

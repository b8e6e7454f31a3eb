"""Put many entries on the streams, each once, no faster than the counter counts."""

import asyncio
from hashlib import blake2b

from services.cli.importing import backlog
from services.cli.trouble import Trouble
from services.collector.append import append
from shared.connection import UNAVAILABLE, Client
from shared.entry import Entry

_ATTEMPTS = 8


def entry_id(started_ms: int, name: str) -> str:
    """Return the id of an entry that is the same whenever it is made, stamped with a moment."""
    return f"{started_ms:012x}{blake2b(name.encode(), digest_size=8).hexdigest()}"


async def write_once(redis: Client, entries: list[tuple[int, Entry]], mark: tuple[str, str]) -> None:
    """Write entries of one partition unless their mark is there; wait for room, and for a Redis that is away.

    Raises Trouble after about a minute without success.
    """
    for attempt in range(_ATTEMPTS):
        try:
            await backlog.room(redis, entries[0][0])
            # After a reply that was lost the mark tells whether the entries went through.
            if attempt == 0 or not await redis.sismember(*mark):
                await append(redis, entries, mark)
        except UNAVAILABLE as error:
            failure = error
            await asyncio.sleep(min(2**attempt / 4, 15))
        else:
            return
    raise Trouble(f"Redis does not take the views ({failure}); run this again: it goes on where it stopped")

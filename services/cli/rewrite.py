"""The embedded Valkey's append-only file is written anew every day.

Until then it holds every command it was sent, among them the one that set a
salt which Valkey itself has long forgotten (docs/privacy.md).
"""

import logging
import time

from redis.exceptions import ResponseError

from services.cli.embedded import Embedded
from shared.connection import connect
from shared.repeat import every

log = logging.getLogger(__name__)

_LOOK = 300.0
"""Seconds between two looks whether it is due."""

_DAY = 86_400


async def ask(url: str) -> None:
    """Ask the server at an address for a rewrite. Raises what redis-py raises when it is away."""
    redis = connect(url, deadline=5, name="rewrite")
    try:
        await redis.bgrewriteaof()
        log.info("the append-only file is rewritten")
    except ResponseError as error:  # one is under way, or this user may not
        log.warning("the append-only file is not rewritten: %s", error)
    finally:
        await redis.aclose()


class Rewriting:
    """Has the file rewritten once it is a day old."""

    def __init__(self, valkey: Embedded) -> None:
        self._valkey = valkey

    async def run(self) -> None:
        """Look again and again until cancelled."""
        await every(_LOOK, "the append-only file is not rewritten", self.look)

    async def look(self) -> None:
        """Ask for a rewrite when one is due. Raises what redis-py raises."""
        if self.due(time.time()):
            await ask(self._valkey.url)

    def due(self, now: float) -> bool:
        """Return whether the file was last written whole a day before `now` (Unix seconds), or earlier."""
        # Each rewrite makes a new base and takes the one before it away.
        bases = (self._valkey.directory / "appendonlydir").glob("*.base.*")
        written = [path.stat().st_mtime for path in bases]
        return bool(written) and not 0 <= now - max(written) < _DAY

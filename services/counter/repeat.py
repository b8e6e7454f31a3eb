"""Do something again and again, and wait for a Redis that is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from shared.connection import UNAVAILABLE

log = logging.getLogger(__name__)


async def every(seconds: float, what: str, do: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again until cancelled; a Redis that is away is logged and waited for."""
    while True:
        try:
            await do()
        except UNAVAILABLE as error:
            log.warning("%s: %s", what, error)
        await asyncio.sleep(seconds)

"""Do something again and again, and wait for a Redis that is away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.connection import UNAVAILABLE

T = TypeVar("T")

log = logging.getLogger(__name__)


async def every(seconds: float, what: str, do: Callable[[], Awaitable[object]]) -> None:
    """Do something again and again until cancelled; a Redis that is away is logged and waited for."""
    while True:
        try:
            await do()
        except UNAVAILABLE as error:
            log.warning("%s: %s", what, error)
        await asyncio.sleep(seconds)


async def until_it_can(what: str, do: Callable[[], Awaitable[T]], pause: float = 1.0) -> T:
    """Return what `do` returns; while Redis is away, `what` is logged and it is tried again after a pause."""
    while True:
        try:
            return await do()
        except UNAVAILABLE as error:
            log.warning("%s: %s", what, error)
        await asyncio.sleep(pause)

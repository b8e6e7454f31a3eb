"""Do something again and again, wait for a Redis that is away, and for what is to come."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.connection import UNAVAILABLE
from shared.outage import Outage

T = TypeVar("T")


async def every(
    seconds: float, what: str, do: Callable[[], Awaitable[object]], *, meanwhile: str = ""
) -> None:
    """Do something again and again until cancelled; a Redis that is away is waited for.

    The log says that `what` is the case then, and what is done `meanwhile`.
    """
    outage = Outage(what, meanwhile)
    while True:
        try:
            await do()
        except UNAVAILABLE as error:
            outage.failed(error)
        else:
            outage.well()
        await asyncio.sleep(seconds)


async def until_it_can(
    what: str, do: Callable[[], Awaitable[T]], pause: float = 1.0, *, meanwhile: str = ""
) -> T:
    """Return what `do` returns; while Redis is away it is tried again after a pause. Logged as by every()."""
    outage = Outage(what, meanwhile)
    while True:
        try:
            found = await do()
        except UNAVAILABLE as error:
            outage.failed(error)
        else:
            outage.well()
            return found
        await asyncio.sleep(pause)


async def until(holds: Callable[[], Awaitable[bool]], pause: float) -> None:
    """Return once a condition holds, asked again after each pause; whoever calls sets a limit of time."""
    while True:
        if await holds():
            return
        await asyncio.sleep(pause)

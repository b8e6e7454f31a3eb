"""Ending background tasks, for certain."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

log = logging.getLogger(__name__)

_AGAIN = 0.07
"""Seconds after which a task that still runs is cancelled again; no whole part of a second, or a task
that does something every second could lose each of them at the same place."""


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended; what one of them died of is logged.

    Once is not enough: on Python 3.11 asyncio.wait_for loses a cancellation that comes just as what
    it waits for is done, and redis-py sends every command through it.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        done, running = await asyncio.wait(running, timeout=_AGAIN)
        for task in done:
            if not task.cancelled() and (failure := task.exception()) is not None:
                log.error("%s had failed", task.get_name(), exc_info=failure)

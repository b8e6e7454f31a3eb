"""Wait for conditions, never for time."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def wait_until(
    condition: Callable[[], Awaitable[object] | object], description: str, seconds: float = 20
) -> None:
    """Return once the condition holds; fail with the description if it never does."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if isinstance(answer, Awaitable):
            answer = await answer
        if answer:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not so: {description}")
        await asyncio.sleep(0.02)

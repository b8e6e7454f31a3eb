"""Work under way: who asks for what is being made waits for it, and does not make it too."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Flights(Generic[K, V]):
    """One piece of work at a time for each key."""

    def __init__(self) -> None:
        self._under_way: dict[K, asyncio.Task[V]] = {}

    async def join(self, key: K, make: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """Return what `make` makes, or what is being made for the key already. Raises what it raises."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(make())
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key))
        # Shielded, so that one asker who goes away takes the answer from nobody else.
        return await asyncio.shield(task)

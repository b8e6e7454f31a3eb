"""The lease: of several rankers one leads, under a generation that only grows.

A lease runs out, and who held it may be the last to notice. So what a leader
writes carries its generation, and is refused once a newer one has written.
"""

import secrets
from importlib.resources import files

from shared import keys
from shared.connection import Client


class Lease:
    """One bidder for a lease of three seconds."""

    def __init__(self, redis: Client, name: str, milliseconds: int = 3_000) -> None:
        self._redis = redis
        self._name = name
        self._milliseconds = milliseconds
        self._owner = secrets.token_hex(16)
        self._at_least = 0
        scripts = files("services.ranker").joinpath("lua")
        self._renew = redis.register_script(scripts.joinpath("lease.renew.lua").read_text())
        self._release = redis.register_script(scripts.joinpath("lease.release.lua").read_text())
        self.generation: int | None = None
        """The generation we lead under, None while we do not lead."""
        self.terms = 0
        """How many times we came to lead. An emptied database gives the same generation again."""

    async def hold(self) -> bool:
        """Take the lease or renew it, and return whether it is ours. Raises what redis-py raises."""
        if not await self._renewed():
            self.generation = None
            taken = await self._redis.set(keys.lease(self._name), self._owner, nx=True, px=self._milliseconds)
            if not taken:
                return False
        if self.generation is None:
            generation = await self._next_generation()
            # Between taking and asking another may have led: then its generation could be the lower one.
            if not await self._renewed():
                return False
            self.generation = generation
            self.terms += 1
        return True

    def outgrow(self, generation: int) -> None:
        """Lead on only under a generation above this one, which was found in our way.

        It is there by right when another leads. When we still do, the database
        was emptied or set back behind us and has forgotten how far it had counted.
        """
        self.generation = None
        self._at_least = max(self._at_least, generation)

    async def release(self) -> None:
        """Let go, so that another need not wait. Raises what redis-py raises."""
        self.generation = None
        await self._release(keys=[keys.lease(self._name)], args=[self._owner])

    async def _renewed(self) -> bool:
        return bool(await self._renew(keys=[keys.lease(self._name)], args=[self._owner, self._milliseconds]))

    async def _next_generation(self) -> int:
        field = f"generation:{self._name}"
        generation = int(await self._redis.hincrby(keys.META, field, 1))
        if generation <= self._at_least:
            behind = self._at_least + 1 - generation
            generation = int(await self._redis.hincrby(keys.META, field, behind))
        return generation

"""The scripts of every release, kept for a year under the names that pages pin.

While a service is upgraded, pages ask both versions for the hashed names of
both. So each process puts its scripts into Redis when it starts, and looks
there for a name that is not its own.
"""

import asyncio
import re
from collections.abc import Iterable

from shared import keys
from shared.connection import UNAVAILABLE, Client
from shared.http import Methods, Request, Response
from shared.problem import Kind, Problem
from shared.repeat import until_it_can
from shared.script import FOR_EVER, MOVING, Script

LIFETIME = 366 * 86_400
"""Seconds a release is served after it was last started."""

_HASHED = re.compile(r"/([a-z]{1,20}\.v[0-9]{1,3})\.[0-9a-f]{16}\.js")
_DEADLINE = 0.8
"""Seconds a request waits for Redis."""

_REMEMBERED = 20
"""Scripts of other releases held in memory."""


class Released:
    """Answers with this release's scripts, and with those of others by their hashed names."""

    def __init__(self, redis: Client, scripts: Iterable[Script], beside: Iterable[str] = ()) -> None:
        """`beside` are names without `.js` of the scripts of another service, such as `beacon.v1`, whose
        hashed names are answered here too: a router by whole paths cannot tell which are whose."""
        self._redis = redis
        self._stable = {script.stable: script for script in scripts}
        self._own = {script.hashed: script for script in self._stable.values()}
        self._known = {*self._stable, *(f"/{name}.js" for name in beside)}
        self._others: dict[str, Script] = {}

    def __getitem__(self, name: str) -> Script:
        """Return this release's script of a stable name without `.js`."""
        return self._stable[f"/{name}.js"]

    def beyond(self, path: str) -> Methods | None:
        """Return what answers the hashed name of one of these scripts in any release, None for others."""
        named = _HASHED.fullmatch(path)
        return {"GET": self.hashed} if named is not None and f"/{named[1]}.js" in self._known else None

    async def publish(self) -> None:
        """Put this release's scripts where the processes of others find them; tries until it can."""
        await until_it_can("the scripts are not published yet", self._put)

    async def _put(self) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for path, script in self._own.items():
                pipe.set(keys.script(path), script.body, ex=LIFETIME)
            await pipe.execute()

    async def stable(self, request: Request) -> Response:
        """Answer a stable name."""
        return self._stable[request.scope["path"]].to(request, MOVING)

    async def hashed(self, request: Request) -> Response:
        """Answer a hashed name. Raises Problem(NOT_FOUND) for a release nobody knows any more."""
        path = request.scope["path"]
        script = self._own.get(path) or self._others.get(path) or await self._find(path)
        return script.to(request, FOR_EVER)

    async def _find(self, path: str) -> Script:
        named = _HASHED.fullmatch(path)
        try:
            async with asyncio.timeout(_DEADLINE):
                body: bytes | None = await self._redis.get(keys.script(path)) if named else None
        except UNAVAILABLE:
            raise Problem(Kind.UNAVAILABLE) from None
        script = Script(named[1], body) if named and body else None
        if script is None or script.hashed != path:
            raise Problem(Kind.NOT_FOUND)
        if len(self._others) >= _REMEMBERED:
            del self._others[next(iter(self._others))]
        self._others[path] = script
        return script

"""The scripts of the web process, asked for over a socket by a browser that names no coding by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import httpx
from prometheus_client import CollectorRegistry

from services.cli import web
from shared.connection import connect
from shared.settings import Settings
from tests.listening import served
from tests.waiting import wait_until

BEACON = "/beacon.v1.js"
STABLE = (BEACON, "/widget.v1.js")


def hashed_name(path: str, body: bytes) -> str:
    """Return the name that means these bytes, for the stable one."""
    return f"{path.removesuffix('js')}{sha256(body).hexdigest()[:16]}.js"


@asynccontextmanager
async def browser_at(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a port of this machine."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        del client.headers["accept-encoding"]
        yield client


@asynccontextmanager
async def web_at(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a web process of its own, which is ready; the server is emptied for it."""
    redis = connect(redis_url, deadline=5, name="test")
    await redis.flushall()
    await redis.aclose()
    service = web.build(Settings(site=("news.example",), redis_url=redis_url), CollectorRegistry())

    async def ready() -> bool:
        return await service.unready() == []

    await service.start()
    try:
        async with served(service.app) as server, browser_at(server.port) as client:
            await wait_until(ready, "the web process is ready")
            yield client
    finally:
        await service.stop()


async def sent(http: httpx.AsyncClient, path: str, coding: str) -> tuple[httpx.Response, bytes]:
    """Return an answer and its bytes as they came."""
    async with http.stream("GET", path, headers={"accept-encoding": coding}) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])

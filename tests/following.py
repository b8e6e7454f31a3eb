"""A desk that follows feeds or a WordPress, and what it says of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CollectorRegistry

from shared.connection import Client
from shared.feed_state import FeedState, read_states
from tests.desks import SITE, desk_at
from tests.feeds import LOOPBACK
from tests.waiting import wait_until

API = "/wp-json/wp/v2/posts"
"""Where a WordPress has its posts."""


@asynccontextmanager
async def following_at(
    redis_url: str, registry: CollectorRegistry | None = None, **given: Any
) -> AsyncIterator[None]:
    """Run a desk that follows what it is given, and is ready at the end too."""
    async with desk_at(redis_url, registry, **{"feed_networks": (LOOPBACK,), **given}) as desk:
        await desk.start()
        yield
        assert await desk.unready() == []


@asynccontextmanager
async def follows_wordpress(redis_url: str, url: str, **given: Any) -> AsyncIterator[None]:
    """Run a desk that follows a WordPress."""
    async with following_at(redis_url, wordpress=(f"{SITE}={url}",), feed_interval=5, **given):
        yield


async def state(redis: Client, url: str) -> FeedState:
    """Return what is known of a feed."""
    return (await read_states(redis, SITE)).get(url, FeedState(url))


async def said(redis: Client, url: str, text: str) -> None:
    """Wait until the state of a feed says this."""

    async def told() -> bool:
        return text in (await state(redis, url)).last_error

    await wait_until(told, f"the state says {text!r}")


async def filled_in(redis: Client, url: str) -> None:
    """Wait until the archive of a WordPress is in."""

    async def done() -> bool:
        return (await state(redis, url)).memory.get("archive") == "done"

    await wait_until(done, "the archive is filled in")

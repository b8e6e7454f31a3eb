"""A board on a page, and the desk's own page, of services within this process; articles straight in Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.async_api import BrowserContext, Page
from prometheus_client import CollectorRegistry

from shared.connection import Client
from tests.desks import KEY, desk_at
from tests.listening import Served, served
from tests.published import article, catalogue, count, publish, query

A_WHILE = 5_000
"""Milliseconds in which the board asks again."""


@dataclass
class Shown:
    """A board of a service within this process, and the page it is shown on."""

    page: Page
    service: Served

    async def open(self, asked: str = "") -> Page:
        """Open the board and return its page."""
        await self.page.clock.install()
        await self.page.goto(f"http://127.0.0.1:{self.service.port}/board{asked}")
        return self.page


@asynccontextmanager
async def board(context: BrowserContext, redis_url: str, **settings: object) -> AsyncIterator[Shown]:
    """The board of a service with these settings."""
    async with query(redis_url, **settings) as (service, _), served(service.app) as on_port:
        yield Shown(await context.new_page(), on_port)


@dataclass
class Newsroom:
    """A board, and the address of the desk's page it links to."""

    board: Shown
    desk: str
    registry: CollectorRegistry
    """What the desk counts."""

    async def open_desk(self, asked: str = "", key: str = KEY) -> Page:
        """Open the desk's page in a tab of its own, give it a key, and return it."""
        page = await self.board.page.context.new_page()
        await page.goto(f"{self.desk}/{asked}")
        await page.get_by_label("Key", exact=True).fill(key)
        await page.keyboard.press("Enter")
        return page


@asynccontextmanager
async def newsroom(
    context: BrowserContext, redis_url: str, desk_key: str | None = KEY, **settings: object
) -> AsyncIterator[Newsroom]:
    """A public board of a service with these settings, that knows the address of a desk beside it."""
    registry = CollectorRegistry()
    async with desk_at(redis_url, registry, desk_key=desk_key) as service, served(service.app) as on_port:
        desk = f"http://127.0.0.1:{on_port.port}"
        async with board(context, redis_url, board="public", desk_url=desk, **settings) as shown:
            yield Newsroom(shown, desk, registry)


async def two_articles(redis: Client) -> None:
    """Catalogue two articles and publish a list of both."""
    now = datetime.now(UTC)
    await catalogue(redis, *(article(one, published_at=now - timedelta(hours=1)) for one in "ab"))
    await count(redis, {"a": 5, "b": 3})
    await publish(redis, "trending", {"a": (2.0, 5), "b": (1.0, 3)}, past=["b", "a"])

"""A board on a page, of a service within this process, with articles put straight into Redis."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.async_api import BrowserContext, Page

from shared.connection import Client
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


async def two_articles(redis: Client) -> None:
    """Catalogue two articles and publish a list of both."""
    now = datetime.now(UTC)
    await catalogue(redis, *(article(one, published_at=now - timedelta(hours=1)) for one in "ab"))
    await count(redis, {"a": 5, "b": 3})
    await publish(redis, "trending", {"a": (2.0, 5), "b": (1.0, 3)}, past=["b", "a"])

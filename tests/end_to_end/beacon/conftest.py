"""One newspaper, one service and one reader's Chromium for all tests of the beacon."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.end_to_end.beacon.edge import edge_at
from tests.end_to_end.beacon.press import EVERY_VIEW, PRIVATE, Press
from tests.end_to_end.beacon.readers import watched_reader
from tests.end_to_end.hosting import hosting
from tests.serving import serve

SETTINGS = """
origin = ["{site}", "{edge}"]
[sites."{every_view}"]
dedupe_window = "0"
[sites."{private}"]
honour_privacy_signals = true
"""


@pytest.fixture(scope="package")
async def press(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Press]:
    """The newspaper, the edge and the running service."""
    directory = tmp_path_factory.mktemp("beacon")
    async with hosting() as site, edge_at() as edge:
        settings = SETTINGS.format(site=site.url, edge=edge.url, every_view=EVERY_VIEW, private=PRIVATE)
        (directory / "groundswell.toml").write_text(settings)
        async with serve(directory) as serving:
            edge.behind |= {"": serving.url, "/stats": serving.url, "/paper": site.url}
            yield Press(site, edge, serving)


@pytest.fixture(scope="package")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A reader's Chromium as it comes."""
    async with watched_reader(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A tab of its own; every complaint of its pages fails the test."""
    tab = await browser.contexts[0].new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    yield tab
    await tab.close()
    assert complaints == []

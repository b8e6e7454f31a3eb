"""The list in a frame on somebody else's page, with the listener that docs/embed.md gives."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from shared.connection import Client
from tests.end_to_end.hosting import Site, hosting
from tests.listening import served
from tests.published import SITE, article, catalogue, count, publish, query

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "embed.md").read_text(encoding="utf-8")
FRAME = (
    "<iframe src='{url}/embed/trending?site={site}{more}' title='Trending' width='300' height='40'></iframe>"
)


def listener(url: str) -> str:
    """Return the script that the documentation gives, for a service at this address."""
    found = re.search(r"<script>\n    addEventListener\(\"message\".*?</script>", DOCUMENTATION, re.DOTALL)
    assert found is not None
    return found[0].replace("https://stats.news.example", url)


@pytest.fixture
async def service(redis: Client, redis_url: str) -> AsyncIterator[str]:
    """The address of a query service whose list has nine articles with long titles."""
    ids = [f"story-{n}" for n in range(9)]
    await catalogue(redis, *(article(one, title=f"A title of {one} " + "that goes on " * 5) for one in ids))
    await count(redis, dict.fromkeys(ids, 7))
    await publish(redis, "trending", {one: (9.0 - n, 7) for n, one in enumerate(ids)}, past=ids)
    async with query(redis_url) as (running, _), served(running.app) as on_port:
        yield f"http://127.0.0.1:{on_port.port}"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with hosting() as running:
        yield running


@pytest.fixture
async def page(browser: Browser) -> Page:
    return await browser.new_page()


async def test_the_frame_becomes_as_high_as_its_list(service: str, site: Site, page: Page):
    frame = FRAME.format(url=service, site=SITE, more="&limit=9")
    await page.goto(site.page(listener(service) + frame))

    await page.wait_for_function("document.querySelector('iframe').height > 300")
    inside = page.frame_locator("iframe").locator("html")
    await inside.locator("[part~=item]").nth(8).wait_for()

    async def fits() -> bool:
        high = await inside.evaluate("root => root.getBoundingClientRect().height")
        return abs(high - int(await page.locator("iframe").get_attribute("height") or 0)) <= 1

    await page.wait_for_function("document.querySelector('iframe').height > 300")
    assert await fits()
    assert await inside.evaluate("root => root.scrollWidth") <= 300


async def test_without_a_script_the_frame_shows_the_same_list(service: str, site: Site, page: Page):
    frame = FRAME.format(url=service, site=SITE, more="&limit=9&script=off")
    await page.goto(site.page(listener(service) + frame))

    links = page.frame_locator("iframe").locator("ol a")
    await links.first.wait_for()
    assert await links.count() == 9
    assert await links.first.get_attribute("target") == "_top"
    assert await page.frame_locator("iframe").locator("script").count() == 0


async def test_no_other_page_can_be_framed(service: str, site: Site, page: Page):
    for path in ("/board", "/docs", "/demo/"):
        await page.goto(site.page(f"<iframe src='{service}{path}' title='x'></iframe>"))
        refused = page.frames[1]
        await refused.wait_for_load_state()

        assert refused.url.startswith("chrome-error:"), path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "more", ["", "&script=off", "&layout=cards&show=rank+section+time+summary+views+movement"]
)
async def test_it_can_be_read_by_everybody(service: str, browser: Browser, scheme: str, more: str):
    context = await browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = await context.new_page()
    await page.goto(f"{service}/embed/trending?site={SITE}{more}")
    await page.locator("ol a" if "script=off" in more else "trending-list [part~=link]").first.wait_for()

    found = await Axe().run(page)

    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []

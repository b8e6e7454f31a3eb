"""What a reader's browser is told to do, and what a test then sees."""

from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Newsroom
from tests.waiting import wait_until

LINKS = "trending-list [part~=title][href]"
"""The titles of a list; the ghosts that keep a row high are no links."""

SHIFTS = """<script>
window.shifted = []
new PerformanceObserver(list => list.getEntries().forEach(entry => shifted.push(
  [entry.value, ...entry.sources.map(one => one.node?.nodeName)].join(" ")
))).observe({type: "layout-shift", buffered: true})
</script>"""
"""Remembers everything that moved on a page although nobody touched it."""

_SAID = """[...document.querySelectorAll("view-count")].map(count => {
  let box = count.shadowRoot?.querySelector("[part=count]")
  return !box || box.querySelector("slot") ? count.textContent : box.textContent
})"""


class Asked:
    """What a page has asked the service for, by path."""

    def __init__(self, page: Page, path: str) -> None:
        self.urls: list[str] = []
        page.on("request", lambda one: self.urls.append(one.url) if urlsplit(one.url).path == path else None)

    def __len__(self) -> int:
        return len(self.urls)

    def parameters(self, number: int = -1) -> dict[str, str]:
        """Return the parameters of a request, the latest by default."""
        return dict(parse_qsl(urlsplit(self.urls[number]).query))

    def ids(self, number: int = -1) -> list[str]:
        """Return the ids of a request for counts."""
        query = urlsplit(self.urls[number]).query
        (value,) = [pair.removeprefix("ids=") for pair in query.split("&") if pair.startswith("ids=")]
        return [unquote(one) for one in value.split(",")]


async def titles(page: Page) -> list[str]:
    """Return what the only list of a page has now, without the words they all share."""
    return [one.removeprefix("Title of ") for one in await page.locator(LINKS).all_inner_texts()]


async def listed(page: Page, *ids: str) -> None:
    """Wait until the only list of a page has these articles, in this order."""
    await expect(page.locator(LINKS)).to_have_text([f"Title of {one}" for one in ids])


async def said(page: Page) -> list[str]:
    """Return what the counts of a page say now to somebody who hears them."""
    counts: list[str] = await page.evaluate(_SAID)
    return counts


async def counted(page: Page, *texts: str) -> None:
    """Wait until the counts of a page say this."""
    await seen(page, said, *texts)


async def seen(
    page: Page, look: Callable[[Page], Awaitable[list[str]]], *texts: str, seconds: float = 5
) -> None:
    """Wait until a look at the page finds this."""
    found: list[str] = []

    async def so() -> bool:
        found[:] = await look(page)
        return found == [*texts]

    try:
        await wait_until(so, "it is seen", seconds)
    except AssertionError:
        raise AssertionError(f"{found} are not {texts}") from None


async def clock(page: Page) -> None:
    """Make the page's clock the test's. The browser's cache has its own, so the page goes without."""
    await page.clock.install()
    browser = await page.context.new_cdp_session(page)
    await browser.send("Network.enable")
    await browser.send("Network.setCacheDisabled", {"cacheDisabled": True})


HALF_A_MINUTE = 36_001
"""Milliseconds; as long as it takes at most from one question to the next."""


async def passes(page: Page, look: Callable[[Page], Awaitable[list[str]]], *texts: str) -> None:
    """Let half minutes pass until a look at the page finds this. The service may give an answer twice."""
    for seconds in (1, 1, 1, 5):
        await page.clock.fast_forward(HALF_A_MINUTE)
        try:
            await seen(page, look, *texts, seconds=seconds)
        except AssertionError:
            if seconds > 1:
                raise
        else:
            return


async def told(page: Page, *ids: str, views: int = 100) -> None:
    """Let half minutes pass until the page has been told of this order, whatever it makes of it.

    `views` are those of the first story.
    """

    async def so() -> bool:
        async with page.expect_response(lambda one: "/v1/trending?" in one.url) as answered:
            await page.clock.fast_forward(HALF_A_MINUTE)
        stories = (await (await answered.value).json())["data"]
        return [one["id"] for one in stories] == [*ids] and stories[0]["metrics"]["views"] == views

    await wait_until(so, f"the page is told of {ids}")
    await settled(page)


async def settled(page: Page) -> None:
    """Return once the browser has drawn what it knows."""
    await page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def copied(site: Site, newsroom: Newsroom, *, ahead: bytes = b"") -> str:
    """Return the tag of our script as a site serves it itself, behind something of its own."""
    async with httpx.AsyncClient(base_url=newsroom.url, trust_env=False) as client:
        ours = (await client.get("/widget.v1.js")).content
    src = site.file("/combined.js", ahead + ours, {"content-type": "text/javascript"})
    return f'<script src="{src}"></script>'

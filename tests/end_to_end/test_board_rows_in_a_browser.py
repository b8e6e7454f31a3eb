"""The rows of the board in a real browser: how they move, and that hostile words stay words."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect

from shared.connection import Client
from tests.end_to_end.boards import A_WHILE, board, two_articles
from tests.published import article, catalogue, publish

RUNS = "window.ran = 1"
HOSTILE = [
    f"<script>{RUNS}</script>",
    f"<img src=x onerror='{RUNS}'>",
    f'" onmouseover="{RUNS}" autofocus onfocus="{RUNS}',
    "</option></select><svg onload='window.ran = 1'>",
    "\u202egnp.exe \u2066right to left\u2069 \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "W" * 500,
]


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(20_000)
        yield opened


async def test_a_row_glides_to_its_new_place_and_keeps_the_focus(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.locator("#rows a", has_text="Title of b").focus()

        assert "translateY" in await what_moved(page, redis)

        await expect(page.locator("#rows a", has_text="Title of b")).to_be_focused()


async def test_nothing_glides_for_who_asked_for_less_motion(redis: Client, redis_url: str, browser: Browser):
    await two_articles(redis)
    async with (
        await browser.new_context(reduced_motion="reduce") as context,
        board(context, redis_url, board="public") as shown,
    ):
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()

        assert await what_moved(page, redis) == "[]"


async def what_moved(page: Page, redis: Client) -> str:
    """Turn the list around, wait until it is shown, and return the key frames of rows in between."""
    await page.evaluate("""() => {
      const animate = Element.prototype.animate;
      window.moved = [];
      Element.prototype.animate = function (frames, told) {
        if (this.matches("tr")) window.moved.push(frames);
        return animate.call(this, frames, told);
      };
    }""")
    await publish(redis, "trending", {"b": (2.0, 6), "a": (1.0, 5)}, past=["b", "a"])
    await page.clock.run_for(A_WHILE)
    await expect(page.locator("#rows th a")).to_have_text(["Title of b", "Title of a"])
    return str(await page.evaluate("JSON.stringify(window.moved)"))


async def test_hostile_words_are_only_words(redis: Client, redis_url: str, context: BrowserContext):
    now = datetime.now(UTC)
    for n, word in enumerate(HOSTILE):
        words = {"title": word, "section": word[:100], "tags": (word[:100],), "authors": (word[:100],)}
        await catalogue(redis, article(f"h{n}", published_at=now - timedelta(minutes=n), **words))
    async with board(context, redis_url, board="public") as shown:
        complaints: list[str] = []
        page = shown.page
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: None if "favicon" in said.location["url"] else complaints.append(said.text),
        )
        # Should even the service be deceived, an address that could run is no address.
        await page.route("**/v1/board?*", poison)

        await shown.open(f"?author={'%3Cb%3E'}")
        await page.get_by_role("button", name="Clear").click()

        await expect(page.locator("#rows tr")).to_have_count(len(HOSTILE))
        assert await page.locator("#rows a").first.inner_text() == HOSTILE[0]
        assert await page.locator("#rows a[href], #rows img").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert await page.evaluate("window.ran") is None
        assert complaints == []


async def poison(route: Route) -> None:
    """Pass the answer on with addresses that run, and an origin and an advice that are HTML."""
    answer = await route.fetch()
    body = await answer.json()
    for story in body["data"]:
        story["url"] = story["image_url"] = f"javascript:{RUNS}"
        story["thumbnail_url"] = f"data:text/html,<script>{RUNS}</script>"
    body["arrivals"]["foreign_origins"] = {HOSTILE[1]: 3}
    body["arrivals"]["dropped"] = {HOSTILE[0]: 3}
    body["arrivals"]["advice"] = [HOSTILE[1], HOSTILE[5]]
    await route.fulfill(response=answer, json=body)

"""Going back through the days, in a real browser."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared.connection import Client
from tests.end_to_end.boards import A_WHILE, board
from tests.histories import Recorder
from tests.published import article, catalogue, publish


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    # Where it is noon, the day goes back far enough.
    zone = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    async with await browser.new_context(viewport={"width": 1280, "height": 900}, timezone_id=zone) as opened:
        opened.set_default_timeout(20_000)
        yield opened


@pytest.fixture
async def past(redis: Client) -> None:
    """Lists of yesterday, of three hours ago, and of now."""
    now = time.time()
    published = datetime.now(UTC) - timedelta(days=3)
    await catalogue(redis, *(article(one, published_at=published) for one in "abc"))
    recorder = Recorder(redis)
    for hours_ago, ids in ((30, "c"), (3, "ba"), (0.1, "ab")):
        await recorder.record(now - hours_ago * 3_600, ids)
    await publish(redis, "trending", {"a": (2.0, 5), "b": (1.0, 3)})


def titles(ids: str) -> list[str]:
    return [f"Title of {one}" for one in ids]


async def back(page: Page, *presses: str) -> None:
    """Press keys on the control that goes back, and let who may have gone on dragging have stopped."""
    await page.locator("#then-minute").focus()
    for press in presses:
        await page.keyboard.press(press)
    await page.clock.run_for(1_000)


async def test_the_board_goes_back_through_the_day_by_keyboard_and_returns(
    past: None, redis_url: str, context: BrowserContext
):
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        rows, banner, slider = page.locator("#rows th a"), page.locator("#past"), page.locator("#then-minute")
        await expect(rows).to_have_text(titles("abc"))
        await expect(banner).to_be_hidden()
        await expect(slider).to_have_attribute("aria-valuetext", "now")

        # Two and a half hours: less than a page down, which is a tenth of the day so far.
        await back(page, "PageDown", "PageDown")
        await expect(banner).to_contain_text("This is how it was: ")
        told = await slider.get_attribute("aria-valuetext")
        assert told is not None
        await expect(page.get_by_role("status")).to_have_text(f"As it was, {told}: 2 articles.")
        await expect(page.locator("#state")).to_have_text(f"As it was, {told}")
        [at] = parse_qs(urlsplit(page.url).query)["at"]
        assert datetime.fromisoformat(at) < datetime.now(UTC) - timedelta(hours=2)
        await expect(rows).to_have_text(titles("ba"))
        await expect(page.locator("#unit")).to_have_text("views per hour then")
        await expect(page.get_by_role("button", name="Why")).to_have_count(0)

        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.clock.run_for(20 * A_WHILE)
        assert asked == [], "what was does not change"

        await page.get_by_role("button", name="Back to now").click()
        await expect(rows).to_have_text(titles("abc"))
        await expect(banner).to_be_hidden()
        await expect(slider).to_be_focused()
        assert page.url.endswith("/board")
        async with page.expect_request("**/v1/board?*"):
            await page.clock.run_for(A_WHILE)


async def test_another_day_is_chosen_and_the_browser_goes_back_to_now(
    past: None, redis_url: str, context: BrowserContext
):
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()

        await page.get_by_role("combobox", name="Day").select_option(label="Yesterday")
        await page.clock.run_for(1_000)
        await back(page, "End")
        await expect(page.locator("#rows th a")).to_have_text(titles("c"))
        assert await page.get_by_role("combobox", name="Day").locator("option").count() in (8, 9)

        await page.go_back()
        await expect(page.locator("#past")).to_be_hidden()
        await expect(page.locator("#rows tr")).to_have_count(3)


async def test_the_end_of_today_is_now(past: None, redis_url: str, context: BrowserContext):
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()

        await back(page, "PageDown")
        await expect(page.locator("#past")).to_be_visible()
        await back(page, "End")

        await expect(page.locator("#past")).to_be_hidden()
        await expect(page.locator("#then-time")).to_have_text("now")


async def test_a_moment_of_which_nothing_is_known_says_so_and_leads_on(
    past: None, redis_url: str, context: BrowserContext
):
    async with board(context, redis_url, board="public") as shown:
        at = (datetime.now(UTC) - timedelta(hours=40)).strftime("%Y-%m-%dT%H:%MZ")
        page = await shown.open(f"?at={at}")

        await expect(page.get_by_role("heading", name="Nothing to show of that moment")).to_be_visible()
        await expect(page.locator("#none-text")).to_contain_text("nothing was recorded of this list then")
        await expect(page.locator("#rows tr")).to_have_count(0)
        await page.get_by_role("button", name="Back to now").click()

        await expect(page.locator("#rows tr")).to_have_count(3)


async def test_a_moment_that_is_none_is_a_wrong_address(past: None, redis_url: str, context: BrowserContext):
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open("?at=soon")

        await expect(page.locator("#wrong-text")).to_contain_text("a date or a moment such as")
        await page.get_by_role("button", name="Open the board without it").click()

        await expect(page.locator("#rows tr")).to_have_count(3)


async def test_without_an_answer_about_the_past_it_is_asked_again(
    past: None, redis_url: str, context: BrowserContext
):
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()
        await context.set_offline(True)
        await back(page, "PageDown")
        await expect(page.locator("#away")).to_contain_text("No answer since")

        await context.set_offline(False)
        await page.clock.run_for(A_WHILE)

        await expect(page.locator("#away")).to_be_hidden()
        await expect(page.locator("#rows th a")).to_have_text(titles("ba"))

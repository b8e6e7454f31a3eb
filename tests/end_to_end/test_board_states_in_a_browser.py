"""What the board says where there is little to show or no answer, in a real browser."""

import json
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared.connection import Client
from tests.end_to_end.boards import A_WHILE, board, two_articles
from tests.published import SITE


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(20_000)
        yield opened


async def test_without_a_key_configured_the_board_says_how_to_set_one(
    redis_url: str, context: BrowserContext
):
    async with board(context, redis_url) as shown:
        page = await shown.open()

        await expect(page.get_by_role("heading", level=2)).to_have_text(
            "The board is closed: no newsroom key is configured"
        )
        await expect(page.get_by_text("GROUNDSWELL_NEWSROOM_KEY=")).to_be_visible()
        await expect(page.get_by_label("Key", exact=True)).to_be_hidden()


async def test_a_key_that_is_taken_away_is_asked_for_again(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, newsroom_key="old") as shown:
        page = await shown.open()
        await page.get_by_label("Key", exact=True).fill("old")
        await page.keyboard.press("Enter")
        await page.locator("#rows tr").first.wait_for()

        # What another process behind the same address answers, once its key is another.
        refusal = json.dumps({"type": "urn:groundswell:problem:wrong-key", "status": 401})
        await page.route("**/v1/board?*", lambda route: route.fulfill(status=401, body=refusal))
        await page.clock.run_for(A_WHILE)

        await expect(page.get_by_role("alert")).to_contain_text("not the right one")
        await expect(page.locator("#rows")).to_be_hidden()


async def test_where_nothing_has_ever_arrived_the_board_begins_with_the_snippet(
    redis_url: str, context: BrowserContext
):
    async with board(context, redis_url, board="public", public_url="https://counts.example") as shown:
        page = await shown.open()

        await expect(page.get_by_role("heading", name="No articles yet")).to_be_visible()
        await expect(page.locator("#snippet-beacon")).to_have_text(
            f'<script async src="https://counts.example/beacon.v1.js" data-site="{SITE}"></script>'
        )
        await expect(page.locator("#advices")).to_contain_text("No view has arrived")
        await expect(page.locator("#snippet-bookmark")).to_have_text(
            'javascript:void(localStorage.groundswell="off")'
        )
        assert await page.locator("a[href^=javascript]").count() == 0
        await page.get_by_role("button", name="Set up").click()
        await expect(page.locator("#setup")).to_be_hidden()


async def test_filters_that_nothing_passes_can_be_taken_away(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open("?section=Nowhere&limit=5")

        await expect(page.get_by_role("heading", name="No article passes these filters")).to_be_visible()
        assert await page.get_by_role("combobox", name="Section", exact=True).input_value() == "Nowhere"
        await page.get_by_role("button", name="Show the whole list").click()

        await expect(page.locator("#rows tr")).to_have_count(2)
        assert page.url.endswith("/board")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("?site=nowhere.example", "No site of this name is configured."),
        ("?limit=1000", "limit: a whole number from 1 to 100, not '1000'"),
    ],
)
async def test_an_address_that_cannot_be_answered_says_why_and_leads_out(
    redis: Client, redis_url: str, context: BrowserContext, asked: str, said: str
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open(asked)

        await expect(page.locator("#wrong-text")).to_contain_text(said)
        await page.get_by_role("button", name="Open the board without it").click()

        await expect(page.locator("#rows tr")).to_have_count(2)


async def test_without_an_answer_the_last_numbers_stay_and_say_how_old_they_are(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await expect(page.locator("#state")).to_contain_text("Live")

        await context.set_offline(True)
        await page.clock.run_for(A_WHILE)
        await expect(page.locator("#away")).to_contain_text("No answer since")
        await context.set_offline(False)
        await page.clock.run_for(A_WHILE)
        await expect(page.locator("#away")).to_be_hidden()
        await expect(page.get_by_role("status")).to_have_text("The service answers again.")

        await shown.service.stop()
        await page.clock.run_for(A_WHILE)
        await expect(page.locator("#away")).to_contain_text("No answer since")
        await expect(page.locator("#state")).to_have_text("No answer")
        await expect(page.locator("#rows tr")).to_have_count(2)
        await expect(page.locator("#rows .views span").first).to_have_text("5")


async def test_the_numbers_of_one_site_never_stand_under_the_name_of_another(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public", site=(SITE, "other.example")) as shown:
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()

        await context.set_offline(True)
        await page.get_by_role("combobox", name="Site").select_option("other.example")

        await expect(page.locator("h1")).to_have_text("other.example")
        await expect(page.get_by_role("heading", name="No answer yet")).to_be_visible()
        await expect(page.locator("#rows")).to_be_hidden()


async def test_a_service_that_is_not_there_yet_is_waited_for(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        await shown.page.route("**/v1/board?*", lambda route: route.abort())
        page = await shown.open()
        await expect(page.get_by_role("heading", name="No answer yet")).to_be_visible()

        await page.unroute("**/v1/board?*")
        await page.clock.run_for(A_WHILE)

        await expect(page.locator("#rows tr")).to_have_count(2)


async def test_what_is_hidden_does_not_ask(redis: Client, redis_url: str, context: BrowserContext):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.locator("#rows tr").first.wait_for()
        asked: list[str | None] = []
        page.on("request", lambda request: asked.append(request.headers.get("if-none-match")))

        await look(page, "hidden")
        await page.clock.run_for(20 * A_WHILE)
        assert asked == []
        async with page.expect_response("**/v1/board?*") as response:
            await look(page, "visible")

        assert (await response.value).status == 304
        assert None not in asked


async def look(page: Page, state: str) -> None:
    """Hide the page or show it, as its browser would."""
    await page.evaluate(
        """state => {
          Object.defineProperty(document, "hidden", {value: state === "hidden", configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )

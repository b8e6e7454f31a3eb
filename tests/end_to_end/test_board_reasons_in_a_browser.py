"""Why, in a real browser: reasons in sentences, what was decided, and how the feeds go."""

import re
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.feed_state import FeedState, write_state
from shared.listing import Listing, encode
from tests.end_to_end.boards import A_WHILE, board, newsroom, two_articles
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, count, publish

RUNS = "window.ran = 1"
HOSTILE = f"<img src=x onerror='{RUNS}'>"


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(20_000)
        yield opened


async def weigh(redis: Client, weights: dict[str, float]) -> None:
    """Put an article's weight on every board."""
    now = time.time()
    for half_life, seconds in HALF_LIVES.items():
        scores = {one: Decay(seconds).score(weight, now) for one, weight in weights.items()}
        await redis.zadd(keys.board(0, SITE, half_life), scores)


async def reasons(page: Page, title: str) -> dict[str, str]:
    """Open why an article stands where it stands, and return what is said."""
    button = page.get_by_role("button", name=f"Why: {title}")
    await button.click()
    await expect(button).to_have_attribute("aria-expanded", "true")
    row = page.locator(f"#{await button.get_attribute('aria-controls')}")
    await row.locator("dd").first.wait_for()
    pairs = zip(
        await row.locator("dt").all_inner_texts(), await row.locator("dd").all_inner_texts(), strict=True
    )
    return dict(pairs)


async def test_a_row_says_in_sentences_what_its_place_is_made_of(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    await count(redis, {"a": 4}, key=keys.readers)
    await weigh(redis, {"a": 40})
    await publish(redis, "most-read:24h", {"b": (3.0, 3), "a": (2.0, 5)})
    rising = Listing(time.time_ns(), time.time(), None, (), (), ratio=1.25)
    await redis.set(keys.listing(SITE, "rising"), encode(rising))
    await put(redis, {"a": override("boost", factor=2.0, by="B. Editor", reason="It matters")})
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        said = await reasons(page, "Title of a")

        assert said["Place"] == "Number 1 on Trending."
        assert said["Decision"].startswith("Boosted: weighs 2 times as much, since ")
        assert said["Decision"].endswith(". B. Editor: It matters")
        weight = (
            r"worth (40|39\.\d) fresh ones by the half-life of 4 hours, .*; (40|39\.\d|38\.\d) by 15 minutes"
        )
        assert re.search(weight, said["Weight"])
        assert said["Readers"].startswith("5 views by 4 readers, ")
        assert re.match(r"r is \d", said["Rising"])
        assert "on a site at 1.25 times its usual traffic" in said["Rising"]
        assert said["Lists"] == "It is also number 2 on Most read (24 hours)."

        await page.clock.run_for(A_WHILE)
        await expect(page.locator("tr.why")).to_have_count(1)
        await page.get_by_role("button", name="Why: Title of a").click()
        await expect(page.locator("tr.why")).to_have_count(0)


async def test_of_what_passes_a_filter_the_rank_of_the_whole_list_is_told_too(
    redis: Client, redis_url: str, context: BrowserContext
):
    await catalogue(redis, article("a"), article("b", section="World"))
    await publish(redis, "trending", {"a": (2.0, 5), "b": (1.0, 3)})
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open("?section=World")

        place = (await reasons(page, "Title of b"))["Place"]

    assert place == "Number 1 of what is shown here, number 2 on the whole of Trending."


async def test_pins_and_slots_say_what_they_are(redis: Client, redis_url: str, context: BrowserContext):
    await two_articles(redis)
    await catalogue(redis, article("p"), article("s"))
    await put(
        redis, {"p": override("pin", position=2), "s": override("sponsor", position=1, label="Ad by Acme")}
    )
    async with newsroom(context, redis_url) as room:
        page = await room.board.open()
        await expect(page.locator("#rows .rank")).to_have_text(["", "1", "2", "3"])
        await expect(page.locator("#rows .moved")).to_contain_text(["slot", "▲", "pinned", "▼"])
        await expect(page.locator("#rows tr").first.locator(".label")).to_have_text("Ad by Acme")

        assert (await reasons(page, "Title of s"))["Place"] == (
            "A slot beside the ranking, labelled “Ad by Acme”. It has no rank on any list."
        )
        assert (await reasons(page, "Title of p"))["Place"] == "Somebody put it at place 2."
        assert await page.get_by_role("link", name="Decide about it at the desk").first.get_attribute(
            "href"
        ) == (f"{room.desk}/?site={SITE}&id=s")
        decided = page.locator("#decisions li")
        await expect(decided).to_contain_text(["Title of p", "Title of s"])
        await expect(decided.first).to_contain_text("Pinned to place 2")
        await expect(decided.first).to_contain_text("A. Editor: It matters")
        assert await page.get_by_role("link", name="Open the desk").get_attribute("href") == (
            f"{room.desk}/?site={SITE}"
        )


async def test_how_the_feeds_go_is_said_in_words(redis: Client, redis_url: str, context: BrowserContext):
    await two_articles(redis)
    now = time.time()
    await write_state(redis, SITE, FeedState("https://news.example/feed", now, now, "", 40))
    await write_state(
        redis, SITE, FeedState("https://news.example/old", now, now - 9_000, "it answers 404", 3)
    )
    await write_state(redis, SITE, FeedState("https://news.example/x", now, 0, f"it is {HOSTILE}", 0))
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()

        feeds = page.locator("#feeds li")
        await expect(feeds.nth(0)).to_contain_text(re.compile(r"Read .*, 40 articles\."))
        await expect(feeds.nth(1)).to_contain_text(re.compile(r"Fails, last read .*: it answers 404\."))
        await expect(feeds.nth(2)).to_contain_text(f"Has never been read: it is {HOSTILE}.")
        await expect(page.locator("#decisions-part")).to_be_hidden()
        assert await page.evaluate("window.ran") is None


async def test_hostile_words_in_decisions_are_only_words(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    await catalogue(redis, article("s", title=HOSTILE))
    await put(redis, {"s": override("sponsor", position=1, label=HOSTILE, by=HOSTILE, reason=HOSTILE)})
    async with newsroom(context, redis_url) as room:
        page = await room.board.open()

        said = await reasons(page, HOSTILE)

        assert HOSTILE in said["Decision"]
        assert HOSTILE in await page.locator("#decisions").inner_text()
        assert await page.locator("#rows img, #decisions img").count() == 0
        assert await page.evaluate("window.ran") is None


async def test_reasons_that_cannot_be_had_are_said_to_be_missing(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with board(context, redis_url, board="public") as shown:
        page = await shown.open()
        await page.route("**/v1/article?*", lambda route: route.abort())
        await page.get_by_role("button", name="Why: Title of a").click()
        await expect(page.locator("tr.why")).to_contain_text("does not answer why")

        await page.unroute("**/v1/article?*")
        for _ in range(4):
            await page.clock.run_for(A_WHILE)
        await expect(page.locator("tr.why dd").first).to_have_text("Number 1 on Trending.")

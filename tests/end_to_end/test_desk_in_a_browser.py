"""The desk's page in a real browser: an editor sets and lifts, and the board shows it."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared import keys
from shared.connection import Client
from tests.desks import KEY, SITE
from tests.end_to_end.boards import A_WHILE, newsroom, two_articles
from tests.overriding import override, put
from tests.published import article, catalogue

RUNS = "window.ran = 1"
HOSTILE = [
    f"<script>{RUNS}</script>",
    f"<img src=x onerror='{RUNS}'>",
    f'" onmouseover="{RUNS}" autofocus onfocus="{RUNS}',
    "\u202egnp.exe \u2066right to left\u2069",
    "W" * 300,
]
CONTROLS = """() => [...document.querySelectorAll("a[href], button, select, input")]
  .filter(one => one.checkVisibility() && (one.type !== "radio" || one.checked))
  .map(one => one.id || one.ariaLabel || one.textContent.trim() || one.name)"""
FOCUSED = """() => { const one = document.activeElement;
  return one.id || one.ariaLabel || one.textContent.trim() || one.name }"""


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(20_000)
        yield opened


async def say_why(page: Page) -> None:
    """Fill in what every decision has."""
    await page.get_by_role("button", name="4 hours").click()
    await page.get_by_label("Who decides").first.fill("A. Editor")
    await page.get_by_label("Why", exact=True).first.fill("The story of the day")


async def stored(redis: Client) -> dict[str, dict[str, object]]:
    """Return what is decided, by article."""
    found = await redis.hgetall(keys.override(SITE))
    return {article_id.decode(): json.loads(value) for article_id, value in found.items()}


async def test_an_editor_pins_an_article_from_the_board_and_lifts_it_again(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with newsroom(context, redis_url) as room:
        board = await room.board.open()
        await board.get_by_role("button", name="Why: Title of b").click()
        async with board.expect_popup() as opening:
            await board.get_by_role("link", name="Decide about it at the desk").click()
        desk = await opening.value
        await desk.get_by_label("Key", exact=True).fill(KEY)
        await desk.get_by_role("button", name="Open the desk").click()

        await expect(desk.locator("#found-title")).to_have_text("Title of b")
        await say_why(desk)
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#done")).to_have_text("Done. Pinned to place 1: Title of b")
        await expect(desk.locator("#decisions li")).to_contain_text(["Pinned to place 1"])
        decided = (await stored(redis))["b"]
        assert (decided["by"], decided["reason"]) == ("A. Editor", "The story of the day")
        ends = datetime.fromtimestamp(float(str(decided["until"])), UTC) - datetime.now(UTC)
        assert timedelta(hours=3.9) < ends < timedelta(hours=4.1)
        await board.clock.run_for(A_WHILE)
        await expect(board.locator("#rows th a")).to_have_text(["Title of b", "Title of a"])
        await expect(board.locator("#decisions")).to_contain_text("The story of the day")

        await desk.get_by_role("button", name="Lift: Title of b").click()
        dialog = desk.get_by_role("dialog")
        await expect(dialog).to_contain_text("Pinned to place 1: Title of b")
        await expect(dialog.get_by_label("Who decides")).to_have_value("A. Editor")
        await dialog.get_by_role("button", name="Lift it").click()
        await expect(desk.locator("#none")).to_be_visible()
        assert await stored(redis) == {}
        await board.clock.run_for(A_WHILE)
        await expect(board.locator("#rows th a")).to_have_text(["Title of a", "Title of b"])
        await expect(board.locator("#decisions-none")).to_be_visible()


async def test_each_action_has_its_own_field_and_is_changed_where_it_stands(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with newsroom(context, redis_url) as room:
        desk = await room.open_desk()
        await desk.get_by_label("Article").fill(f"https://{SITE}/a?utm_source=x")
        await expect(desk.locator("#found-title")).to_have_text("Title of a")
        await say_why(desk)
        await desk.get_by_role("radio", name="Sponsor").check()
        await expect(desk.get_by_label("Times")).to_be_hidden()
        await desk.get_by_label("Place").fill("3")
        await desk.get_by_label("Label").fill("Ad by Acme")
        await desk.get_by_role("button", name="Sponsor it").click()
        line = desk.locator("#decisions li")
        await expect(line).to_contain_text(["Sponsored at place 3, as “Ad by Acme”"])

        await desk.get_by_role("button", name="Change: Title of a").click()
        await expect(desk.locator("#found-now")).to_contain_text("What you decide takes its place.")
        await desk.get_by_role("radio", name="Boost").check()
        await desk.get_by_label("Times").fill("0.5")
        await desk.get_by_role("button", name="Boost it").click()

        await expect(line).to_contain_text(["Boosted: weighs 0.5 times as much"])
        found = (await stored(redis))["a"]
        assert (found["action"], found["factor"], "position" in found) == ("boost", 0.5, False)


async def test_a_wrong_key_is_said_clearly_and_a_right_one_stays_in_the_tab(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with newsroom(context, redis_url) as room:
        desk = await room.open_desk(key="a wrong one")
        await expect(desk.get_by_role("alert").first).to_contain_text("not the right one")
        await expect(desk.locator("#desk")).to_be_hidden()
        assert await desk.evaluate("sessionStorage.length") == 0

        await desk.get_by_label("Key", exact=True).fill(KEY)
        await desk.keyboard.press("Enter")
        await expect(desk.get_by_role("heading", name="In force")).to_be_visible()
        await desk.reload()
        await expect(desk.get_by_role("heading", name="In force")).to_be_visible()
        assert await context.cookies() == []
        assert await desk.evaluate("localStorage.length") == 0
        assert KEY not in desk.url

        await desk.get_by_role("button", name="Forget the key").click()
        await expect(desk.get_by_label("Key", exact=True)).to_be_focused()
        assert KEY not in await desk.evaluate("JSON.stringify({...sessionStorage})")


async def test_what_is_wrong_stands_under_its_field(redis: Client, redis_url: str, context: BrowserContext):
    await two_articles(redis)
    await put(redis, {"b": override("pin", position=1)})
    async with newsroom(context, redis_url) as room:
        desk = await room.open_desk()
        await desk.get_by_label("Article").fill("nowhere")
        await desk.get_by_role("button", name="Pin it").click()
        for name in ("until", "by", "reason"):
            await expect(desk.locator(f"#{name}-error")).not_to_be_empty()
            await expect(desk.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")

        await say_why(desk)
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#id-error")).to_have_text("The catalogue has no such article.")
        await expect(desk.get_by_label("Article")).to_be_focused()

        await desk.get_by_label("Article").fill("a")
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#position-error")).to_have_text("'b' is the pin at 1.")

        await desk.get_by_label("Place").fill("2")
        await desk.get_by_label("Until", exact=True).fill("2020-01-01T00:00")
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#until-error")).to_contain_text("It must lie in the future")
        assert list(await stored(redis)) == ["b"]
        assert room.registry.get_sample_value(
            "groundswell_desk_refused_total", {"reason": "position-taken"}
        ) == (1)


async def test_a_desk_that_is_away_is_said_to_be_and_nothing_is_claimed(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    async with newsroom(context, redis_url) as room:
        desk = await room.open_desk("?id=a")
        await desk.locator("#found-title").wait_for()
        await say_why(desk)
        await context.set_offline(True)
        await desk.get_by_role("button", name="Pin it").click()

        await expect(desk.locator("#form-error")).to_contain_text("The desk does not answer.")
        await expect(desk.locator("#away")).to_be_visible()
        await expect(desk.locator("#done")).to_be_empty()
        await context.set_offline(False)
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#done")).to_contain_text("Done.")
        await expect(desk.locator("#away")).to_be_hidden()


async def test_without_a_key_configured_the_page_says_how_to_set_one(redis_url: str, context: BrowserContext):
    async with newsroom(context, redis_url, desk_key=None) as room:
        page = await context.new_page()
        await page.goto(room.desk)

        await expect(page.get_by_role("heading", level=2)).to_have_text(
            "The desk is closed: no key is configured for it"
        )


async def test_hostile_words_are_only_words(redis: Client, redis_url: str, context: BrowserContext):
    for n, word in enumerate(HOSTILE):
        await catalogue(redis, article(f"h{n}", title=word))
        words = {"by": word[:100], "reason": word}
        label = {"label": word[:100]} if n == 1 else {}
        await put(redis, {f"h{n}": override("sponsor" if n == 1 else "ban", **words, **label)})
    async with newsroom(context, redis_url) as room:
        complaints: list[str] = []
        desk = await room.open_desk("?id=h1")
        desk.on("dialog", lambda dialog: complaints.append(dialog.message))
        desk.on("pageerror", lambda error: complaints.append(str(error)))
        await expect(desk.locator("#decisions li")).to_have_count(len(HOSTILE))

        await expect(desk.locator("#found-title")).to_have_text(HOSTILE[1])
        await desk.get_by_role("button", name=f"Lift: {HOSTILE[0]}").click()
        await expect(desk.locator("#lift-what")).to_contain_text(HOSTILE[0])

        assert await desk.locator("main img, main script:not([src])").count() == 0
        assert await desk.evaluate("document.documentElement.scrollWidth") <= 1280
        assert await desk.evaluate("window.ran") is None
        assert complaints == []


async def test_the_keyboard_alone_reaches_every_control(
    redis: Client, redis_url: str, context: BrowserContext
):
    await two_articles(redis)
    await put(redis, {"b": override("pin", position=1)})
    async with newsroom(context, redis_url) as room:
        desk = await room.open_desk("?id=a")
        await desk.locator("#found-title").wait_for()
        await desk.locator("#decisions li").first.wait_for()
        wanted = set(await desk.evaluate(CONTROLS))
        reached = set()
        for _ in range(len(wanted) * 3):
            await desk.keyboard.press("Tab")
            reached.add(await desk.evaluate(FOCUSED))
        assert {"id", "position", "until", "by", "reason", "set-button", "Lift: Title of b"} <= wanted
        assert wanted <= reached

        await desk.get_by_role("button", name="Lift: Title of b").focus()
        await desk.keyboard.press("Enter")
        await expect(desk.get_by_role("dialog").get_by_label("Who decides")).to_be_focused()
        await desk.keyboard.type("A. Editor")
        await desk.keyboard.press("Enter")
        await expect(desk.locator("#none")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_axe_finds_no_violation_and_nothing_is_wider_than_the_screen(
    redis: Client, redis_url: str, browser: Browser, width: int, scheme: str
):
    await two_articles(redis)
    await put(redis, {"b": override("sponsor", position=1, label="Ad by Acme")})
    async with (
        await browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
        ) as context,
        newsroom(context, redis_url) as room,
    ):
        desk = await room.open_desk("?id=a", key="a wrong one")
        await desk.locator("#key-error", has_text="not the right one").wait_for()
        closed = await Axe().run(desk)
        await desk.get_by_label("Key", exact=True).fill(KEY)
        await desk.keyboard.press("Enter")
        await desk.locator("#found-title").wait_for()
        await desk.get_by_role("button", name="Pin it").click()
        await expect(desk.locator("#by-error")).not_to_be_empty()
        shown = await Axe().run(desk)
        assert await desk.evaluate("document.documentElement.scrollWidth") <= width
        await desk.get_by_role("button", name=re.compile("Lift:")).click()
        dialog = await Axe().run(desk)

    for found in (closed, shown, dialog):
        assert found.violations_count == 0, found.generate_report()

"""The demo's pages in a real browser: what a reader sees, and that it moves while one looks."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from services.cli import seed_files
from tests.serving import SITE, Serving, run

CUBAN = "/world/cuban-advisers-leave-venezuela"
ARTICLE = f"/demo/article?site={SITE}&id={CUBAN}"
HARBOUR_ID = "/world/harbour-cities-shared-flood-fund"
HARBOUR = f"/demo/article?site={SITE}&id={HARBOUR_ID}"

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


@pytest.fixture(scope="module")
async def seeded(serving: Serving) -> Serving:
    seeding = run("seed", "--data-dir", str(serving.data_dir), cwd=serving.data_dir)
    assert seeding.returncode == 0, seeding.stderr
    return serving


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    async with await browser.new_context() as context:
        yield await context.new_page()


async def test_every_page_fits_a_phone_and_a_desk_and_the_browser_has_no_complaint(
    seeded: Serving, page: Page
):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for width in (360, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        for path in ("/demo/", ARTICLE, "/docs"):
            await page.goto(seeded.url + path)

            assert await page.evaluate("document.documentElement.scrollWidth") <= width, path

    assert complaints == []
    assert await page.context.cookies() == []


async def test_the_article_shows_its_count_and_the_list_is_not_empty(seeded: Serving, page: Page):
    await page.goto(seeded.url + ARTICLE)

    assert await page.locator("h1").inner_text() == "Cuban Advisers Begin to Leave Venezuela"
    await page.locator("article.story view-count", has_text="147").wait_for()
    shown = page.locator("section[aria-labelledby=trending-news] [part~=item]")
    await shown.first.wait_for()
    assert await shown.count() == 8


async def test_a_reading_by_a_browser_is_posted_by_the_snippet_and_moves_the_page_while_one_looks(
    seeded: Serving, page: Page, browser: Browser
):
    await page.goto(seeded.url + HARBOUR)
    views = seed_files.expected()["views"][HARBOUR_ID]
    await page.locator("article.story view-count", has_text=str(views)).wait_for()
    # Chromium without a window says in its user agent that nobody looks.
    reader = await browser.new_context(user_agent=READER)
    await (await reader.new_page()).goto(seeded.url + HARBOUR)

    moved = page.locator("section[aria-labelledby=trending-news]", has_text=str(views + 1))
    await moved.wait_for(timeout=20_000)


async def test_without_scripts_the_pages_are_whole(seeded: Serving, browser: Browser):
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    await page.goto(seeded.url + ARTICLE)

    assert "147" in await page.locator("article.story").inner_text()
    assert await page.locator("section[aria-labelledby=trending-news] li").count() == 8


async def test_a_click_on_the_list_leads_to_the_article_within_the_demo(seeded: Serving, page: Page):
    await page.goto(seeded.url + "/demo/")
    link = page.locator("trending-list [part~=link]").first
    await link.wait_for()
    title = await link.inner_text()

    await link.click()

    await page.wait_for_url("**/demo/article?**")
    assert (await page.locator("h1").inner_text()).split() == title.split()
    assert "#via=" not in page.url, "the snippet has read it"

"""The service is away, or far: what stands on the page stays, and the page notices nothing else."""

from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Newsroom, Paper
from tests.end_to_end.widget.pages import (
    HALF_A_MINUTE,
    LINKS,
    Asked,
    clock,
    copied,
    counted,
    listed,
    passes,
    said,
    titles,
)
from tests.waiting import wait_until

FALLBACK = '<ol><li><a href="/written">Written by the server</a></li></ol>'
SLOW_3G = {"offline": False, "latency": 2_000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""400 kbit/s both ways and two seconds to every answer, as Chromium's own tools have it."""
NO_ANSWERS = (b"<html>Sign in</html>", b"{}", b'{"data": 7}', b'{"data": [{"id": "x"}]}', b"null", b"")
"""What comes when something else answers in place of the service."""
READ = {"a": 147, "b": 3}


def front(paper: Paper, attributes: str = "") -> str:
    """Return a page that has what the server wrote; its elements say where the service is."""
    base = f'base="{paper.newsroom.url}"'
    counts = paper.count("a", "12", base) + paper.count("b", "many", base)
    return paper.list(f"{base} {attributes}", FALLBACK) + counts


class Failed:
    """The questions of a page that nobody answered."""

    def __init__(self, page: Page) -> None:
        self.paths: list[str] = []
        page.on("requestfailed", lambda one: self.paths.append(one.url.split("?")[0].rpartition("/v1/")[2]))

    async def every(self, *paths: str) -> None:
        """Wait until each of these was asked for in vain."""
        await wait_until(lambda: {*paths} <= {*self.paths}, f"{paths} were asked for in vain")


async def test_what_the_server_wrote_stays_until_the_service_answers(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    await paper.print("a", "b")
    await paper.rank("a", "b", views=READ)
    await paper.read(**READ)
    await clock(page)
    url = site.page(front(paper), head=await copied(site, newsroom))
    failed = Failed(page)
    async with newsroom.away():
        await page.goto(url)
        await failed.every("trending", "counts")

        await expect(page.get_by_text("Written by the server")).to_be_visible()
        await expect(page.locator("trending-list [part=list]")).to_be_hidden()
        assert await said(page) == ["12", "many"]

    await passes(page, titles, "a", "b")
    await passes(page, said, "147 views", "3 views")
    await expect(page.get_by_text("Written by the server")).to_be_hidden()


async def test_a_script_that_does_not_come_leaves_what_the_server_wrote(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    async with newsroom.away():
        await page.goto(site.page(front(paper), head=paper.script))

        await expect(page.get_by_text("Written by the server")).to_be_visible()
        assert await said(page) == ["12", "many"]


async def test_the_last_good_list_stays(page: Page, site: Site, newsroom: Newsroom, paper: Paper):
    await paper.print("a", "b")
    await paper.rank("a", "b", views=READ)
    await paper.read(**READ)
    await clock(page)
    await page.goto(site.page(front(paper), head=paper.script))
    await listed(page, "a", "b")
    await counted(page, "147 views", "3 views")

    failed = Failed(page)
    async with newsroom.away():
        await page.clock.fast_forward(HALF_A_MINUTE)
        await failed.every("trending", "counts")

        assert await titles(page) == ["a", "b"]
        assert await said(page) == ["147 views", "3 views"]

    await paper.rank("b", "a")
    await passes(page, titles, "b", "a")


async def test_it_asks_less_and_less_often_while_nobody_answers(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    await paper.front("a")
    await clock(page)
    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a")

    failed = Failed(page)
    async with newsroom.away():
        for _ in range(120):
            before = len(failed.paths)
            await page.clock.fast_forward(30_000)
            await wait_until(lambda: len(failed.paths) >= before, "what was asked is answered")  # noqa: B023

    # In an hour it would otherwise have asked more than a hundred times.
    assert 8 <= len(failed.paths) <= 30


async def test_an_answer_that_is_none_changes_nothing(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    asked = Asked(page, "/odd/v1/trending")
    for body in (
        b"<html>Sign in to the Wi-Fi</html>",
        b"{}",
        b'{"data": 7}',
        b'{"data": [{"id": "x"}]}',
        b"null",
    ):
        site.file("/odd/v1/trending", body)
        before = len(asked)
        await page.goto(site.page(paper.list('base="/odd"', FALLBACK), head=paper.script))
        await wait_until(lambda: len(asked) > before, "it is asked for")  # noqa: B023
        await page.wait_for_load_state("networkidle")

        await expect(page.get_by_text("Written by the server")).to_be_visible()
        await expect(page.locator(LINKS)).to_have_count(0)


async def test_on_a_slow_line_the_list_comes_late_but_comes(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", summary="Long enough to take its time. " * 20)
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", SLOW_3G)

    await page.goto(site.page(front(paper, 'show="summary"'), head=paper.script))

    await expect(page.locator(LINKS)).to_have_count(2, timeout=60_000)

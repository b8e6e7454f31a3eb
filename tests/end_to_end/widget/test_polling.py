"""When the widget asks, and when it keeps still."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page

from tests.end_to_end.beacon.readers import watched_reader
from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Newsroom, Paper
from tests.end_to_end.widget.pages import Asked, clock, counted, listed, passes, settled, titles
from tests.waiting import wait_until

TRENDING = "/v1/trending"
LIVE = "/v1/trending/live"


@pytest.fixture(scope="module")
async def tabs(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A Chromium whose tabs behind another are really hidden."""
    async with watched_reader(tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


async def test_it_asks_again_after_half_a_minute_give_or_take_a_fifth(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    await clock(page)
    asked = Asked(page, TRENDING)
    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a")

    answers: list[str] = []
    page.on("requestfinished", lambda one: answers.append(one.url))
    spans = []
    for number in range(10):
        spans.append(0)
        while len(asked) == number + 1:
            await page.clock.run_for(1_000)
            spans[-1] += 1
        await wait_until(lambda: len(answers) == number + 1, "it is answered")  # noqa: B023
        await settled(page)

    assert all(23 <= span <= 37 for span in spans)
    assert len(set(spans)) > 3, "no two readers ask in step"


async def test_a_list_that_is_far_below_does_not_ask(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    asked = Asked(page, TRENDING)
    await page.goto(site.page(f'<div style="height: 5000px"></div>{paper.list()}', head=paper.script))
    await page.wait_for_function("!!customElements.get('trending-list')")
    await settled(page)
    before = len(asked)

    await page.evaluate("scrollTo(0, 4800)")
    await listed(page, "a")

    assert (before, len(asked)) == (0, 1)


async def test_a_hidden_tab_asks_nothing_and_a_shown_one_at_once(tabs: Browser, site: Site, paper: Paper):
    await paper.front("a", "b")
    await paper.read(a=147)
    front = await tabs.contexts[0].new_page()
    await clock(front)
    await front.goto(site.page(paper.list() + paper.count("a"), head=paper.script))
    await front.bring_to_front()
    await listed(front, "a", "b")
    await counted(front, "147 views")
    lists, numbers = Asked(front, TRENDING), Asked(front, "/v1/counts")

    other = await tabs.contexts[0].new_page()
    await other.bring_to_front()
    await wait_until(lambda: front.evaluate("document.hidden"), "the tab is hidden")
    await paper.rank("b", "a")
    await paper.read(a=150)
    for _ in range(5):
        await front.clock.fast_forward(60_000)
    hidden = (len(lists), len(numbers))
    await front.bring_to_front()

    await listed(front, "b", "a")
    await counted(front, "150 views")
    assert hidden == (0, 0)
    await other.close()
    await front.close()


async def test_a_live_list_is_told_and_does_not_ask(page: Page, site: Site, newsroom: Newsroom, paper: Paper):
    await paper.front("a", "b")
    await clock(page)
    asked, told = Asked(page, TRENDING), Asked(page, LIVE)
    await page.goto(site.page(paper.list("live"), head=paper.script))
    await listed(page, "a", "b")

    await paper.rank("b", "a")
    await listed(page, "b", "a")
    await page.clock.fast_forward(100_000)
    await settled(page)

    assert (len(asked), len(told)) == (0, 1)
    await page.locator("trending-list").evaluate("list => list.remove()")
    await wait_until(lambda: newsroom.listeners() == 0, "nobody listens any more")


async def test_a_live_list_in_a_hidden_tab_hangs_up(
    tabs: Browser, site: Site, newsroom: Newsroom, paper: Paper
):
    await paper.front("a", "b")
    front = await tabs.contexts[0].new_page()
    await front.goto(site.page(paper.list("live"), head=paper.script))
    await front.bring_to_front()
    await listed(front, "a", "b")

    other = await tabs.contexts[0].new_page()
    await other.bring_to_front()
    await wait_until(lambda: newsroom.listeners() == 0, "the hidden tab has hung up")
    await paper.rank("b", "a")
    await front.bring_to_front()

    await listed(front, "b", "a")
    await other.close()
    await front.close()


async def test_a_live_list_that_cannot_listen_asks(page: Page, site: Site, paper: Paper):
    # Something between the page and the service that knows no endless answers.
    await paper.front("a")
    asked = Asked(page, "/odd" + TRENDING)
    answer = await page.request.get(f"{paper.newsroom.url}{TRENDING}?site={paper.site}")
    site.file("/odd" + TRENDING, await answer.body(), {"content-type": "application/json"})

    await page.goto(site.page(paper.list('live base="/odd"'), head=paper.script))

    await listed(page, "a")
    assert len(asked) == 1


async def test_a_live_list_whose_service_goes_asks_until_it_is_back(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    await paper.front("a", "b")
    await clock(page)
    asked = Asked(page, TRENDING)
    await page.goto(site.page(paper.list("live"), head=paper.script))
    await listed(page, "a", "b")

    async with newsroom.away():
        await wait_until(lambda: len(asked) > 0, "it asks instead", seconds=60)
        assert await titles(page) == ["a", "b"]

    await paper.rank("b", "a")
    await passes(page, titles, "b", "a")

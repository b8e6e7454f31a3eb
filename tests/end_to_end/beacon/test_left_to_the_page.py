"""Pages that decide themselves when a reading counts, and staff who do not count."""

import pytest
from playwright.async_api import Browser, Page

from tests.end_to_end.beacon.press import EVERY_VIEW, Press

CANONICAL = '<link rel="canonical" href="https://news.example/left-to/canonical">'


async def ready(page: Page, address: str) -> None:
    await page.goto(address)
    await page.wait_for_function("typeof self.groundswell == 'function'")


@pytest.mark.parametrize(
    ("given", "call", "expected"),
    [
        ({"data_article": "asked/1"}, "groundswell()", "asked/1"),
        ({"head": CANONICAL}, "groundswell()", "/left-to/canonical"),
        ({}, "groundswell()", "/manual"),
        ({"data_article": "x"}, 'groundswell({article: "asked/2"})', "asked/2"),
        ({"data_article": "x"}, 'groundswell({url: "https://news.example/asked/3"})', "/asked/3"),
    ],
)
async def test_nothing_is_posted_until_the_page_asks(
    press: Press, page: Page, given: dict[str, str], call: str, expected: str
):
    before = len(press.edge.posted)
    await ready(page, press.story("/manual", data_manual="", **given))
    await page.evaluate("history.replaceState(null, '', '?utm_source=x')")
    await page.evaluate("dispatchEvent(new Event('visibilitychange'))")

    await page.evaluate(call)
    await press.nothing_more(page)

    assert [one.article for one in press.edge.posted[before:]][:-1] == [expected]


async def test_the_token_goes_with_the_article_the_tag_names(press: Press, page: Page):
    await ready(page, press.story("/token", data_manual="", data_article="token/1", data_token="t-1"))
    await page.evaluate("groundswell()")
    await page.evaluate("groundswell({article: 'token/2', token: 't-2'})")
    await page.evaluate("groundswell({article: 'token/3'})")

    readings = [(await press.view(f"token/{n}")).reading for n in (1, 2, 3)]

    assert [reading.get("token") for reading in readings] == ["t-1", "t-2", None]


async def test_a_router_names_each_route_itself(press: Press, page: Page):
    before = len(press.edge.posted)
    await ready(page, press.story("/router/1", data_manual="", data_article="router/1"))
    await page.evaluate("groundswell()")
    await page.evaluate("history.pushState(null, '', '/router/2'), groundswell({article: 'router/2'})")
    await page.evaluate("history.pushState(null, '', '/router/3'), groundswell()")
    # Past everything that could see it.
    await page.evaluate("History.prototype.pushState.call(history, null, '', '/router/4'), groundswell()")
    await press.nothing_more(page)

    posted = [one.article for one in press.edge.posted[before:]]
    assert posted[:-1] == ["router/1", "router/2", "/router/3", "/router/4"]


async def test_a_call_in_a_tab_behind_waits_until_somebody_looks(press: Press, page: Page):
    await ready(page, press.story("/manual-behind", data_manual=""))
    other = await page.context.new_page()
    await other.bring_to_front()
    await page.wait_for_function("document.hidden", polling=50)
    await page.evaluate("groundswell()")
    await page.evaluate("fetch('/said?called-behind')")
    assert press.edge.views("/manual-behind") == []

    await other.close()
    await page.bring_to_front()

    await press.view("/manual-behind")


async def test_coming_back_to_it_posts_nothing_by_itself(press: Press, page: Page):
    await ready(page, press.story("/manual-back", data_manual=""))
    await page.evaluate("window.mark = true")
    await page.goto(press.site.page("", path="/elsewhere"))
    await page.go_back(wait_until="commit")
    assert await page.evaluate("window.mark"), "the page was kept"

    await press.nothing_more(page)

    assert press.edge.views("/manual-back") == []


async def test_another_article_further_down_the_page_is_told_by_a_call(press: Press, page: Page):
    await page.goto(press.story("/scrolled", data_site=EVERY_VIEW, data_article="scrolled/1"))
    await press.view("scrolled/1")

    await page.evaluate("groundswell({article: 'scrolled/2'})")

    await press.view("scrolled/2")
    assert await press.counted("scrolled/2", EVERY_VIEW) == 1
    assert await press.counted("scrolled/1", EVERY_VIEW) == 1


async def test_staff_who_asked_not_to_be_counted_post_nothing(press: Press, browser: Browser):
    reader = await browser.new_context()
    page = await reader.new_page()
    await page.goto(press.site.page("", path="/staff"))
    await page.evaluate("localStorage.groundswell = 'off'")
    before = len(press.edge.posted)

    await ready(page, press.story("/staff-reads", data_article="staff/1") + "#via=trending")
    await page.evaluate("history.pushState(null, '', '/staff-reads/2')")
    await page.evaluate("groundswell({article: 'staff/2'})")
    assert press.edge.posted[before:] == []

    await page.evaluate("localStorage.removeItem('groundswell')")
    await page.evaluate("groundswell({article: 'staff/3'})")
    await press.view("staff/3")
    await reader.close()

    assert [one.article for one in press.edge.posted[before:]] == ["staff/3"]

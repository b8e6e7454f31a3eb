"""A view is posted when a page is first looked at, and counted once."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.end_to_end.beacon.press import EVERY_VIEW, Press
from tests.end_to_end.beacon.readers import reader
from tests.waiting import wait_until

RENDERED_AHEAD = """<script>
let say = what => fetch(`/said?${what}-${document.visibilityState}-${document.prerendering}`)
addEventListener("load", () => say("load"))
document.addEventListener("prerenderingchange", () => setTimeout(() => say("shown")))
</script>"""

GOES_AHEAD = """<script type="speculationrules">
{"prerender": [{"source": "list", "urls": ["/ahead/story"], "eagerness": "immediate"}]}
</script><script>
let wait = () => fetch("/ahead/go").then(a => a.ok ? location.href = "/ahead/story" : setTimeout(wait, 50))
wait()
</script>"""


async def test_a_page_that_is_opened_counts_once(press: Press, page: Page):
    await page.goto(press.story("/opened"))

    view = await press.view("/opened")
    await press.nothing_more(page)

    assert view.outcome == "accepted"
    assert len(press.edge.views("/opened")) == 1
    assert await press.counted("/opened") == 1


async def test_a_tab_behind_another_counts_when_it_comes_to_the_front(
    press: Press, browser: Browser, page: Page
):
    links = press.site.page(f'<a href="{press.story("/behind")}">A story</a>', path="/links")
    await page.goto(links)
    async with browser.contexts[0].expect_page() as opened:
        await page.click("a", modifiers=["Control"])
    behind = await opened.value
    await behind.wait_for_function("typeof self.groundswell == 'function'", polling=50)
    await behind.evaluate("fetch('/said?behind-' + document.visibilityState)")
    await wait_until(lambda: "/said?behind-hidden" in press.site.asked, "the tab behind is hidden")

    assert press.edge.views("/behind") == []

    await behind.bring_to_front()
    await press.view("/behind")
    await page.bring_to_front()
    await behind.bring_to_front()
    await press.nothing_more(behind)
    await behind.close()

    assert len(press.edge.views("/behind")) == 1
    assert await press.counted("/behind") == 1


async def test_a_page_that_is_rendered_ahead_counts_when_it_is_shown(press: Press, tmp_path: Path):
    press.story("/ahead/story", head=RENDERED_AHEAD)
    front = press.site.page("", head=GOES_AHEAD, path="/ahead/")
    said = press.site.asked
    async with reader(tmp_path, front):
        await wait_until(lambda: "/said?load-hidden-true" in said, "the story is rendered ahead")
        scripts = [one for one in press.edge.asked if one.path == "/beacon.v1.js"]
        assert "prerender" in scripts[-1].headers["sec-purpose"], "and its script came with it"
        assert press.edge.views("/ahead/story") == []

        press.site.file("/ahead/go", b"go")

        view = await press.view("/ahead/story")
        await wait_until(lambda: "/said?shown-visible-false" in said, "the story is shown")

    assert view.outcome == "accepted", "and is not taken for something fetched ahead"
    assert "sec-purpose" not in view.headers
    assert len(press.edge.views("/ahead/story")) == 1
    assert await press.counted("/ahead/story") == 1


async def test_a_page_that_was_rendered_ahead_and_is_never_shown_does_not_count(press: Press, tmp_path: Path):
    press.story("/never", head=RENDERED_AHEAD.replace("/said?", "/never-said?"))
    front = press.site.page(
        "", head=GOES_AHEAD.replace("/ahead/story", "/never").replace("/ahead/go", "/mark-it"), path="/front"
    )
    async with reader(tmp_path, front):
        await wait_until(lambda: "/never-said?load-hidden-true" in press.site.asked, "it is rendered ahead")

    assert press.edge.views("/never") == []


async def test_a_page_that_is_loaded_again_is_posted_twice_and_counts_once(press: Press, page: Page):
    await page.goto(press.story("/again"))
    first = await press.view("/again")
    await page.reload()
    second = await press.view("/again", 2)

    assert first.reading["event_id"] != second.reading["event_id"]
    assert await press.counted("/again") == 1


async def test_a_page_that_is_left_at_once_counts(press: Press, page: Page):
    tag = press.tag(data_site=EVERY_VIEW).replace(" async", "")
    leaves = press.site.page("", head=tag + '<script>location.href = "/next"</script>', path="/left")
    press.site.page("<h1>Next</h1>", path="/next")

    await page.goto(leaves)
    await page.wait_for_url("**/next")

    await press.view("/left")
    assert await press.counted("/left", EVERY_VIEW) == 1
    # Chromium says that what it still sends has failed, so the view may come in the second way as well.
    assert len({view.reading["event_id"] for view in press.edge.views("/left")}) == 1


async def test_a_view_that_had_no_time_to_leave_does_so_after_its_tab_was_closed(press: Press, page: Page):
    # Six connections to one host are all a browser makes, and another tab has them.
    released = press.edge.held["/busy"] = asyncio.Event()
    await page.goto(press.site.page("", path="/busy"))
    await page.evaluate(
        """address => {
          for (let n of "123456") fetch(address + "?" + n, {credentials: "omit"})
        }""",
        f"{press.edge.url}/busy",
    )
    await wait_until(lambda: [one.path for one in press.edge.asked].count("/busy") == 6, "all are in use")
    closed = await page.context.new_page()
    blocked = "<script>delete Navigator.prototype.sendBeacon</script>"
    await closed.goto(press.story("/closed", head=blocked))
    await closed.wait_for_function("typeof self.groundswell == 'function'", polling=50)
    await closed.close()

    assert press.edge.views("/closed") == []

    released.set()
    await press.view("/closed")


@pytest.mark.parametrize(("site", "counts"), [("news.example", 1), (EVERY_VIEW, 2)])
async def test_coming_back_posts_another_view_which_counts_after_the_window(
    press: Press, page: Page, site: str, counts: int
):
    story = f"/back/{site}"
    await page.goto(press.story(story, data_site=site, data_article=story))
    await press.view(story)
    await page.evaluate("window.mark = true")
    await page.goto(press.site.page("", path="/elsewhere"))

    await page.go_back(wait_until="commit")
    second = await press.view(story, 2)

    assert await page.evaluate("window.mark"), "the page was kept, and not loaded again"
    await press.nothing_more(page)
    assert len(press.edge.views(story)) == 2
    assert second.reading["event_id"] != press.edge.views(story)[0].reading["event_id"]
    assert await press.counted(story, site) == counts

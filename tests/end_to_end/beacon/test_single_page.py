"""A page that changes its address by itself: each route is a view, what is no route is none."""

import pytest
from playwright.async_api import Page

from tests.end_to_end.beacon.press import Press


async def test_three_routes_are_three_views_and_going_back_is_another(press: Press, page: Page):
    await page.goto(press.story("/routes/1"))
    await press.view("/routes/1")
    for route in ("/routes/2", "/routes/3"):
        await page.evaluate("route => history.pushState(null, '', route)", route)
        await press.view(route)

    await page.evaluate("history.back()")
    await press.view("/routes/2", 2)
    await press.nothing_more(page)

    views = [len(press.edge.views(f"/routes/{n}")) for n in (1, 2, 3)]
    assert views == [1, 2, 1]
    assert [await press.counted(f"/routes/{n}") for n in (1, 2, 3)] == [1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        "history.replaceState(null, '', '?utm_source=x')",
        "history.replaceState({scroll: 100}, '')",
        "history.pushState({open: true}, '')",
        "history.pushState(null, '', '#comments')",
        "location.hash = 'comments'",
        "location.hash = 'comments', location.hash = 'more', history.back()",
        "dispatchEvent(new PopStateEvent('popstate'))",
    ],
)
async def test_what_is_no_other_page_is_no_other_view(press: Press, page: Page, change: str):
    before = len(press.edge.posted)
    await page.goto(press.story("/same"))
    await press.nothing_more(page)

    await page.evaluate(change)
    await press.nothing_more(page)
    await page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    await press.nothing_more(page)

    # The page, and the mark that was posted three times.
    assert len(press.edge.posted) - before == 4


async def test_replacing_the_path_is_another_view(press: Press, page: Page):
    await page.goto(press.story("/replace/1"))
    await press.view("/replace/1")

    await page.evaluate("history.replaceState(null, '', '/replace/2?x=1')")

    assert (await press.view("/replace/2")).reading["url"] == press.site.url + "/replace/2?x=1"


async def test_a_route_that_lies_in_the_query_is_another_view(press: Press, page: Page):
    await page.goto(press.story("/queried"))
    await press.view("/queried")

    await page.evaluate("history.pushState(null, '', '/queried?p=2')")

    assert (await press.view("/queried", 2)).reading["url"] == press.site.url + "/queried?p=2"


WRAPPED = """<script>
window.pushed = []
let before = history.pushState
history.pushState = function (...given) { pushed.push(this === history); return before.apply(this, given) }
</script>"""


async def test_it_works_between_the_wrappers_of_others(press: Press, page: Page):
    await page.goto(press.story("/wrapped/1", head=WRAPPED))
    await press.view("/wrapped/1")
    await page.evaluate(
        """() => {
          let before = history.pushState
          history.pushState = (...given) => { pushed.push("outer"); before.call(history, ...given) }
          history.pushState({kept: 1}, "", "/wrapped/2")
        }"""
    )

    await press.view("/wrapped/2")
    assert await page.evaluate("pushed") == ["outer", True]
    assert await page.evaluate("history.state") == {"kept": 1}
    assert page.url == press.site.url + "/wrapped/2"


async def test_an_address_that_may_not_be_pushed_fails_as_ever(press: Press, page: Page):
    await page.goto(press.story("/thrown"))
    await press.view("/thrown")

    name = await page.evaluate(
        """() => {
          try { history.pushState(null, "", "https://x.example/") } catch (error) { return error.name }
        }"""
    )

    assert name == "SecurityError"
    await press.nothing_more(page)
    assert len(press.edge.views("/thrown")) == 1


async def test_a_framework_that_kept_the_first_push_state_is_seen_the_next_time_somebody_looks(
    press: Press, page: Page
):
    kept = "<script>window.push = history.pushState.bind(history)</script>"
    await page.goto(press.story("/kept/1", head=kept))
    await press.view("/kept/1")

    await page.evaluate("push(null, '', '/kept/2')")
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")

    await press.view("/kept/2")


async def test_a_route_nobody_looked_at_is_not_posted(press: Press, page: Page):
    await page.goto(press.story("/unseen/1"))
    await press.view("/unseen/1")
    other = await page.context.new_page()
    await other.bring_to_front()
    await page.wait_for_function("document.hidden", polling=50)

    for route in ("/unseen/2", "/unseen/3"):
        await page.evaluate("route => history.pushState(null, '', route)", route)
    await other.close()
    await page.bring_to_front()

    await press.view("/unseen/3")
    assert press.edge.views("/unseen/2") == []


async def test_the_first_page_goes_by_its_tag_and_later_ones_by_their_path(press: Press, page: Page):
    await page.goto(press.story("/tagged/1", data_article="one", data_token="t-one"))
    first = await press.view("one")
    await page.evaluate("history.pushState(null, '', '/tagged/2')")
    second = await press.view("/tagged/2")

    assert first.reading["token"] == "t-one"
    assert set(second.reading) == {"site", "event_id", "url"}


async def test_the_canonical_link_of_the_first_page_does_not_name_the_next(press: Press, page: Page):
    stale = '<link rel="canonical" href="https://news.example/stale/1">'
    await page.goto(press.story("/stale", head=stale))
    await press.view("/stale/1")

    await page.evaluate("history.pushState(null, '', '/stale/2')")

    await press.view("/stale/2")

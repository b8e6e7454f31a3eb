"""What a view carries, and that nothing else is sent, kept or changed."""

import pytest
from playwright.async_api import Browser, Page

from tests.end_to_end.beacon.press import Press
from tests.serving import SITE

CANONICAL = '<link rel="canonical" href="https://www.news.example/canonical/{}?page=1">'


async def test_the_body_is_plain_text_which_no_browser_asks_about_before(press: Press, page: Page):
    await page.goto(press.story("/plain", data_article="plain", data_token="t-0k3n"))

    view = await press.view("plain")
    await press.nothing_more(page)

    assert view.headers["content-type"] == "text/plain;charset=UTF-8"
    assert view.headers["origin"] == press.site.url
    assert set(view.reading) == {"site", "event_id", "article", "token"}
    assert view.reading["site"] == SITE
    assert view.reading["token"] == "t-0k3n"
    assert 8 < len(view.reading["event_id"]) < 30
    assert "OPTIONS" not in {one.method for one in press.edge.asked}


async def test_no_cookie_is_sent_where_there_is_one_to_send(press: Press, browser: Browser):
    reader = await browser.new_context()
    await reader.add_cookies([{"name": "session", "value": "secret", "url": press.edge.url}])
    page = await reader.new_page()
    press.story("/cookie", src="/stats/beacon.v1.js", data_article="cookie")
    await page.goto(f"{press.edge.url}/paper/cookie")

    view = await press.view("cookie")
    await reader.close()

    assert "cookie" not in view.headers
    assert "authorization" not in view.headers
    script = [one for one in press.edge.asked if one.path == "/stats/beacon.v1.js"][-1]
    assert script.headers["cookie"] == "session=secret"


@pytest.mark.parametrize(
    ("given", "head", "expected"),
    [
        ({"data_article": "own"}, CANONICAL.format("a"), "own"),
        ({}, CANONICAL.format("b"), "/canonical/b"),
        ({"data_article": ""}, CANONICAL.format("c"), "/canonical/c"),
        ({}, CANONICAL.format("d").replace("canonical", "CANONICAL", 1), "/canonical/d"),
        ({}, "", "/named"),
        ({}, '<link rel="canonical">', "/named"),
        ({}, '<link rel="canonical" href="">', "/named"),
    ],
)
async def test_the_article_goes_before_the_canonical_link_and_that_before_the_path(
    press: Press, page: Page, given: dict[str, str], head: str, expected: str
):
    before = len(press.edge.posted)
    await page.goto(press.story("/named", head=head, **given))
    await press.nothing_more(page)

    assert [one.article for one in press.edge.posted[before:]][:-1] == [expected]


async def test_a_canonical_link_of_another_address_is_sent_whole(press: Press, page: Page):
    await page.goto(press.story("/whole", head=CANONICAL.format("whole")))

    view = await press.view("/canonical/whole")

    assert view.reading["url"] == "https://www.news.example/canonical/whole?page=1"


async def test_a_fragment_may_be_a_secret_and_stays(press: Press, page: Page):
    await page.goto(press.story("/secret") + "?p=1#access_token=secret")

    view = await press.view("/secret")

    assert view.reading["url"] == press.site.url + "/secret?p=1"
    assert page.url.endswith("/secret?p=1#access_token=secret")


@pytest.mark.parametrize(
    ("fragment", "via", "left"),
    [
        ("#via=trending", "trending", ""),
        ("#via=most-read", "most-read", ""),
        ("#comments#via=trending", "trending", "#comments"),
        ("#comments", None, "#comments"),
        ("#viable", None, "#viable"),
        ("#via=", None, "#via="),
    ],
)
async def test_what_led_here_is_sent_and_leaves_the_address(
    press: Press, page: Page, fragment: str, via: str | None, left: str
):
    article = f"/led{fragment.replace('#', '/')}"
    state = "<script>history.replaceState({kept: 7}, '')</script>"
    address = press.story("/led", head=state, data_article=article)
    await page.goto(press.site.page("", path="/elsewhere"))
    entries = await page.evaluate("history.length")

    await page.goto(f"{address}?q=1{fragment}")
    view = await press.view(article)
    await press.nothing_more(page)

    assert view.reading.get("via") == via
    assert view.outcome == "accepted"
    assert page.url == f"{address}?q=1{left}"
    assert await page.evaluate("history.state") == {"kept": 7}
    assert await page.evaluate("history.length") == entries + 1
    assert len(press.edge.views(article)) == 1
    assert press.edge.posted[-1].reading.get("via") is None, "and is told once"


async def test_what_led_here_waits_with_its_view(press: Press, browser: Browser, page: Page):
    await page.goto(press.site.page(f'<a href="{press.story("/led-behind")}#via=trending">A story</a>'))
    async with browser.contexts[0].expect_page() as opened:
        await page.click("a", modifiers=["Control"])
    behind = await opened.value
    await behind.wait_for_function("typeof self.groundswell == 'function'", polling=50)
    assert behind.url.endswith("/led-behind")

    await behind.bring_to_front()

    assert (await press.view("/led-behind")).reading["via"] == "trending"
    await behind.close()


async def test_one_name_is_added_and_nothing_is_kept(press: Press, browser: Browser):
    reader = await browser.new_context()
    page = await reader.new_page()
    bare = "window.names = new Set(Object.getOwnPropertyNames(window))"
    await page.goto(press.story("/names", head=f"<script>var {bare.removeprefix('window.')}</script>"))
    await press.view("/names")

    added = await page.evaluate("Object.getOwnPropertyNames(window).filter(name => !names.has(name))")
    kept = await page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, document.cookie,
          (await indexedDB.databases()).length, (await caches.keys()).length, window.name]"""
    )

    assert added == ["groundswell"]
    assert kept == [0, 0, "", 0, 0, ""]
    assert await reader.cookies() == []
    await reader.close()


async def test_two_tags_are_one_view(press: Press, page: Page):
    before = len(press.edge.posted)
    await page.goto(press.story("/twice", head=press.tag(data_article="twice")))
    await press.nothing_more(page)

    posted = [one.article for one in press.edge.posted[before:]][:-1]
    assert posted in (["twice"], ["/twice"]), "that of the tag whose script ran first"


async def test_an_element_of_the_same_name_does_not_stop_it(press: Press, page: Page):
    await page.goto(
        press.site.page(
            '<div id="groundswell">Trending</div>' + press.tag(data_article="named-so"), path="/named-so"
        )
    )

    await press.view("named-so")

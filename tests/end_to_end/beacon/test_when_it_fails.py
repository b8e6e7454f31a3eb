"""What stands in the way of a view, and that the page does not notice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.conftest import free_port
from tests.end_to_end.beacon.press import EVERY_VIEW, Press

NOTICES = """<script>
window.noticed = []
addEventListener("error", e => noticed.push(String(e.message || e.target.src)))
addEventListener("unhandledrejection", e => noticed.push("unhandled " + e.reason))
</script>"""

BLOCKERS = {
    "refuses": "window.fetch = () => Promise.reject(new TypeError('blocked'))",
    "throws": "window.fetch = () => { throw new TypeError('blocked') }",
    "is missing": "delete window.fetch",
}


@asynccontextmanager
async def new_reader(browser: Browser, **options: object) -> AsyncIterator[tuple[BrowserContext, Page]]:
    context = await browser.new_context(**options)  # type: ignore[arg-type]
    yield context, await context.new_page()
    await context.close()


@pytest.mark.parametrize("blocker", BLOCKERS)
async def test_where_fetch_is_blocked_send_beacon_posts_the_same(press: Press, page: Page, blocker: str):
    article = f"blocked/{blocker}"
    spied = """<script>
      window.tried = []
      let send = navigator.sendBeacon.bind(navigator)
      navigator.sendBeacon = (address, body) => { tried.push(body); return send(address, body) }
    </script>"""
    blocks = f"<script>{BLOCKERS[blocker]}</script>"
    await page.goto(press.story("/blocked", head=NOTICES + spied + blocks, data_article=article))

    view = await press.view(article)

    assert view.outcome == "accepted"
    assert view.headers["content-type"] == "text/plain;charset=UTF-8"
    assert await page.evaluate("tried") == [view.body.decode()]
    assert await page.evaluate("noticed") == []
    assert "OPTIONS" not in {one.method for one in press.edge.asked}


async def test_a_view_that_comes_both_ways_counts_once(press: Press, page: Page):
    # It arrives, and is then said to have failed.
    lost = """<script>
      let before = fetch
      window.fetch = (...given) => before(...given).then(() => Promise.reject(new TypeError("lost")))
    </script>"""
    given = {"data_site": EVERY_VIEW, "data_article": "both-ways"}
    await page.goto(press.story("/both-ways", head=lost, **given))

    first, second = await press.view("both-ways"), await press.view("both-ways", 2)

    assert first.body == second.body
    assert (first.outcome, second.outcome) == ("accepted", "accepted")
    assert await press.counted("both-ways", EVERY_VIEW) == 1


async def test_where_everything_is_blocked_the_page_notices_nothing(press: Press, page: Page):
    blocks = """<script>
      window.fetch = () => Promise.reject(new TypeError("blocked"))
      Object.defineProperty(Navigator.prototype, "sendBeacon", {value: undefined})
    </script>"""
    before = len(press.edge.posted)
    await page.goto(press.story("/all-blocked", head=NOTICES + blocks))
    await page.wait_for_function("typeof self.groundswell == 'function'")

    await page.evaluate("history.pushState(null, '', '/all-blocked/2')")

    assert await page.evaluate("new Promise(done => setTimeout(() => done(noticed)))") == []
    assert press.edge.posted[before:] == []


async def test_where_storage_is_closed_a_view_is_posted(press: Press, page: Page):
    closed = """<script>Object.defineProperty(window, "localStorage", {
      get() { throw new DOMException("closed", "SecurityError") }
    })</script>"""
    await page.goto(press.story("/no-storage", head=NOTICES + closed))

    assert (await press.view("/no-storage")).outcome == "accepted"
    assert await page.evaluate("noticed") == []


async def test_a_service_that_is_down_is_not_noticed(press: Press, page: Page):
    nowhere = f"http://127.0.0.1:{free_port()}"
    # The script came from somewhere, a cache perhaps, and what it posts goes nowhere.
    script = await press.serving.http.get("/beacon.v1.js")
    press.site.file("/cached.js", script.content, {"content-type": "text/javascript"})
    carrier = f'<meta data-site="news.example" data-src="{nowhere}/beacon.v1.js">'
    tag = '<script src="/cached.js"></script>'
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))
    await page.goto(press.site.page("", head=NOTICES + carrier + tag, path="/down"))
    for n in range(3):
        await page.evaluate(f"history.pushState(null, '', '/down/{n}')")
    async with page.expect_event("requestfailed", lambda one: one.url == f"{nowhere}/v1/views"):
        await page.evaluate("groundswell()")

    assert f"{nowhere}/v1/views" in failed
    assert await page.evaluate("new Promise(done => setTimeout(() => done(noticed)))") == []


async def test_a_script_that_cannot_be_had_leaves_the_page_as_it_is(press: Press, page: Page):
    src = f"http://127.0.0.1:{free_port()}/beacon.v1.js"

    await page.goto(press.story("/no-script", head=NOTICES, src=src))

    assert await page.evaluate("[document.readyState, noticed]") == ["complete", []]


async def test_a_service_that_never_answers_does_not_hold_the_page(press: Press, page: Page):
    hears, ends = asyncio.Event(), asyncio.Event()

    async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await reader.readline()).startswith(b"POST"):
            hears.set()
        await ends.wait()
        writer.close()

    silent = await asyncio.start_server(keep_silent, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    script = await press.serving.http.get("/beacon.v1.js")
    press.site.file("/cached.js", script.content, {"content-type": "text/javascript"})
    carrier = f'<meta data-site="news.example" data-src="http://127.0.0.1:{port}/beacon.v1.js">'
    tag = '<script src="/cached.js"></script>'
    async with silent:
        # goto returns at the load event, which must come while the view hangs.
        await page.goto(press.site.page("", head=NOTICES + carrier + tag, path="/silent"))
        await asyncio.wait_for(hears.wait(), 20)

        assert await page.evaluate("[document.readyState, noticed]") == ["complete", []]

        await page.goto(press.site.page("", path="/elsewhere"))
        ends.set()

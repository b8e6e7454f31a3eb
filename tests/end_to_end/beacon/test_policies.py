"""Pages with policies: what a page forbids, what a reader's browser says, what a tag pins."""

import pytest
from playwright.async_api import Browser, Page

from shared.script import Script
from tests.end_to_end.beacon.press import PRIVATE, Press
from tests.end_to_end.beacon.readers import USER_AGENT
from tests.serving import SITE

STRICT = (
    "default-src 'none'; script-src {edge}; connect-src {edge}; base-uri 'none'; form-action 'none'; "
    "img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"
)


async def test_a_strict_policy_with_trusted_types_has_nothing_to_report(press: Press, page: Page):
    policy = STRICT.format(edge=press.edge.url)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.add_init_script(
        "window.violations = []; addEventListener('securitypolicyviolation', "
        "e => violations.push(e.violatedDirective + ' ' + e.blockedURI), true)"
    )
    story = press.story("/strict", headers={"content-security-policy": policy})
    await page.goto(story + "#via=trending")
    await press.view("/strict")
    await page.evaluate("history.pushState(null, '', '/strict/2')")
    await press.view("/strict/2")
    await page.evaluate("groundswell()")
    await press.view("/strict/2", 2)

    assert await page.evaluate("violations") == []
    assert said == []


@pytest.mark.parametrize(("site", "outcome"), [(SITE, "accepted"), (PRIVATE, "opt-out")])
@pytest.mark.parametrize("signal", ["sec-gpc", "dnt"])
async def test_a_privacy_signal_is_heard_where_the_site_says_so(
    press: Press, browser: Browser, site: str, outcome: str, signal: str
):
    reader = await browser.new_context(user_agent=USER_AGENT, extra_http_headers={signal: "1"})
    page = await reader.new_page()
    article = f"signal/{site}/{signal}"
    await page.goto(press.story("/signal", data_site=site, data_article=article))

    view = await press.view(article)
    await reader.close()

    assert view.headers[signal] == "1"
    assert view.outcome == outcome
    assert await press.counted(article, site) == (outcome == "accepted")


async def test_the_hashed_name_may_be_pinned(press: Press, page: Page):
    script = Script("beacon.v1", (await press.serving.http.get("/beacon.v1.js")).content)
    pinned = {
        "src": press.edge.url + script.hashed,
        "integrity": script.integrity,
        "crossorigin": "anonymous",
    }

    await page.goto(press.story("/pinned", **pinned))

    await press.view("/pinned")


async def test_other_bytes_than_those_that_were_pinned_do_not_run(press: Press, page: Page):
    script = Script("beacon.v1", (await press.serving.http.get("/beacon.v1.js")).content)
    wrong = {
        "src": press.edge.url + script.hashed,
        "integrity": Script("beacon.v1", script.body + b" ").integrity,
        "crossorigin": "anonymous",
    }
    async with page.expect_console_message(lambda message: "integrity" in message.text):
        await page.goto(press.story("/wrongly-pinned", **wrong))

    assert await page.evaluate("'groundswell' in window") is False
    assert press.edge.views("/wrongly-pinned") == []


async def test_under_a_path_of_the_site_itself_the_view_goes_there(press: Press, page: Page):
    press.story("/own-path", src="/stats/beacon.v1.js")

    await page.goto(f"{press.edge.url}/paper/own-path")

    view = await press.view("/paper/own-path")
    assert view.path == "/stats/v1/views"
    assert view.outcome == "accepted"
    assert await press.counted("/paper/own-path") == 1


async def test_a_page_of_another_origin_does_not_count(press: Press, page: Page):
    press.story("/copied")
    # The same pages, at an address that nobody named to the service.
    await page.goto(press.site.url.replace("localhost", "copied.localhost") + "/copied")

    view = await press.view("/copied")

    assert view.outcome == "foreign-origin"
    assert await press.counted("/copied") == 0


async def test_a_page_without_script_counts_by_its_picture(press: Press, browser: Browser):
    reader = await browser.new_context(java_script_enabled=False, user_agent=USER_AGENT)
    page = await reader.new_page()
    pixel = f"{press.edge.url}/v1/view.gif?site={SITE}&article=without-script"
    body = f'<noscript><img src="{pixel}" alt="" width="1" height="1"></noscript>'

    await page.goto(press.site.page(press.tag() + body, path="/without-script"))
    await reader.close()

    assert [one.outcome for one in press.edge.asked if one.path == "/v1/view.gif"] == ["accepted"]
    assert await press.counted("without-script") == 1

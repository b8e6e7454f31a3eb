"""Whatever the desk takes as a title, a summary, an id or a picture: nothing of it ever runs on a page."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from playwright.async_api import Browser, Page

from tests.serving import SITE, Serving, serve
from tests.waiting import wait_until

LIST = "trending-list [part~=link]"
RUNS = "window.ran=(window.ran||0)+1"
WORDS = [
    f"<script>{RUNS}</script>",
    f"</script><script>{RUNS}</script>",
    f"<img src=x onerror={RUNS}>",
    f"<svg/onload={RUNS}>",
    f'"><img src=x onerror="{RUNS}">',
    f"'><iframe srcdoc='<script>parent.{RUNS}</script>'>",
    f'" onmouseover="{RUNS}" autofocus onfocus="{RUNS}',
    f"javascript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    "{{7*7}} ${7*7} <%= 7*7 %> #{7*7}",
    "]]></title><script>window.ran=1</script><!--",
    "line\u2028separator\u2029here",
    "\u202egnp.exe\u202c rtl \u2066override\u2069",
    "quotes \" ' ` \\ \\\" \\' </",
    "noncharacters \ufffe\uffff and \ufdd0",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f\u200d\U0001f308 e"
    + "\u0301" * 50,
    "W" * 500,
    "&lt;script&gt;window.ran=1&lt;/script&gt; &amp;amp; &#x3c;b&#x3e;",
]
PICTURES = [
    f'https://pictures.invalid/"onerror="{RUNS}"x="',
    f"https://pictures.invalid/'><script>{RUNS}</script>",
    "https://pictures.invalid/\u202e.png",
]
REFUSED_ADDRESSES = [
    f"javascript:{RUNS}",
    f"data:text/html,<script>{RUNS}</script>",
    "vbscript:x",
    "//x",
    "file:///etc",
]

TOUCH = """links => { for (const link of links) {
    for (const kind of ["mouseover", "mouseenter", "mousemove", "mouseout"])
        link.dispatchEvent(new MouseEvent(kind, {bubbles: true, composed: true}))
    link.focus()
    link.blur()
} }"""
"""Point at every link, whatever of the list is being drawn anew meanwhile."""


def hostile() -> list[dict[str, object]]:
    """Return an article for each word, with the word wherever the desk takes words."""
    now = datetime.now(UTC)
    return [
        {
            "id": f"/{n}/{word[:200]}",
            "url": f"https://{SITE}/story/{n}?x=%22onclick=%22{quote(RUNS)}",
            "title": word,
            "summary": (word + " ") * 3,
            "section": word[:100],
            "tags": [word[:100]],
            "authors": [word[:100]],
            "image_url": PICTURES[n % len(PICTURES)],
            "thumbnail_url": PICTURES[n % len(PICTURES)],
            "published_at": (now - timedelta(minutes=n)).isoformat(),
        }
        for n, word in enumerate(WORDS)
    ]


@pytest.fixture(scope="module")
async def poisoned(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A service whose whole catalogue is hostile."""
    async with serve(tmp_path_factory.mktemp("poisoned"), "--board", "public") as serving:
        answer = await serving.http.post(
            f"{serving.desk}/v1/articles",
            json={"site": SITE, "articles": hostile()},
            headers=serving.bearer("desk"),
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["errors"] == []

        async def listed() -> bool:
            found = await serving.http.get(f"/v1/trending?site={SITE}&limit=100")
            return len(found.json()["data"]) == len(WORDS)

        await wait_until(listed, "the list has every article")
        yield serving


async def watched(page: Page) -> list[str]:
    """Return a list that grows with whatever a page should not do."""
    seen: list[str] = []
    page.on("dialog", lambda dialog: seen.append(f"dialog: {dialog.message}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on("popup", lambda popup: seen.append(f"popup: {popup.url}"))
    await page.add_init_script(
        "addEventListener('securitypolicyviolation', e => { if (e.effectiveDirective != 'img-src')"
        " console.error('policy ' + e.violatedDirective + e.blockedURI) })"
    )
    page.on("console", lambda said: seen.append(said.text) if said.text.startswith("policy") else None)
    return seen


async def test_no_page_runs_any_of_it(poisoned: Serving, browser: Browser):
    first = (await poisoned.http.get(f"/v1/trending?site={SITE}&limit=1")).json()["data"][0]["id"]
    shows = "show=rank+thumbnail+section+time+summary+views+movement&limit=100"
    for path, ready in {
        f"/demo/?site={SITE}": LIST,
        f"/demo/article?site={SITE}&id={quote(first, safe='')}": LIST,
        f"/embed/trending?site={SITE}&{shows}": LIST,
        f"/embed/trending?site={SITE}&{shows}&layout=cards": LIST,
        f"/embed/trending?site={SITE}&{shows}&script=off": "ol li",
        f"/board?site={SITE}&limit=100": "#rows tr",
    }.items():
        page = await browser.new_page()
        seen = await watched(page)

        answer = await page.goto(poisoned.url + path)
        await page.locator(ready).first.wait_for()
        await page.locator("a").evaluate_all(TOUCH)

        assert answer is not None
        assert answer.ok, path
        assert await page.evaluate("window.ran") is None, path
        assert seen == [], path
        await page.close()


async def test_feeds_stay_whole(poisoned: Serving):
    rss = await poisoned.http.get(f"/v1/trending.rss?site={SITE}&limit=100")
    feed = await poisoned.http.get(f"/v1/trending.json-feed?site={SITE}&limit=100")

    titles = [item.findtext("title") for item in ElementTree.fromstring(rss.content).iter("item")]
    assert len(titles) == len(WORDS)
    assert WORDS[0] in titles
    assert [item["title"] for item in json.loads(feed.content)["items"]] == WORDS


async def test_an_address_that_could_run_is_refused_by_the_desk(poisoned: Serving):
    for name, address in product(("url", "image_url", "thumbnail_url"), REFUSED_ADDRESSES):
        answer = await poisoned.http.put(
            f"{poisoned.desk}/v1/article",
            json={"site": SITE, **hostile()[0], name: address},
            headers=poisoned.bearer("desk"),
        )

        assert answer.status_code == 422, answer.text
        assert name in answer.text

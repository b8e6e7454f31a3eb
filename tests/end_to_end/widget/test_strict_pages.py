"""Pages that forbid, reset and extend what they can, and words that are not meant well."""

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Newsroom, Paper
from tests.end_to_end.widget.pages import LINKS, counted, listed, settled

VIOLATIONS = b"""window.violations = []
addEventListener("securitypolicyviolation", told => violations.push(told.violatedDirective, told.blockedURI))
"""
RESET = "<style>* { all: unset !important; }</style>"
EXTENDED = """<script>
Array.prototype.extra = function () { throw "enumerated" }
Array.prototype.last = 7
Object.defineProperty(Object.prototype, "inherited", {value: 1, enumerable: true, configurable: true})
Function.prototype.defer = String.prototype.strip = () => {}
Array.prototype.toJSON = function () { return "[]" }
</script>"""
RUNS = "window.ran=1"
WORDS = {
    "script": f"<script>{RUNS}</script>",
    "handler": f'"><img src=x onerror="{RUNS}">',
    "quoted": f"' onmouseover='{RUNS}' x=\"`${{alert(1)}}`",
    "address": f"javascript:{RUNS}",
    "line": "line\u2028separator\u2029here",
    "turned": "\u202egnp.exe\u202c \u2066left\u2069 open\u202e",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467 e" + "\u0301" * 60,
    "long": "W" * 500,
    "entity": "&lt;script&gt; &amp;amp; &#x3c;b&#x3e; {{7*7}}",
}


def policy(newsroom: Newsroom, pictures: str) -> dict[str, str]:
    """Return the policy that docs/embed.md asks for, and nothing beyond it."""
    return {
        "content-security-policy": (
            f"default-src 'none'; script-src 'self' {newsroom.url}; connect-src {newsroom.url}; "
            f"img-src {pictures}; base-uri 'none'; form-action 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
    }


@pytest.mark.parametrize("live", ["", "live"])
async def test_the_strictest_policy_has_nothing_to_say(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper, live: str
):
    dot = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    picture = site.file("/dot.svg", dot, {"content-type": "image/svg+xml"})
    watching = site.file("/watching.js", VIOLATIONS, {"content-type": "text/javascript"})
    await paper.front("a", "b", thumbnail_url=picture, summary="In short.", section="World")
    await paper.read(a=147)
    body = "".join(
        paper.list(f'{live} limit="2" layout="{layout}"') for layout in ("list", "cards")
    ) + paper.count("a")
    # Without the page's own picture in its tab, which is none of ours.
    head = f'<script src="{watching}"></script>{paper.script}'
    url = site.page(body, head=head, headers=policy(newsroom, f"{site.url} data:"))

    await page.goto(url)
    await expect(page.locator(LINKS)).to_have_count(4)
    await counted(page, "147 views")
    await page.wait_for_function(
        "[...document.querySelectorAll('trending-list')].at(-1).shadowRoot.querySelector('img')?.naturalWidth"
    )
    await paper.rank("b", "a")
    await page.locator("trending-list").first.evaluate("list => list.setAttribute('show', 'time')")
    await expect(page.locator("trending-list time:visible").first).to_be_visible()

    assert await page.evaluate("violations") == []
    colour = await page.locator("trending-list [part=rank]").last.evaluate(
        "rank => getComputedStyle(rank).color"
    )
    assert colour == "rgb(11, 106, 112)", "the style has been taken"


async def test_a_page_that_resets_every_style_still_has_a_list(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", "c")
    await paper.read(a=147)
    body = f"<div>{paper.count('a')}</div><div>{paper.list()}</div>"

    await page.goto(site.page(body, head=RESET + paper.script))
    await listed(page, "a", "b", "c")
    await counted(page, "147 views")

    boxes = [await one.bounding_box() for one in await page.locator("trending-list [part=item]").all()]
    assert len(boxes) == 3
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    assert all(box and box["height"] > 40 and box["width"] > 200 for box in boxes)
    heard = page.locator("view-count [part~=unit]")
    assert await heard.evaluate("unit => unit.getBoundingClientRect().width") <= 1


async def test_a_page_that_extends_what_everybody_uses_breaks_nothing(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b")
    await paper.read(c=147, d=2)

    body = paper.list("live") + paper.count("c") + paper.count("d")
    await page.goto(site.page(body, head=EXTENDED + paper.script))

    await listed(page, "a", "b")
    await counted(page, "147 views", "2 views")
    await paper.rank("b", "a")
    await listed(page, "b", "a")


@pytest.mark.parametrize("layout", ["list", "cards"])
async def test_words_are_words(page: Page, site: Site, paper: Paper, layout: str):
    for name, word in WORDS.items():
        await paper.print(name, title=word, summary=word, section=word[:100])
    await paper.rank(*WORDS)
    everything = f'layout="{layout}" show="rank thumbnail section time summary views movement"'
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await page.set_viewport_size({"width": 360, "height": 800})

    await page.goto(site.page(paper.list(everything) + '<p id="after">After</p>', head=paper.script))
    await expect(page.locator(LINKS)).to_have_count(len(WORDS))
    for link in await page.locator(LINKS).all():
        await link.hover()
    await settled(page)

    assert await page.locator(LINKS).evaluate_all("all => all.map(one => one.textContent)") == [
        *WORDS.values()
    ]
    assert await page.evaluate("window.ran") is None
    assert dialogs == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await page.locator("trending-list img, trending-list script, trending-list [onerror]").count() == 0


async def test_only_addresses_of_the_web_become_links_and_pictures(page: Page, site: Site, paper: Paper):
    story = (
        '{"id": "x", "url": "javascript:window.ran=1", "title": "Title of x", "summary": "", "rank": 1,'
        ' "thumbnail_url": "data:image/svg+xml,<svg/>", "movement": null, "metrics": {"views": 7},'
        ' "source": "trending", "published_at": "2026-02-21T12:00:00Z"}'
    )
    site.file("/taken/v1/trending", f'{{"data": [{story}]}}'.encode())

    await page.goto(site.page(paper.list('base="/taken" show="thumbnail"'), head=paper.script))
    await expect(page.get_by_text("Title of x")).to_be_visible()
    await page.get_by_text("Title of x").click()

    assert await page.evaluate("window.ran") is None
    await expect(page.locator(LINKS)).to_have_count(0)
    await expect(page.locator("trending-list img")).to_have_count(0)

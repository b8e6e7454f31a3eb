"""Where the list leads, and what the page hears of it."""

import json

from playwright.async_api import Page

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Paper
from tests.end_to_end.widget.pages import LINKS, listed

HEARD = """<script>
window.heard = []
for (const name of ["click", "update"]) addEventListener("groundswell-" + name, event =>
  heard.push([name, event.target.localName, event.detail, event.composed, event.cancelable]))
</script>"""


async def test_parameters_and_the_way_are_added_to_what_an_address_has(page: Page, site: Site, paper: Paper):
    for name, end in {
        "a": "/story",
        "b": "/story?p=1&q=a%20b",
        "c": "/story?p=1#part",
        "d": "/story#",
    }.items():
        await paper.print(name, url="https://news.example" + end)
    await paper.rank("a", "b", "c", "d")
    attributes = 'link-params="utm_source=trending&amp;utm_medium=widget" via="trending" target="_blank"'

    await page.goto(site.page(paper.list(attributes), head=paper.script))
    await listed(page, "a", "b", "c", "d")

    added = "utm_source=trending&utm_medium=widget"
    links = await page.locator(LINKS).all()
    assert [await link.get_attribute("href") for link in links] == [
        f"https://news.example/story?{added}#via=trending",
        f"https://news.example/story?p=1&q=a%20b&{added}#via=trending",
        f"https://news.example/story?p=1&{added}#part",
        f"https://news.example/story?{added}#via=trending",
    ]
    assert {await link.get_attribute("target") for link in links} == {"_blank"}
    assert {await link.get_attribute("rel") for link in links} == {"noopener "}


async def test_links_are_left_as_they_are_unless_asked(page: Page, site: Site, paper: Paper):
    await paper.print("a", url="https://news.example/a%2fb?x=%C3%A4+b&y")
    await paper.rank("a")

    await page.goto(site.page(paper.list(), head='<base target="_top">' + paper.script))
    await listed(page, "a")

    link = page.locator(LINKS)
    assert await link.get_attribute("href") == "https://news.example/a%2fb?x=%C3%A4+b&y"
    assert await link.get_attribute("target") is None


async def test_a_story_with_a_label_is_marked_for_readers_and_for_machines(
    page: Page, site: Site, paper: Paper
):
    # As a service of a later release tells it.
    story = {
        "url": "https://news.example/a",
        "summary": "",
        "rank": 1,
        "movement": None,
        "metrics": {"views": 7},
        "source": "trending",
        "published_at": "2026-02-21T12:00:00Z",
    }
    paid = {**story, "id": "paid", "title": "Title of paid", "label": "Sponsored"}
    free = {**story, "id": "free", "title": "Title of free", "label": None}
    site.file("/later/v1/trending", json.dumps({"data": [paid, free], "meta": {}}).encode())

    await page.goto(site.page(paper.list('base="/later" target="_blank"'), head=paper.script))
    await listed(page, "paid", "free")

    assert [await one.get_attribute("rel") for one in await page.locator(LINKS).all()] == [
        "noopener sponsored",
        "noopener ",
    ]
    assert await page.locator("trending-list [part=label]:visible").all_inner_texts() == ["Sponsored"]


async def test_a_click_is_told_and_may_be_taken_over(page: Page, site: Site, paper: Paper):
    story = site.page("A story", path="/story")
    await paper.print("a", "b", url=story)
    await paper.rank("a", "b")
    await page.goto(site.page(paper.list('via="trending"'), head=HEARD + paper.script, path="/front"))
    await listed(page, "a", "b")

    await page.evaluate(
        "addEventListener('groundswell-click', event => event.preventDefault(), {once: true})"
    )
    await page.locator(LINKS).last.click()
    heard = await page.evaluate("heard")
    await page.locator(LINKS).last.click()
    await page.wait_for_url("**/story#via=trending")

    assert heard == [
        ["update", "trending-list", {"ids": ["a", "b"]}, True, False],
        [
            "click",
            "trending-list",
            {"id": "b", "url": f"{story}#via=trending", "rank": 2, "list": "trending"},
            True,
            True,
        ],
    ]


async def test_the_keyboard_walks_the_list_in_its_order_and_opens_what_it_stands_on(
    page: Page, site: Site, paper: Paper
):
    story = site.page("A story", path="/story")
    await paper.print("a", "b", url=story)
    await paper.rank("a", "b")
    await page.goto(site.page(paper.list(), head=HEARD + paper.script, path="/front"))
    await listed(page, "a", "b")

    focused = "document.querySelector('trending-list').shadowRoot.activeElement.innerText"
    await page.keyboard.press("Tab")
    first = await page.evaluate(focused)
    await page.keyboard.press("Tab")
    second = await page.evaluate(focused)
    outline = await page.evaluate(
        """() => getComputedStyle(document.querySelector('trending-list').shadowRoot.activeElement, '::after')
             .outlineStyle"""
    )
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/story")

    assert [first, second, outline] == ["Title of a", "Title of b", "solid"]


async def test_the_whole_row_is_the_link(page: Page, site: Site, paper: Paper):
    story = site.page("A story", path="/story")
    await paper.print("a", url=story)
    await paper.rank("a")
    await page.goto(site.page(paper.list(), head=paper.script, path="/front"))
    await listed(page, "a")

    await page.locator("trending-list [part=rank]").click(force=True)

    await page.wait_for_url("**/story")


async def test_an_update_is_told_once_for_each_list_that_is_new(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b")
    await page.goto(site.page(paper.list("live"), head=HEARD + paper.script))
    await listed(page, "a", "b")

    await paper.rank("b", "a")
    await listed(page, "b", "a")

    assert [detail["ids"] for _, _, detail, *_ in await page.evaluate("heard")] == [["a", "b"], ["b", "a"]]

"""The list: what it asks for, and what it shows."""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Paper
from tests.end_to_end.widget.pages import LINKS, Asked, listed, settled, titles

TRENDING = "/v1/trending"
HEARD = """
- list:
  - /children: equal
  - listitem:
    - /children: equal
    - text: "1"
    - link "Title of a":
      - /url: https://news.example/a
    - text: 1,234 views up 2
  - listitem:
    - /children: equal
    - text: "2"
    - link "Title of b"
    - text: 99 views
  - listitem:
    - /children: equal
    - text: "3"
    - link "Title of c"
    - text: 98 views down 2
  - listitem:
    - /children: equal
    - text: "4"
    - link "Title of d"
    - text: 1 view new
"""
"""What a screen reader tells of four stories: each number once, and movement in words."""
EVERYTHING = "rank thumbnail section time summary views movement"


async def test_it_shows_what_is_read_with_rank_views_and_movement(page: Page, site: Site, paper: Paper):
    await paper.print("a", "b", "c", "d")
    await paper.rank("a", "b", "c", "d", views={"a": 1_234, "d": 1}, past=["c", "b", "a"])

    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a", "b", "c", "d")

    await expect(page.locator("trending-list")).to_match_aria_snapshot(HEARD)


async def test_its_attributes_are_what_is_asked(page: Page, site: Site, paper: Paper):
    await paper.front("a", section="World & Sport", tags=("Global, News",), authors=("Ann Author",))
    asked = Asked(page, TRENDING)
    attributes = {
        "list": "most-read",
        "window": "7d",
        "section": "World &amp; Sport",
        "tag": "Global, News",
        "author": "Ann Author",
        "published-within": "3650d",
        "exclude": "x,y%2Cz",
        "limit": "7",
    }

    written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    await page.goto(site.page(paper.list(written), head=paper.script))
    await listed(page, "a")

    assert asked.parameters() == {
        "site": paper.site,
        "list": "most-read",
        "window": "7d",
        "section": "World & Sport",
        "tag": "Global, News",
        "author": "Ann Author",
        "published_within": "3650d",
        "exclude": "x,y%2Cz",
        "limit": "7",
    }
    assert "exclude=x,y%252Cz" in asked.urls[0]


async def test_a_limit_that_is_none_is_no_reason_for_an_empty_box(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    asked = Asked(page, TRENDING)
    written = ("-3", "999", "", "0", "x")
    await page.set_viewport_size({"width": 1_280, "height": 12_000})

    lists = "".join(paper.list(f'limit="{limit}"') for limit in written)
    await page.goto(site.page(lists, head=paper.script))
    await expect(page.locator(LINKS)).to_have_count(len(written))

    assert {asked.parameters(number)["limit"] for number in range(len(asked))} == {"1", "100", "10"}


async def test_parts_are_chosen(page: Page, site: Site, paper: Paper):
    hour_ago = datetime.now(UTC) - timedelta(hours=1, minutes=5)
    await paper.front("a", section="World", summary="In short.", published_at=hour_ago)
    kinds = (f'show="{EVERYTHING}"', 'show="time"', 'layout="cards"')
    body = "".join(paper.list(f'limit="1" {kind}') for kind in kinds)

    await page.goto(site.page(body, head=paper.script))
    await expect(page.locator("trending-list a[href]")).to_have_count(3)

    shown = [await one.inner_text() for one in await page.locator("trending-list [part=item]").all()]
    assert [[line for line in one.split("\n") if line] for one in shown] == [
        ["1", "WORLD", "Title of a", "In short.", "100 views", "1 hour ago"],
        ["Title of a", "1 hour ago"],
        ["1", "Title of a", "In short.", "100 views", "1 hour ago"],
    ]
    moment = page.locator("trending-list time").first
    assert await moment.get_attribute("datetime") == hour_ago.isoformat().replace("+00:00", "Z")


async def test_attributes_may_change(page: Page, site: Site, paper: Paper):
    await paper.print("a", section="World")
    await paper.print("b", section="Sport")
    await paper.rank("a", "b")
    await page.goto(site.page(paper.list('section="World"'), head=paper.script))
    await listed(page, "a")

    change = "(list, [name, value]) => list.setAttribute(name, value)"
    await page.locator("trending-list").evaluate(change, ["section", "Sport"])
    await listed(page, "b")
    await page.locator("trending-list").evaluate(change, ["show", "time"])

    await expect(page.locator("trending-list time:visible")).to_have_count(1)
    await expect(page.locator("trending-list [part=rank]")).to_have_count(0)


async def test_what_is_only_style_asks_for_nothing(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    asked = Asked(page, TRENDING)
    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a")

    await page.locator("trending-list").evaluate(
        "list => { list.className = 'x'; list.style.color = 'red'; list.id = 'y'; list.dataset.z = '1' }"
    )
    await settled(page)

    assert await titles(page) == ["a"]
    assert len(asked) == 1


async def test_pictures_come_when_they_are_near_and_one_that_fails_leaves_a_calm_place(
    page: Page, site: Site, paper: Paper
):
    picture = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="36"><rect width="64" height="36"/></svg>'
    )
    there = site.file("/picture.svg", picture.encode(), {"content-type": "image/svg+xml"})
    await paper.print("a", thumbnail_url=there)
    await paper.print("b", image_url=f"{site.url}/missing.png")
    await paper.print("c")
    await paper.rank("a", "b", "c")

    await page.goto(site.page(paper.list('layout="cards"'), head=paper.script))
    await listed(page, "a", "b", "c")
    await expect(page.locator("trending-list img")).to_have_count(1)

    image = page.locator("trending-list img")
    assert [await image.get_attribute(name) for name in ("src", "alt", "loading", "decoding")] == [
        there, "", "lazy", "async",
    ]  # fmt: skip
    places = [await one.bounding_box() for one in await page.locator("[part=thumbnail]").all()]
    assert len({(round(place["width"]), round(place["height"])) for place in places if place}) == 1


async def test_two_scripts_on_one_page_are_one(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    await page.goto(site.page(paper.list() + paper.script, head=paper.script + paper.script))

    await listed(page, "a")


@pytest.mark.parametrize(("layout", "scheme"), [("list", "light"), ("cards", "dark")])
async def test_nothing_stands_in_the_way_of_anybody(
    page: Page, site: Site, paper: Paper, layout: str, scheme: str
):
    await paper.print("a", "b", "c", "d", section="World", summary="In short.")
    await paper.rank("a", "b", "c", "d", past=["c", "b", "a"])
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    style = "<style>body{background:light-dark(#fff,#121417);color:light-dark(#17191d,#eceae5)}</style>"
    listing = paper.list(f'layout="{layout}" show="{EVERYTHING}"')
    await page.goto(site.page(f"<main><h1>News</h1>{listing}</main>", head=style + paper.script))
    await listed(page, "a", "b", "c", "d")

    found = await Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert await page.locator("trending-list [aria-live]").count() == 0

"""The list follows the news and disturbs nobody: no pointer, no keyboard, nothing that stands around it."""

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Paper
from tests.end_to_end.widget.pages import LINKS, SHIFTS, Asked, clock, listed, passes, settled, titles, told
from tests.waiting import wait_until

FALLBACK = '<ol><li><a href="/written">Written by the server</a></li></ol>'
RESERVED = "<style>trending-list{display:flow-root;min-block-size:70em}</style>"
"""What a page adds that loads the script late: room for ten rows."""
RECORD = """window.moves = []
const animate = Element.prototype.animate
Element.prototype.animate = function (frames, how) {
  const move = animate.call(this, frames, how)
  window.moves.push(move.effect.getKeyframes()[0].transform || "opacity")
  return move
}"""
MOVES = "window.moves"
MARK = "list => list.shadowRoot.querySelectorAll('[part=item]').forEach((row, n) => row.mark = n)"
MARKS = "list => [...list.shadowRoot.querySelectorAll('[part=item]')].map(row => row.mark)"


async def first_title(page: Page) -> list[str]:
    return await page.locator(LINKS).first.all_inner_texts()


async def test_nothing_moves_under_a_pointer(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", "c")
    await clock(page)
    await page.goto(site.page(paper.list() + "<h1>News</h1>", head=paper.script))
    await listed(page, "a", "b", "c")

    await page.locator(LINKS).first.hover()
    await paper.rank("c", "b", "a")
    await told(page, "c", "b", "a")
    first = await titles(page)
    # A number moves no row.
    await paper.rank("a", "b", "c", views={"a": 1_000})
    await told(page, "a", "b", "c", views=1_000)
    await expect(page.locator("trending-list [part=views]:visible").first).to_have_text("1,000 views")
    await paper.rank("c", "a", "b")
    await told(page, "c", "a", "b")
    second = await titles(page)
    await page.locator("h1").hover()

    await listed(page, "c", "a", "b")
    assert first == second == ["a", "b", "c"]


async def test_nothing_moves_under_the_keyboard(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", "c")
    await clock(page)
    await page.goto(site.page(paper.list() + "<button>Next</button>", head=paper.script))
    await listed(page, "a", "b", "c")

    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await paper.rank("a", "b", "c", views={"a": 1_000})
    await told(page, "a", "b", "c", views=1_000)
    await expect(page.locator("trending-list [part=views]:visible").first).to_have_text("1,000 views")
    await paper.rank("c", "b", "a")
    await told(page, "c", "b", "a")
    held = await titles(page)
    focused = await page.locator("trending-list").evaluate("list => list.shadowRoot.activeElement.innerText")
    await page.get_by_role("button").focus()

    await listed(page, "c", "b", "a")
    assert (held, focused) == (["a", "b", "c"], "Title of b")


async def test_what_the_server_wrote_is_not_taken_from_under_a_pointer(page: Page, site: Site, paper: Paper):
    await paper.front("a")
    await clock(page)
    asked = Asked(page, "/v1/trending")
    await page.goto(site.page(paper.list("", FALLBACK) + "<h1>News</h1>"))
    written = page.get_by_text("Written by the server")
    await written.hover()

    await page.add_script_tag(url=f"{paper.newsroom.url}/widget.v1.js")
    await wait_until(lambda: len(asked) == 1, "the list is asked for")
    await page.wait_for_load_state("networkidle")
    await settled(page)
    before = await written.is_visible()
    await page.locator("h1").hover()

    await listed(page, "a")
    assert before
    await expect(written).to_be_hidden()


async def test_rows_stay_themselves_and_glide_to_their_new_places(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", "c")
    await clock(page)
    await page.add_init_script(RECORD)
    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a", "b", "c")
    await page.locator("trending-list").evaluate(MARK)

    await paper.print("d")
    await paper.rank("c", "a", "d")
    await passes(page, titles, "c", "a", "d", "b")

    assert await page.locator("trending-list").evaluate(MARKS) == [2, 0, None, 1]
    moves = await page.evaluate(MOVES)
    assert len(moves) == 4
    assert moves.count("opacity") == 1


async def test_who_asked_for_less_motion_sees_none(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b", "c")
    await clock(page)
    await page.emulate_media(reduced_motion="reduce")
    await page.add_init_script(RECORD)
    await page.goto(site.page(paper.list(), head=paper.script))
    await listed(page, "a", "b", "c")

    await paper.rank("c", "a", "b")
    await passes(page, titles, "c", "a", "b")

    assert await page.evaluate(MOVES) == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "attributes", ["", 'layout="cards"', 'show="rank thumbnail section summary time views"']
)
async def test_nothing_around_the_list_moves_when_it_comes_or_when_it_changes(
    page: Page, site: Site, paper: Paper, width: int, attributes: str
):
    ids = [f"a{n}" for n in range(12)]
    for n, one in enumerate(ids):
        await paper.print(
            one, title=("A title " * (n % 7 + 1)).strip(), summary="In short. " * n, section="World"
        )
    await paper.rank(*ids)
    await page.set_viewport_size({"width": width, "height": 900})
    await page.emulate_media(reduced_motion="reduce" if width == 360 else "no-preference")
    await clock(page)
    listing = paper.list(f'limit="5" {attributes}')
    script = paper.script.replace("async ", "")
    await page.goto(site.page(f"{paper.count('a1')}{listing}<h1>Below</h1><p>Text</p>", head=SHIFTS + script))
    await expect(page.locator(LINKS)).to_have_count(5)
    first = await page.locator("h1").bounding_box()

    # One comes up from below, and all others make room.
    await paper.rank(ids[4], *ids[:4])
    await passes(page, first_title, "A title A title A title A title A title")
    await settled(page)

    assert await page.evaluate("shifted") == []
    assert await page.locator("h1").bounding_box() == first


async def test_what_a_page_says_of_its_looks_is_taken_and_room_is_kept_for_it(
    page: Page, site: Site, paper: Paper
):
    await paper.front(*(f"a{n}" for n in range(5)))
    look = """<style>
      trending-list { --gs-accent: rgb(1, 2, 3); --gs-lines: 4; }
      trending-list::part(title) { font-size: 30px; }
      trending-list::part(meta) { font-size: 20px; }
    </style>"""
    script = paper.script.replace("async ", "")
    await page.goto(site.page(paper.list('limit="5"') + "<h1>Below</h1>", head=look + SHIFTS + script))
    await listed(page, *(f"a{n}" for n in range(5)))
    await settled(page)

    rank = page.locator("trending-list [part=rank]").first
    row = await page.locator("trending-list [part=item]").first.bounding_box()
    assert await rank.evaluate("rank => getComputedStyle(rank).color") == "rgb(1, 2, 3)"
    assert row
    assert row["height"] > 4 * 30 + 20
    assert await page.evaluate("shifted") == []


@pytest.mark.parametrize("inside", ["", FALLBACK, FALLBACK * 60])
async def test_nothing_moves_on_a_page_that_loads_the_script_late(
    page: Page, site: Site, paper: Paper, inside: str
):
    await paper.front(*(f"a{n}" for n in range(10)))
    body = paper.list("", inside) + "<h1>Below</h1>"
    await page.set_viewport_size({"width": 360, "height": 3_000})
    await page.goto(site.page(body, head=SHIFTS + RESERVED))
    await settled(page)
    before = await page.locator("h1").bounding_box()

    await page.add_script_tag(url=f"{paper.newsroom.url}/widget.v1.js")
    await expect(page.locator(LINKS)).to_have_count(10)
    await settled(page)

    assert await page.evaluate("shifted") == []
    assert await page.locator("h1").bounding_box() == before


async def test_a_place_that_was_too_high_is_given_back_out_of_sight(page: Page, site: Site, paper: Paper):
    await paper.front("a", "b")
    high = '<div style="height: 3000px"></div>'
    await page.goto(site.page(high + paper.list() + high, head=paper.script))
    await page.evaluate("scrollTo(0, 2900)")
    await listed(page, "a", "b")
    reserved = await page.locator("trending-list").bounding_box()

    await page.evaluate("scrollTo(0, 0)")
    await settled(page)

    left = await page.locator("trending-list").bounding_box()
    assert reserved
    assert left
    assert left["height"] < reserved["height"] / 2

"""The newsroom's board in a real browser: what an editor sees, presses and is told."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.serving import SITE, Serving, run, serve

CUBAN = "Cuban Advisers Begin to Leave Venezuela"
HARBOUR = "Harbour Cities Pool Their Money Against the Next Flood"
HARBOUR_ID = "/world/harbour-cities-shared-flood-fund"
OTHER_SITE = "other.example"
FOREIGN = "https://foreign.example"

CONTROLS = """() => [...document.querySelectorAll("a[href], button, select, input, summary")]
  .filter(one => one.checkVisibility()).map(one => one.id || one.name || one.textContent.trim())"""
FOCUSED = "() => { const one = document.activeElement; return one.id || one.name || one.textContent.trim() }"
KEPT = """() => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, location.href, history.state, window.name
])"""


@pytest.fixture(scope="module")
async def seeded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A service of two sites, with the seeds of the first, whose board asks for its key."""
    async with serve(tmp_path_factory.mktemp("board"), sites=(SITE, OTHER_SITE)) as serving:
        seeding = run("seed", "--data-dir", str(serving.data_dir), cwd=serving.data_dir)
        assert seeding.returncode == 0, seeding.stderr
        yield serving


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    async with await browser.new_context(viewport={"width": 1280, "height": 900}) as opened:
        opened.set_default_timeout(20_000)
        yield opened


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()


@pytest.fixture
async def board(page: Page, seeded: Serving) -> Page:
    """The board of the seeded site, opened with its key."""
    return await open_board(page, seeded)


async def open_board(page: Page, serving: Serving, query: str = "") -> Page:
    """Open the board, give it the key, and wait for its rows."""
    await page.goto(f"{serving.url}/board{query}")
    await page.get_by_label("Key", exact=True).fill(serving.keys["newsroom_key"])
    await page.get_by_role("button", name="Open the board").click()
    await page.locator("#rows tr").first.wait_for()
    return page


def row(page: Page, title: str) -> Locator:
    """Return the row of an article."""
    return page.locator("#rows tr", has_text=title)


def choice(page: Page, name: str) -> Locator:
    """Return the box of a filter, or of the site."""
    return page.get_by_role("combobox", name=name, exact=True)


async def post_view(serving: Serving, reader: str, origin: str = f"https://{SITE}") -> str:
    """Post a view of an article as a page of `origin` would, and return what became of it."""
    answer = await serving.http.post(
        "/v1/views",
        json={"site": SITE, "article": HARBOUR_ID},
        headers={"origin": origin, "x-forwarded-for": reader},
    )
    return answer.headers["x-groundswell-outcome"]


async def test_the_key_is_asked_for_and_stays_in_the_memory_of_the_page(page: Page, seeded: Serving):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{seeded.url}/board?list=most-read")

    field = page.get_by_label("Key", exact=True)
    await expect(field).to_be_focused()
    assert not any("/v1/" in address for address in asked), "nothing is asked for without a key"
    await field.fill("a wrong one")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not the right one")
    await expect(field).to_be_focused()
    await expect(page.locator("#rows tr")).to_have_count(0)

    key = seeded.keys["newsroom_key"]
    await field.fill(key)
    await field.press("Enter")
    await expect(page.locator("#rows tr")).to_have_count(9)
    assert key not in await page.evaluate(KEPT)
    assert key not in await page.content()
    assert not any(key in address for address in asked)
    assert await page.context.cookies() == []

    await page.reload()
    await expect(field).to_be_visible()
    await expect(page.locator("#rows tr")).to_have_count(0)


async def test_the_table_shows_the_list_in_the_order_of_rank(board: Page, seeded: Serving):
    listed = await seeded.http.get("/v1/trending", params={"site": SITE})

    assert await board.locator("#rows th a").all_inner_texts() == [
        story["title"] for story in listed.json()["data"]
    ]
    cuban = row(board, CUBAN)
    assert await cuban.locator(".rank").inner_text() == "2"
    assert await cuban.locator(".section").inner_text() == "World"
    assert await cuban.locator(".views span").inner_text() == "147"
    assert await cuban.locator(".readers").inner_text() == "147"
    assert "Most views at" in str(await cuban.locator("svg").get_attribute("aria-label"))
    link = cuban.get_by_role("link")
    assert await link.get_attribute("href") == f"https://{SITE}/world/cuban-advisers-leave-venezuela"
    assert (await link.get_attribute("target"), await link.get_attribute("rel")) == ("_blank", "noopener")


async def test_the_traffic_is_a_curve_and_a_table_of_the_same_24_hours(board: Page, seeded: Serving):
    told = await seeded.http.get("/v1/board", params={"site": SITE}, headers=seeded.bearer("newsroom"))

    curve = board.get_by_role("img", name="Views an hour of the whole site")
    await expect(curve).to_be_visible()
    await board.get_by_text("The hours as a table").click()
    hours = await board.locator("#hours td").all_inner_texts()
    # The running hour may have moved in between.
    assert hours[1:] == [f"{hour['views']:,}" for hour in reversed(told.json()["traffic"]["hours"])][1:]


async def test_a_view_moves_a_number_while_one_looks(board: Page, seeded: Serving):
    views = row(board, HARBOUR).locator(".views span")
    before = int(await views.inner_text())

    assert await post_view(seeded, "198.18.0.1") == "accepted"

    await expect(views).to_have_text(str(before + 1), timeout=20_000)


async def test_filters_change_the_rows_and_the_address_and_can_be_bookmarked(board: Page, seeded: Serving):
    await choice(board, "Section").select_option("Science")
    await expect(board.locator("#rows tr")).to_have_count(2)
    assert board.url == f"{seeded.url}/board?section=Science"
    await choice(board, "List").select_option("most-read")
    await choice(board, "Window").select_option("7d")
    await expect(board.locator("#list-h")).to_have_text("Most read7 days · Science")
    # A long window is ranked once a minute.
    await expect(board.locator("#rows .views small").first).to_contain_text("of ", timeout=90_000)
    bookmark = "?section=Science&list=most-read&window=7d"
    assert board.url == f"{seeded.url}/board{bookmark}"

    await board.get_by_role("button", name="Clear").click()
    await expect(board.locator("#rows tr")).to_have_count(9)
    assert board.url == f"{seeded.url}/board"
    await board.go_back()
    await expect(board.locator("#rows tr")).to_have_count(2)

    other = await open_board(await board.context.new_page(), seeded, bookmark)
    await expect(other.locator("#rows tr")).to_have_count(2)
    assert await choice(other, "Window").input_value() == "7d"


async def test_each_site_has_its_board(board: Page):
    await choice(board, "Site").select_option(OTHER_SITE)

    await expect(board.locator("h1")).to_have_text(OTHER_SITE)
    await expect(board.get_by_role("heading", name="No articles yet")).to_be_visible()
    await expect(board.get_by_role("heading", name="Set up")).to_be_visible()
    await expect(board.locator("#snippet-beacon")).to_contain_text(f'data-site="{OTHER_SITE}"')
    assert board.url.endswith(f"?site={OTHER_SITE}")


async def test_the_snippet_is_shown_and_copied(board: Page, seeded: Serving):
    await board.context.grant_permissions(["clipboard-write"])
    snippet = f'<script async src="{seeded.url}/beacon.v1.js" data-site="{SITE}"></script>'

    await board.get_by_role("button", name="Set up").click()
    assert await board.locator("#snippet-beacon").inner_text() == snippet
    await board.get_by_role("button", name="Copy the snippet for article pages").click()

    await expect(board.get_by_role("status")).to_have_text("Copied.")
    # No page of ours may read the clipboard; whoever sits before it may.
    await board.evaluate("document.body.append(document.createElement('textarea'))")
    await board.locator("body > textarea").press("ControlOrMeta+v")
    assert await board.locator("body > textarea").input_value() == snippet


async def test_without_a_clipboard_the_snippet_is_selected(page: Page, seeded: Serving):
    await page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    board = await open_board(page, seeded)

    await board.get_by_role("button", name="Set up").click()
    await board.get_by_role("button", name="Copy the list element").click()

    await expect(board.get_by_role("status")).to_contain_text("Press Control or Command and C")
    selected = await board.evaluate("getSelection().toString()")
    assert selected == f'<trending-list site="{SITE}" limit="5"></trending-list>'


async def test_readings_that_were_dropped_are_named_with_their_remedy(board: Page, seeded: Serving):
    assert await post_view(seeded, "198.18.0.2", FOREIGN) == "dropped"

    notice = board.locator("#advice")
    await expect(notice).to_contain_text(f"{FOREIGN}. If they are yours, start with --origin {FOREIGN}.")
    await notice.get_by_role("button").click()
    await expect(notice).to_be_hidden()
    await expect(board.locator("#advices")).to_contain_text(f"--origin {FOREIGN}")
    await expect(board.locator("#losses")).to_contain_text("Dropped: pages of another origin")
    await expect(board.locator("#origins")).to_contain_text(FOREIGN)


async def test_the_keyboard_alone_reaches_every_control(page: Page, seeded: Serving):
    await page.goto(f"{seeded.url}/board?section=World")
    await page.keyboard.type(seeded.keys["newsroom_key"])
    await page.keyboard.press("Enter")
    await page.locator("#rows tr").first.wait_for()
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate(FOCUSED) == "setup-button":
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Set up")).to_be_visible()

    wanted = set(await page.evaluate(CONTROLS))
    reached = set()
    for _ in range(len(wanted) * 2):
        await page.keyboard.press("Tab")
        reached.add(await page.evaluate(FOCUSED))

    assert {"then-day", "then-minute", "desk-link"} <= wanted
    assert {"site", "setup-button", "wall-button", "list", "section", "clear", CUBAN} <= wanted
    assert wanted <= reached


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_axe_finds_no_violation(browser: Browser, seeded: Serving, width: int, scheme: str):
    async with await browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    ) as context:
        page = await context.new_page()
        await page.goto(f"{seeded.url}/board")
        await page.get_by_label("Key", exact=True).fill("a wrong one")
        await page.keyboard.press("Enter")
        await page.locator("#key-error", has_text="not the right one").wait_for()
        closed = await Axe().run(page)
        board = await open_board(page, seeded, "?list=most-read")
        shown = await Axe().run(board)
        await board.get_by_role("button", name=f"Why: {CUBAN}").click()
        await board.locator("tr.why dd").first.wait_for()
        await board.get_by_role("button", name="Set up").click()
        await board.get_by_text("The hours as a table").click()
        if width == 360:
            await board.get_by_text("Filter", exact=True).click()
        everything = await Axe().run(board)
        await board.locator("#then-minute").press("Home")
        await expect(board.locator("#past")).to_be_visible()
        past = await Axe().run(board)

    for found in (closed, shown, everything, past):
        assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [360, 768, 1280, 2560])
async def test_no_page_is_wider_than_its_screen(board: Page, width: int):
    await board.set_viewport_size({"width": width, "height": 800})
    await board.get_by_role("button", name="Set up").click()

    assert await board.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440), (3840, 2160)])
async def test_a_wall_screen_is_filled_and_not_scrolled(page: Page, seeded: Serving, width: int, height: int):
    await page.set_viewport_size({"width": width, "height": height})
    board = await open_board(page, seeded, "?wall")

    assert await board.evaluate("document.documentElement.scrollHeight") <= height
    bottom = await board.evaluate("document.querySelector('#board').getBoundingClientRect().bottom")
    assert bottom > height * 0.9
    await board.keyboard.press("Escape")
    await expect(choice(board, "Section")).to_be_visible()
    assert board.url == f"{seeded.url}/board"

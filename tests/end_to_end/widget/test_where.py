"""How the widget finds its service, whoever loads it and wherever it lies."""

from playwright.async_api import Page

from tests.end_to_end.beacon.edge import edge_at
from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Newsroom, Paper
from tests.end_to_end.widget.pages import copied, counted, listed

OWN = b"var own = 1\n;"
"""What a plugin has put ahead of our script."""


async def test_below_a_path_of_the_site_it_asks_below_that_path(
    page: Page, site: Site, newsroom: Newsroom, paper: Paper
):
    await paper.front("a")
    await paper.read(a=147)
    async with edge_at() as edge:
        edge.behind |= {"/stats": newsroom.url, "": site.url}
        site.page(paper.list() + paper.count("a"), head='<script async src="/stats/widget.v1.js"></script>')

        await page.goto(edge.url)
        await listed(page, "a")
        await counted(page, "147 views")

        assert {one.path for one in edge.asked if "v1" in one.path} == {
            "/stats/widget.v1.js", "/stats/v1/trending", "/stats/v1/counts",
        }  # fmt: skip


async def test_a_plugin_may_combine_it_with_others(page: Page, site: Site, newsroom: Newsroom, paper: Paper):
    await paper.front("a")
    tag = f'<script data-src="{newsroom.url}/widget.v1.js" type="text/x-later"></script>'

    await page.goto(site.page(paper.list(), head=tag + await copied(site, newsroom, ahead=OWN)))

    await listed(page, "a")


async def test_an_element_may_name_its_service(page: Page, site: Site, newsroom: Newsroom, paper: Paper):
    await paper.front("a")
    await paper.read(a=147)
    base = f'base="{newsroom.url}"'

    body = paper.list(base) + paper.count("a", "", base)
    await page.goto(site.page(body, head=await copied(site, newsroom, ahead=OWN)))

    await listed(page, "a")
    await counted(page, "147 views")

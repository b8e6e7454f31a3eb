"""The number beside a headline."""

from itertools import chain

import pytest
from playwright.async_api import Page

from shared.article_id import normalise_id
from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Paper
from tests.end_to_end.widget.pages import Asked, clock, counted, passes, said, settled

COUNTS = "/v1/counts"


async def test_all_counts_of_a_page_travel_in_one_request(page: Page, site: Site, paper: Paper):
    ids = [f"/2026/02/{n}, a & b" for n in range(60)]
    await paper.read_each({normalise_id(one): n + 1 for n, one in enumerate(ids)})
    asked = Asked(page, COUNTS)

    await page.goto(site.page(" ".join(map(paper.count, [*ids, ids[0]])), head=paper.script))
    await counted(page, *(f"{n + 1} views" if n else "1 view" for n in range(60)), "1 view")

    assert len(asked) == 1
    assert asked.ids() == ids


async def test_more_than_200_travel_in_parts(page: Page, site: Site, paper: Paper):
    ids = [f"a{n}" for n in range(450)]
    await paper.read_each(dict.fromkeys(ids, 7))
    asked = Asked(page, COUNTS)

    await page.goto(site.page(" ".join(map(paper.count, ids)), head=paper.script))
    await counted(page, *["7 views"] * 450)

    parts = [asked.ids(number) for number in range(len(asked))]
    assert sorted(map(len, parts)) == [50, 200, 200]
    assert sorted(chain(*parts)) == sorted(ids)


async def test_an_address_stays_short_enough_for_what_stands_between(page: Page, site: Site, paper: Paper):
    ids = [f"/{n}/{'long' * 40}" for n in range(100)]
    await paper.read_each(dict.fromkeys(ids, 7))
    asked = Asked(page, COUNTS)

    await page.goto(site.page(" ".join(map(paper.count, ids)), head=paper.script))
    await counted(page, *["7 views"] * 100)

    assert max(map(len, asked.urls)) < 8_000


async def test_one_far_below_waits_until_the_reader_comes_near(page: Page, site: Site, paper: Paper):
    await paper.read(near=1, far=2)
    asked = Asked(page, COUNTS)
    far = f'<div style="height: 5000px"></div>{paper.count("far", "-")}'
    await page.goto(site.page(paper.count("near") + far, head=paper.script))
    await counted(page, "1 view", "-")

    await page.evaluate("scrollTo(0, 4500)")
    await counted(page, "1 view", "2 views")

    assert [asked.ids(0), asked.ids(1)] == [["near"], ["far"]]


async def test_what_the_server_wrote_is_the_least_that_is_shown(page: Page, site: Site, paper: Paper):
    await paper.read(a=147, b=147, c=147, d=147, e=147)
    written = {"a": "1,500", "b": "1\u202f500\u00a0views", "c": "12", "d": "1.2K", "e": "many"}

    await page.goto(site.page("<p>".join(paper.count(*one) for one in written.items()), head=paper.script))

    await counted(page, "1,500 views", "1,500 views", "147 views", "147 views", "147 views")


async def test_a_count_moves_while_one_looks_and_never_falls(page: Page, site: Site, paper: Paper):
    await paper.read(a=10, b=10)
    await clock(page)
    await page.goto(site.page(paper.count("a") + paper.count("b"), head=paper.script))
    await counted(page, "10 views", "10 views")

    await paper.read(a=1_234, b=3)

    await passes(page, said, "1,234 views", "10 views")


async def test_nobody_is_told_0(page: Page, site: Site, paper: Paper):
    await paper.read(read=5)
    await page.goto(site.page(paper.count("unread", "New") + paper.count("read"), head=paper.script))

    await counted(page, "New", "5 views")


@pytest.mark.parametrize(
    ("canonical", "article"),
    [
        ("https://paper.example/2026/story/?utm=x#y", "/2026/story"),
        ("https://paper.example/", "/"),
        ("", "/told/by/path"),
    ],
)
async def test_a_page_names_its_article_by_its_canonical_link_or_its_path(
    page: Page, site: Site, paper: Paper, canonical: str, article: str
):
    await paper.read_each({article: 147})
    link = f'<link rel="canonical" href="{canonical}">' if canonical else ""
    count = f'<view-count site="{paper.site}"></view-count>'

    await page.goto(site.page(count, head=link + paper.script, path="/told/by/path/") + "?x=1")

    await counted(page, "147 views")


async def test_what_cannot_be_an_id_keeps_no_other_from_its_count(page: Page, site: Site, paper: Paper):
    await paper.read(good=5)
    bad = ["line\nbreak", "x" * 5_000]

    await page.goto(site.page("".join(map(paper.count, [*bad, "good"])), head=paper.script))

    await counted(page, "", "", "5 views")


async def test_a_count_whose_article_changes_tells_of_the_other(page: Page, site: Site, paper: Paper):
    await paper.read(a=147, b=3)
    await page.goto(site.page(paper.count("a"), head=paper.script))
    await counted(page, "147 views")

    await page.locator("view-count").evaluate("count => count.setAttribute('article', 'b')")

    await counted(page, "3 views")


async def test_a_count_made_by_a_script_of_the_page_is_asked_for(page: Page, site: Site, paper: Paper):
    await paper.read(a=147)
    await page.goto(site.page("", head=paper.script))
    await page.wait_for_function("!!customElements.get('view-count')")

    await page.evaluate(
        """site => {
          let count = document.createElement("view-count")
          count.setAttribute("site", site)
          count.setAttribute("article", "a")
          document.body.append(count)
        }""",
        paper.site,
    )

    await counted(page, "147 views")


async def test_the_words_are_heard_and_the_number_is_seen(page: Page, site: Site, paper: Paper):
    await paper.read(a=1_234)
    kinds = ["", "compact", "unit", 'label="Mal gelesen"', 'label=""']
    await page.goto(site.page("<p>".join(paper.count("a", "", kind) for kind in kinds), head=paper.script))

    await counted(page, "1,234 views", "1.2K views", "1,234 views", "1,234 Mal gelesen", "1,234 ")
    await settled(page)
    seen = [
        await one.evaluate("unit => unit.getBoundingClientRect().width > 1")
        for one in await page.locator("view-count [part~=unit]").all()
    ]
    assert seen == [False, False, True, False, False]

"""Numbers, times, words and the way they run are those of the page."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.end_to_end.hosting import Site
from tests.end_to_end.widget.newsroom import Paper
from tests.end_to_end.widget.pages import counted, listed

GERMAN = (
    'text-views="one:{} Aufruf|{} Aufrufe" text-up="{} höher" text-down="{} tiefer"'
    ' text-new="neu" text-latest="aktuell"'
)
POLISH = 'label="one:wyświetlenie|few:wyświetlenia|many:wyświetleń|wyświetlenia"'


async def parts(page: Page, name: str) -> list[str]:
    return await page.locator(f"trending-list [part~={name}]:visible").all_inner_texts()


async def test_a_german_page_is_german(page: Page, site: Site, paper: Paper):
    now = datetime.now(UTC)
    await paper.print("a", published_at=now - timedelta(hours=3, minutes=1))
    await paper.print("b", published_at=datetime(2020, 2, 21, 12, tzinfo=UTC))
    await paper.print("c", published_at=now - timedelta(days=1, hours=1))
    await paper.print("d", "e", published_at=datetime(2019, 2, 21, 12, tzinfo=UTC))
    await paper.rank("a", "b", "c", views={"a": 1_234_567, "b": 1}, past=["b", "a"])
    await paper.read(a=1_234_567)
    shows = 'show="rank views movement time"'

    body = paper.list(f"{shows} {GERMAN}") + paper.count("a", "", 'label="Aufrufe"')
    await page.goto(site.page(body, head=paper.script, lang="de"))
    await listed(page, "a", "b", "c", "d", "e")

    assert await parts(page, "views") == [
        "1.234.567 Aufrufe",
        "1 Aufruf",
        "98 Aufrufe",
        "0 Aufrufe",
        "0 Aufrufe",
    ]
    moved = await page.locator("trending-list [part~=movement]:visible").evaluate_all(
        "all => all.map(one => [one.children[0].textContent, one.children[1].textContent])"
    )
    assert moved == [
        ["▲\u202f1", "1 höher"],
        ["▼\u202f1", "1 tiefer"],
        ["neu", "neu"],
        *[["aktuell", "aktuell"]] * 2,
    ]
    times = await parts(page, "time")
    assert times[:3] == ["vor 3 Stunden", "21.02.2020", "gestern"]
    await counted(page, "1.234.567 Aufrufe")


async def test_the_nearest_language_is_taken_and_one_that_is_none_does_no_harm(
    page: Page, site: Site, paper: Paper
):
    await paper.read(a=1_234)
    body = "".join(
        f'<p lang="{lang}">{paper.count("a")}</p>' for lang in ("de_AT", "fr-CH", "no such", "", "en")
    )

    await page.goto(site.page(body, head=paper.script, lang="de"))

    await counted(page, "1\u00a0234 views", "1\u202f234 views", "1,234 views", "1,234 views", "1,234 views")


async def test_words_have_the_forms_of_their_language(page: Page, site: Site, paper: Paper):
    counts = {"a": 1, "b": 2, "c": 5, "d": 22}
    await paper.read_each(counts)
    body = " ".join(paper.count(one, "", POLISH) for one in counts)

    await page.goto(site.page(body, head=paper.script, lang="pl"))

    await counted(page, "1 wyświetlenie", "2 wyświetlenia", "5 wyświetleń", "22 wyświetlenia")


async def test_a_page_from_right_to_left_is_mirrored(page: Page, site: Site, paper: Paper):
    title = "قطارات الليل تعود بين أربع عواصم"
    await paper.front("a", "b", title=title, summary=title)
    await page.set_viewport_size({"width": 360, "height": 800})
    show = paper.list('show="rank thumbnail summary views"')

    await page.goto(site.page(show, head=paper.script, lang="ar-EG", direction="rtl"))
    await expect(page.locator("trending-list [part=views]:visible")).to_have_count(2)

    row, rank, text, picture = [
        await page.locator(f"trending-list [part~={name}]").first.bounding_box()
        for name in ("item", "rank", "title", "thumbnail")
    ]
    assert row
    assert rank
    assert text
    assert picture
    assert rank["x"] + rank["width"] == pytest.approx(row["x"] + row["width"])
    assert rank["x"] >= text["x"] + text["width"]
    assert text["x"] > picture["x"] + picture["width"]
    assert picture["x"] == pytest.approx(row["x"])
    assert await parts(page, "rank") == ["١", "٢"]

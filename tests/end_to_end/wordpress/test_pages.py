"""What the pages of a WordPress print: the tag, the list, the count."""

import re

import pytest

from shared.token import token_of
from tests.desks import SITE
from tests.end_to_end.wordpress.editing import SECRET, SERVICE, change_setting, login, page, php, post
from tests.end_to_end.wordpress.installation import WordPressSite

HOSTILE = '"><script>alert(1)</script>'
ELEMENTS = re.compile(r"<(?:trending-list|view-count).*?</(?:trending-list|view-count)>")


def tags(html: str) -> list[dict[str, str]]:
    """Return the attributes of each beacon on a page."""
    found = re.findall(r"<script[^>]*beacon\.v1\.js[^>]*></script>", html)
    assert all(" async" in tag for tag in found)
    return [dict(re.findall(r"""(src|data-[a-z]+)=["']([^"']*)["']""", tag)) for tag in found]


async def test_the_page_of_an_article_prints_the_tag_with_its_token(site: WordPressSite):
    post_id = str(await post(site))

    assert tags(await page(site, f"/?p={post_id}")) == [
        {
            "src": f"{SERVICE}/beacon.v1.js",
            "data-site": SITE,
            "data-article": post_id,
            "data-token": token_of(SECRET, SITE, post_id),
        }
    ]


async def test_no_other_page_prints_it_and_nobody_who_edits_is_counted(site: WordPressSite):
    path, leaf = f"/?p={await post(site)}", await post(site, post_type="page")

    assert tags(await page(site, "/")) == []
    assert tags(await page(site, f"/?page_id={leaf}")) == []
    assert tags(await page(site, path, await login(site, "administrator"))) == []
    assert tags(await page(site, path, await login(site, "contributor"))) == []
    assert len(tags(await page(site, path, await login(site, "subscriber")))) == 1


@pytest.mark.parametrize(("name", "printed"), [("token_secret", 1), ("site", 0), ("service", 0)])
async def test_what_is_not_set_is_not_printed(site: WordPressSite, name: str, printed: int):
    path = f"/?p={await post(site, post_content='[groundswell_views]')}"
    await change_setting(site, name, "")

    html = await page(site, path)

    assert [tag.get("data-token") for tag in tags(html)] == [None] * printed
    assert len(ELEMENTS.findall(html)) == printed


async def test_shortcodes_and_blocks_are_elements_of_the_service(site: WordPressSite):
    content = (
        '[groundswell_trending limit="3" layout="cards" published-within="48h" onclick="x"]'
        "[groundswell_views]"
        '<!-- wp:groundswell/trending {"limit":7,"section":"World"} /-->'
        '<!-- wp:groundswell/views {"id":"12"} /--><!-- wp:groundswell/views /-->'
    )
    post_id = await post(site, post_content=content)

    html = await page(site, f"/?p={post_id}")

    list_begins, count_begins = f'<trending-list site="{SITE}"', f'<view-count site="{SITE}"'
    shown = [
        f'{list_begins} limit="3" layout="cards" published-within="48h" via="trending"></trending-list>',
        f'{count_begins} article="{post_id}"></view-count>',
        f'{list_begins} limit="7" section="World" list="trending" layout="list" via="trending">'
        "</trending-list>",
        f'{count_begins} article="12"></view-count>',
        f'{count_begins} article="{post_id}"></view-count>',
    ]
    assert ELEMENTS.findall(html) == shown
    assert html.count(f"{SERVICE}/widget.v1.js") == 1


async def test_hostile_words_stay_words(site: WordPressSite):
    given = {"section": HOSTILE, "limit": ["x"], "list": None}

    made = await site.php(
        f"return array(groundswell_trending({php(given)}), groundswell_views(array('id' => {php(HOSTILE)})),"
        " groundswell_trending(''), groundswell_views(''));"
    )

    words = "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    assert made == [
        f'<trending-list site="{SITE}" section="{words}" via="trending"></trending-list>',
        f'<view-count site="{SITE}" article="{words}"></view-count>',
        f'<trending-list site="{SITE}" via="trending"></trending-list>',
        "",
    ]

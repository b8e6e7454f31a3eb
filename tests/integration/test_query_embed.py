"""GET /embed/trending: the list as a page that others put into a frame."""

import re
from html import unescape

import httpx
import pytest

from shared.connection import Client
from tests.published import SITE, article, catalogue, count, publish, query, refusal

HOSTILE = '"><script>alert(1)</script>'


async def page(redis: Client, redis_url: str, more: str = "") -> httpx.Response:
    """Return the embed of two articles, the second one risen."""
    await catalogue(
        redis,
        article("a", title=f"One {HOSTILE}", section="World", summary="Why it is so."),
        article("b", title="Two", thumbnail_url="https://pictures.example/b.jpg"),
    )
    await count(redis, {"a": 1_470, "b": 3})
    await publish(redis, "trending", {"b": (2.0, 3), "a": (1.0, 1_470)}, past=["a", "b"])
    async with query(redis_url) as (_, client):
        return await client.get(f"/embed/trending?site={SITE}{more}")


async def test_without_a_script_it_is_a_plain_list_with_rank_movement_and_views(
    redis: Client, redis_url: str
):
    answer = await page(redis, redis_url, "&script=off")

    assert answer.status_code == 200
    said = " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text.partition("<body>")[2])).split())
    assert said.startswith(f"{SITE} 1 Two 3 views ▲ up 1 2 One {HOSTILE} 1,470 views ▼ down 1")
    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]


async def test_with_a_script_the_same_list_stands_inside_the_widget_until_it_runs(
    redis: Client, redis_url: str
):
    answer = await page(redis, redis_url, "&limit=2&tag=%22%3E%3Cscript%3E&published_within=48h")

    assert re.findall(
        r'<script async src="../(\w+)\.v1\.[0-9a-f]{16}\.js" integrity="sha384-', answer.text
    ) == [
        "widget",
        "embed",
    ]
    element = re.search(r"<trending-list ([^>]*)>", answer.text)
    assert element is not None
    assert f'site="{SITE}"' in element[1]
    assert 'published-within="48h"' in element[1]
    assert 'tag="&#34;&gt;&lt;script&gt;"' in element[1]
    assert answer.text.count("limit=") == 1
    assert "<ol" in answer.text


async def test_it_alone_may_be_framed(redis: Client, redis_url: str):
    answer = await page(redis, redis_url)
    async with query(redis_url) as (_, client):
        other = await client.get("/docs")

    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in other.headers["content-security-policy"]


async def test_what_is_shown_and_where_links_open_can_be_chosen(redis: Client, redis_url: str):
    answer = await page(
        redis,
        redis_url,
        "&script=off&show=summary+section+thumbnail+time&target=_blank&layout=cards&via=embed&lang=ar",
    )

    body = answer.text.partition("<body>")[2]
    assert "Why it is so." in body
    assert "World" in body
    assert 'src="https://pictures.example/b.jpg"' in body
    assert "1,470" not in body
    assert body.count('target="_blank" rel="noopener"') == 2
    assert body.count("#via=embed") == 2
    assert '<ol class="cards">' in body
    assert '<html lang="ar" dir="rtl">' in answer.text


@pytest.mark.parametrize(
    "more",
    [
        "&script=maybe",
        "&layout=wall",
        "&show=everything",
        "&target=_self",
        "&via=%22%3E",
        "&lang=%22%3E",
        "&limit=0",
        "&unknown=1",
    ],
)
async def test_a_wrong_parameter_is_refused_by_name(redis: Client, redis_url: str, more: str):
    answer = await page(redis, redis_url, more)

    assert answer.status_code == 400
    assert refusal(answer)
    assert more[1:].partition("=")[0] in answer.text


async def test_a_site_without_articles_says_so(redis_url: str):
    async with query(redis_url) as (_, client):
        answer = await client.get(f"/embed/trending?site={SITE}&script=off")

    assert "Nothing is published yet." in answer.text

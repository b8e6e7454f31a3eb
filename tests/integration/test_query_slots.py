"""Sponsored slots and pins wherever the list is shown: labelled, and without a rank that is not theirs."""

import re
from html import unescape
from xml.etree import ElementTree

import httpx
import pytest

from shared.connection import Client
from tests.listening import listening, served
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, count, publish, query

LABEL = "Ad by <Acme>"


@pytest.fixture
async def placed(redis: Client) -> None:
    """A list of two articles, with a pin between them and a slot on top."""
    await catalogue(
        redis,
        article("a"),
        article("b"),
        article("p", title="Pinned here"),
        article("shown", title="Buy this"),
    )
    await publish(redis, "trending", {"a": (3.0, 30), "b": (2.0, 20)}, past=["b", "a"])
    await count(redis, {"p": 7, "shown": 4})
    await put(
        redis, {"p": override("pin", position=2), "shown": override("sponsor", position=1, label=LABEL)}
    )


def said(answer: httpx.Response) -> str:
    """Return the words of a page."""
    assert answer.status_code == 200, answer.text
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text.partition("<body>")[2], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@pytest.mark.parametrize("script", ["on", "off"])
async def test_a_frame_shows_the_label_and_marks_the_link(placed: None, redis_url: str, script: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.get(f"/embed/trending?site={SITE}&script={script}&target=_blank")

    assert said(answer).endswith(
        f"Buy this {LABEL} 4 views 1 Title of a 30 views ▲ up 1 2 Pinned here 7 views "
        "3 Title of b 20 views ▼ down 1"
    )
    links = re.findall(r'<a href="[^"]*/(\w+)"[^>]*?( rel="[^"]*")?>', answer.text)
    assert links[:2] == [("shown", ' rel="noopener sponsored"'), ("a", ' rel="noopener"')]


async def test_rss_and_json_feed_name_the_label(placed: None, redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        rss = await client.get(f"/v1/trending.rss?site={SITE}")
        feed = await client.get(f"/v1/trending.json-feed?site={SITE}")

    items = list(ElementTree.fromstring(rss.content).iter("item"))
    titles = [f"{LABEL}: Buy this", "Title of a", "Pinned here", "Title of b"]
    assert [item.findtext("title") for item in items] == titles
    assert [item.findtext("category") for item in items] == [LABEL, None, None, None]
    entries = feed.json()["items"]
    assert [entry["title"] for entry in entries] == titles
    assert [entry.get("_groundswell") for entry in entries] == [
        {"source": "sponsored", "label": LABEL},
        *[None] * 3,
    ]


async def test_the_demo_shows_the_label_beside_the_ranks(placed: None, redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        answer = await client.get("/demo/")

    ranking = answer.text.partition('id="trending-news"')[2].partition("</ol>")[0]
    assert re.findall(r'<li( class="slot")?>', ranking) == [' class="slot"', "", "", ""]
    assert f"Buy this {LABEL} 4 views" in said(httpx.Response(200, text=f"<body>{ranking}"))
    assert ranking.count('rel="sponsored"') == 1


async def test_the_live_list_carries_both(placed: None, redis_url: str) -> None:
    async with (
        query(redis_url) as (service, _),
        served(service.app) as on_port,
        listening(on_port.port, f"site={SITE}") as listener,
    ):
        data = (await listener.frame()).data["data"]

    assert [(one["id"], one["rank"], one["source"], one.get("label")) for one in data] == [
        ("shown", None, "sponsored", LABEL),
        ("a", 1, "trending", None),
        ("p", 2, "pinned", None),
        ("b", 3, "trending", None),
    ]


async def test_a_slot_is_a_row_of_the_board(placed: None, redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = (await client.get("/v1/board", params={"site": SITE})).json()

    [slot, *_] = found["data"]
    assert (slot["id"], slot["rank"], slot["label"], len(slot["hours"])) == ("shown", None, LABEL, 24)


async def test_nothing_placed_stands_on_another_list(placed: None, redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        for path in ("/embed/trending", "/v1/trending.rss"):
            answer = await client.get(f"{path}?site={SITE}&list=most-read")

            assert LABEL not in unescape(answer.text)
            assert "Buy this" not in answer.text

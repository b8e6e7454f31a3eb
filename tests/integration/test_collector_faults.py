"""A view that is refused says which field is at fault."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.collectors import BATCH_KEY, SITE, client_of, collector_at

FAULTS: tuple[tuple[dict[str, object], str, str, str], ...] = (
    ({"article": "/a"}, "bad-shape", "site", "site: it must be given"),
    ({"site": 7, "article": "/a"}, "bad-shape", "site", "site: text is expected, not a number"),
    ({"site": "no.example", "article": "/a"}, "unknown-site", "site", "'no.example' is not a site of this"),
    ({"site": SITE, "article": ["/a"]}, "bad-shape", "article", "article: text is expected, not a list"),
    ({"site": SITE, "article": ""}, "bad-article-id", "article", "article: an article id is at least one"),
    ({"site": SITE, "url": "file:///a"}, "bad-article-id", "url", "url: an address begins with http://"),
    ({"site": SITE, "article": "/a", "via": "x" * 201}, "bad-shape", "via", "via: at most 200 characters"),
    ({"site": SITE, "article": "/a", "token": ""}, "bad-shape", "token", "token: it is empty"),
    (
        {"site": SITE, "article": "/a", "who": "me"},
        "unknown-field",
        "who",
        "who: no such field is known here",
    ),
)
"""A view, the reason it is refused for, the field that is at fault, and what is said of it."""


@pytest.fixture
async def reader(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with collector_at(redis_url) as collector, client_of(collector) as client:
        yield client


async def test_a_view_of_a_page_is_refused_by_its_field(reader: httpx.AsyncClient) -> None:
    for view, reason, field, says in FAULTS:
        told = (await reader.post("/v1/views", json=view)).json()

        assert told["type"] == f"urn:groundswell:problem:{reason}"
        assert told["field"] == field
        assert told["detail"].startswith(says), told


async def test_so_is_a_view_without_scripts(reader: httpx.AsyncClient) -> None:
    for view, reason, field, says in FAULTS:
        if all(isinstance(value, str) for value in view.values()) and reason != "unknown-field":
            told = (await reader.get("/v1/view.gif", params=view)).json()  # type: ignore[arg-type]

            assert (told["field"], told["detail"][: len(says)]) == (field, says)


async def test_so_is_each_view_of_a_batch(reader: httpx.AsyncClient) -> None:
    late = {"site": SITE, "article": "/a", "occurred_at": "2015-05-17T10:00:00Z"}
    vague = {**late, "occurred_at": "2015-05-17T10:00:00"}
    batch = [*(view for view, *_ in FAULTS), late, vague]
    headers = {"authorization": f"Bearer {BATCH_KEY}", "content-type": "application/json"}

    answer = await reader.post("/v1/views/batch", content=json.dumps(batch), headers=headers)

    told = answer.json()["errors"]
    assert [(error["reason"], error["field"]) for error in told] == [
        *((reason, field) for _, reason, field, _ in FAULTS),
        ("bad-time", "occurred_at"),
        ("bad-shape", "occurred_at"),
    ]
    assert told[-1]["detail"].startswith("occurred_at: a moment is written with its offset from UTC")


async def test_a_view_without_an_article_is_at_fault_as_a_whole(reader: httpx.AsyncClient) -> None:
    told = (await reader.post("/v1/views", json={"site": SITE})).json()

    assert told["detail"] == "a reading names its article by `article` or by `url`"
    assert "field" not in told


async def test_a_mistake_of_ours_is_answered_and_nobody_waits_for_ever(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def mistaken(*_: object) -> None:
        raise ZeroDivisionError

    async with collector_at(redis_url) as collector, client_of(collector) as client:
        monkeypatch.setattr(collector._spool.streams, "put", mistaken)
        async with asyncio.timeout(20):
            answer = await client.post("/v1/views", json={"site": SITE, "article": "/a"})

    assert (answer.status_code, answer.headers["x-groundswell-reason"]) == (500, "internal")
    assert "views of partition 0 were not written" in caplog.text

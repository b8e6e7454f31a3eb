"""What the desk refuses: each with its status and type, counted by reason, and with nothing changed."""

import gc
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.problem import Problem
from tests.desks import SITE, Refused, article

JSON = {"content-type": "application/json"}
NDJSON = {"content-type": "application/x-ndjson"}
GOOD = json.dumps(article()).encode()


TAKE_JSON = [
    "PUT /v1/article",
    "POST /v1/articles",
    "POST /v1/article/merge",
    "POST /v1/article/correct",
    "PUT /v1/override",
]

BODIES = [
    (b"", "400 empty-body"),
    (b" \n", "400 empty-body"),
    (b"not json", "400 bad-json"),
    (GOOD + b"x", "400 bad-json"),
    (b'{"site": "\xff"}', "400 bad-encoding"),
    (b'{"site": NaN}', "400 bad-json"),
    (b'{"site": "a", "site": "b"}', "400 bad-json"),
    (b"[" * 100_000, "400 bad-json"),
    (b'{"a":' * 40_000, "400 bad-json"),
    (b"1" * 5_000, "400 bad-json"),
]


@pytest.mark.parametrize("endpoint", TAKE_JSON)
@pytest.mark.parametrize(("body", "expected"), BODIES, ids=lambda value: str(value)[:30])
async def test_a_body_that_is_no_json_is_refused(
    desk: httpx.AsyncClient,
    refused: Refused,
    endpoint: str,
    body: bytes,
    expected: str,
):
    answer = await desk.request(*endpoint.split(), content=body, headers=JSON)

    await refused(answer, expected)


@pytest.mark.parametrize(
    ("endpoint", "limit"),
    [(one, 16 * 1024 * 1024 if one.endswith("articles") else 256 * 1024) for one in TAKE_JSON],
)
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_is_refused(
    desk: httpx.AsyncClient,
    refused: Refused,
    endpoint: str,
    limit: int,
    chunked: bool,
):
    async def parts() -> AsyncIterator[bytes]:
        yield GOOD
        yield b" " * (limit - len(GOOD) + 1)

    content = parts() if chunked else GOOD + b" " * (limit - len(GOOD) + 1)

    answer = await desk.request(*endpoint.split(), content=content, headers=JSON)

    await refused(answer, "413 body-too-large")


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
@pytest.mark.parametrize("endpoint", TAKE_JSON)
async def test_another_content_type_is_refused(
    desk: httpx.AsyncClient,
    refused: Refused,
    endpoint: str,
    content_type: str | None,
):
    headers = {"content-type": content_type} if content_type else {}

    answer = await desk.request(*endpoint.split(), content=GOOD, headers=headers)

    await refused(answer, "415 unsupported-content-type")


async def test_lines_of_json_are_for_many_articles_only(desk: httpx.AsyncClient, refused: Refused):
    answer = await desk.put("/v1/article", content=GOOD, headers=NDJSON)

    await refused(answer, "415 unsupported-content-type")


@pytest.mark.parametrize(
    ("given", "expected", "field"),
    [
        ({"headline": "x"}, "422 unknown-field", "headline"),
        ({"title": 7}, "422 bad-shape", "title"),
        ({"title": "a\u0000b"}, "422 bad-shape", "title"),
        ({"title": "\ud800"}, "422 bad-shape", "title"),
        ({"tags": ["ok", ["nested"]]}, "422 bad-shape", "tags.1"),
        ({"published_at": "yesterday"}, "422 bad-shape", "published_at"),
        ({"published_at": "2026-02-21T17:09:00"}, "422 bad-shape", "published_at"),
        ({"published_at": 1771693740}, "422 bad-shape", "published_at"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "422 bad-shape", "published_at"),
        ({"published_at": "9999-12-31T23:59:59-14:00"}, "422 bad-shape", "published_at"),
        ({"url": "javascript:alert(1)"}, "422 bad-shape", "url"),
        ({"id": "a\u0000b"}, "422 bad-article-id", "id"),
        ({"id": "a\nb"}, "422 bad-article-id", "id"),
        ({"id": ""}, "422 bad-article-id", "id"),
        ({"id": "x" * 4_097}, "422 bad-article-id", "id"),
        ({"id": None}, "422 bad-shape", "id"),
        ({"aliases": ["ok", "\ud800"]}, "422 bad-article-id", "aliases.1"),
        ({"site": "nowhere.example"}, "404 unknown-site", "site"),
        ({"site": "Bad Site"}, "404 unknown-site", "site"),
        ({"site": 7}, "422 bad-shape", "site"),
    ],
)
async def test_an_article_of_the_wrong_shape_is_refused_and_the_field_is_named(
    desk: httpx.AsyncClient,
    refused: Refused,
    given: dict[str, Any],
    expected: str,
    field: str,
):
    body = json.dumps(article(**given)).encode()

    answer = await desk.put("/v1/article", content=body, headers=JSON)

    problem = await refused(answer, expected)
    assert problem["field"] == field


@pytest.mark.parametrize("missing", ["site", "id", "url", "title", "published_at"])
async def test_a_missing_field_is_named(desk: httpx.AsyncClient, refused: Refused, missing: str):
    body = {name: value for name, value in article().items() if name != missing}

    answer = await desk.put("/v1/article", json=body)

    assert (await refused(answer, "422 bad-shape"))["field"] == missing


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "true"])
async def test_an_article_is_an_object(desk: httpx.AsyncClient, refused: Refused, body: str):
    answer = await desk.put("/v1/article", content=body, headers=JSON)

    await refused(answer, "422 bad-shape")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"site": SITE}, "422 bad-shape"),
        ({"site": SITE, "articles": {}}, "422 bad-shape"),
        ({"site": SITE, "articles": [], "more": 1}, "422 unknown-field"),
        ({"site": "nowhere.example", "articles": []}, "404 unknown-site"),
        ("text", "422 bad-shape"),
    ],
)
async def test_a_bulk_of_the_wrong_shape_is_refused_as_a_whole(
    desk: httpx.AsyncClient,
    refused: Refused,
    body: object,
    expected: str,
):
    answer = await desk.post("/v1/articles", json=body)

    await refused(answer, expected)


async def test_a_bulk_for_an_unknown_site_is_refused_as_a_whole(desk: httpx.AsyncClient, refused: Refused):
    answer = await desk.post("/v1/articles", params={"site": "nowhere.example"}, json=[article()])

    await refused(answer, "404 unknown-site")


async def test_what_is_refused_of_a_bulk_is_forgotten(desk: httpx.AsyncClient):
    def remembered() -> int:
        gc.collect()
        return sum(isinstance(one, Problem) for one in gc.get_objects())

    before = remembered()
    for _ in range(5):
        answer = await desk.post("/v1/articles", json=[article(title="a\u0000b"), article(tags=["\u0000"])])
        assert len(answer.json()["errors"]) == 2

    assert remembered() <= before


@pytest.mark.parametrize("body", [b"", b"\n \n"])
async def test_no_line_at_all_is_an_empty_body(desk: httpx.AsyncClient, refused: Refused, body: bytes):
    answer = await desk.post("/v1/articles", content=body, headers=NDJSON)

    await refused(answer, "400 empty-body")


@pytest.mark.parametrize(
    ("body", "expected", "field"),
    [
        ({"site": SITE, "from": "a"}, "422 bad-shape", "into"),
        ({"site": SITE, "into": "a"}, "422 bad-shape", "from"),
        ({"from": "a", "into": "b"}, "422 bad-shape", "site"),
        ({"site": SITE, "from": "a", "into": "b", "why": ""}, "422 unknown-field", "why"),
        ({"site": SITE, "from": "a", "from_id": "a", "into": "b"}, "422 unknown-field", "from_id"),
        ({"site": SITE, "from": "a\u0000", "into": "b"}, "422 bad-article-id", "from"),
        ({"site": SITE, "from": ["a"], "into": "b"}, "422 bad-shape", "from"),
        ({"site": "nowhere.example", "from": "a", "into": "b"}, "404 unknown-site", "site"),
    ],
)
async def test_a_merge_of_the_wrong_shape_is_refused_and_the_field_is_named(
    desk: httpx.AsyncClient,
    refused: Refused,
    body: dict[str, Any],
    expected: str,
    field: str,
):
    answer = await desk.post("/v1/article/merge", json=body)

    assert (await refused(answer, expected))["field"] == field


@pytest.mark.parametrize(("query", "field"), [("", "site"), (f"site={SITE}", "id"), ("id=a", "site")])
async def test_a_parameter_that_is_missing_is_named(desk: httpx.AsyncClient, query: str, field: str):
    for method in ("GET", "DELETE"):
        told = (await desk.request(method, f"/v1/article?{query}")).json()

        assert told["field"] == field
        assert told["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "400 bad-parameter"),
        (f"site={SITE}", "400 bad-parameter"),
        ("id=a", "400 bad-parameter"),
        (f"site={SITE}&id=a&id=b", "400 bad-parameter"),
        (f"site={SITE}&id=%ff", "400 bad-parameter"),
        (f"site={SITE}&id=a&force=1", "400 unknown-parameter"),
        (f"site={SITE}&id=", "422 bad-article-id"),
        (f"site={SITE}&id=%00", "422 bad-article-id"),
        ("site=nowhere.example&id=a", "404 unknown-site"),
        (f"site={SITE}&id=a", "404 unknown-article"),
    ],
)
async def test_a_query_that_names_no_article_is_refused(
    desk: httpx.AsyncClient,
    refused: Refused,
    method: str,
    query: str,
    expected: str,
):
    answer = await desk.request(method, f"/v1/article?{query}")

    await refused(answer, expected)

"""Overrides the desk refuses: each names the field that is wrong, and nothing is changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from shared import keys
from shared.connection import Client
from tests.desks import SITE, Refused, put
from tests.overriding import override, wanted


def ahead(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


@pytest.mark.parametrize(
    ("action", "given", "field"),
    [
        ("pin", {"until": None}, "until"),
        ("pin", {"until": ahead(seconds=-1)}, "until"),
        ("pin", {"until": "2020-01-01T00:00:00Z"}, "until"),
        ("pin", {"until": ahead(days=91)}, "until"),
        ("pin", {"until": "tomorrow"}, "until"),
        ("pin", {"until": 1771693740}, "until"),
        ("pin", {"until": "2036-02-21T17:09:00"}, "until"),
        ("pin", {"position": None}, "position"),
        ("pin", {"position": 0}, "position"),
        ("pin", {"position": 101}, "position"),
        ("pin", {"position": 1.5}, "position"),
        ("pin", {"position": "1"}, "position"),
        ("pin", {"position": True}, "position"),
        ("pin", {"factor": 2}, "factor"),
        ("pin", {"label": "Ad"}, "label"),
        ("ban", {"position": 1}, "position"),
        ("ban", {"factor": 0.5}, "factor"),
        ("boost", {"factor": None}, "factor"),
        ("boost", {"factor": 0}, "factor"),
        ("boost", {"factor": 0.009}, "factor"),
        ("boost", {"factor": 100.1}, "factor"),
        ("boost", {"factor": -2}, "factor"),
        ("boost", {"factor": "2"}, "factor"),
        ("boost", {"position": 1}, "position"),
        ("sponsor", {"label": None}, "label"),
        ("sponsor", {"label": " "}, "label"),
        ("sponsor", {"label": "x" * 101}, "label"),
        ("sponsor", {"label": "a\u0000b"}, "label"),
        ("sponsor", {"position": None}, "position"),
        ("ban", {"by": None}, "by"),
        ("ban", {"by": ""}, "by"),
        ("ban", {"by": "  "}, "by"),
        ("ban", {"reason": None}, "reason"),
        ("ban", {"reason": " \t"}, "reason"),
        ("ban", {"reason": "x" * 501}, "reason"),
        ("ban", {"reason": "\ud800"}, "reason"),
        ("ban", {"action": "hide"}, "action"),
        ("ban", {"action": None}, "action"),
    ],
)
async def test_a_wrong_override_is_refused_by_its_field(
    desk: httpx.AsyncClient, refused: Refused, action: str, given: dict[str, Any], field: str
):
    body = json.dumps({**wanted(action), **given}).encode()

    answer = await desk.put("/v1/override", content=body, headers={"content-type": "application/json"})

    problem = await refused(answer, "422 bad-shape")
    assert problem["field"] == field
    assert problem["detail"].startswith(f"{field}: ")


@pytest.mark.parametrize("missing", ["site", "id", "action", "position", "until", "by", "reason"])
async def test_a_missing_field_is_named(desk: httpx.AsyncClient, refused: Refused, missing: str):
    body = {name: value for name, value in wanted("pin").items() if name != missing}

    answer = await desk.put("/v1/override", json=body)

    assert (await refused(answer, "422 bad-shape"))["field"] == missing


@pytest.mark.parametrize(
    ("given", "expected", "field"),
    [
        ({"site": "nowhere.example"}, "404 unknown-site", "site"),
        ({"id": "a\n"}, "422 bad-article-id", "id"),
        ({"id": "unknown"}, "404 unknown-article", "id"),
        ({"forever": True}, "422 unknown-field", "forever"),
    ],
)
async def test_what_nobody_knows_is_refused(
    desk: httpx.AsyncClient, refused: Refused, given: dict[str, Any], expected: str, field: str
):
    answer = await desk.put("/v1/override", json=wanted("ban", **given))

    assert (await refused(answer, expected))["field"] == field


@pytest.mark.parametrize("action", ["pin", "sponsor"])
async def test_two_at_one_position_are_refused_and_the_first_stays(
    desk: httpx.AsyncClient, redis: Client, action: str
):
    await put(desk, "a")
    await put(desk, "b")
    await desk.put("/v1/override", json=wanted(action, "a", position=5))
    before = await redis.hgetall(keys.override(SITE)), await redis.xlen(keys.AUDIT)

    answer = await desk.put("/v1/override", json=wanted(action, "b", position=5))

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "urn:groundswell:problem:position-taken")
    assert (problem["field"], problem["article"]) == ("position", "a")
    assert (await redis.hgetall(keys.override(SITE)), await redis.xlen(keys.AUDIT)) == before


async def test_a_deleted_article_takes_no_new_override(desk: httpx.AsyncClient):
    await put(desk, "a")
    await desk.delete("/v1/article", params={"site": SITE, "id": "a"})

    answer = await desk.put("/v1/override", json=wanted("pin", "a"))

    assert (answer.status_code, answer.json()["field"]) == (404, "id")


async def test_a_site_has_a_thousand_overrides_at_most(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a")
    await put(desk, "one-of-them")
    full = {f"banned-{n}": override("ban").encode() for n in range(999)}
    await redis.hset(keys.override(SITE), mapping={**full, "one-of-them": override("ban").encode()})

    one_more = await desk.put("/v1/override", json=wanted("ban", "a"))
    another_of_one = await desk.put("/v1/override", json=wanted("pin", "one-of-them"))

    assert one_more.status_code == 409
    assert one_more.json()["type"] == "urn:groundswell:problem:too-many-overrides"
    assert another_of_one.json()["outcome"] == "replaced"


@pytest.mark.parametrize(
    ("query", "expected", "field"),
    [
        ("", "400 bad-parameter", "site"),
        (f"site={SITE}&by=me", "400 bad-parameter", "id"),
        (f"site={SITE}&id=a", "400 bad-parameter", "by"),
        (f"site={SITE}&id=a&by=%20", "400 bad-parameter", "by"),
        (f"site={SITE}&id=a&by=me&reason=", "400 bad-parameter", "reason"),
        (f"site={SITE}&id=&by=me", "422 bad-article-id", "id"),
        ("site=nowhere.example&id=a&by=me", "404 unknown-site", "site"),
        (f"site={SITE}&id=a&by=me", "404 unknown-override", "id"),
    ],
)
async def test_a_lifting_that_names_nothing_is_refused(
    desk: httpx.AsyncClient, refused: Refused, query: str, expected: str, field: str
):
    answer = await desk.delete(f"/v1/override?{query}")

    assert (await refused(answer, expected))["field"] == field


async def test_what_is_over_cannot_be_lifted(desk: httpx.AsyncClient, redis: Client):
    await redis.hset(keys.override(SITE), "a", override("ban", until=1.0).encode())

    answer = await desk.delete("/v1/override", params={"site": SITE, "id": "a", "by": "A. Editor"})

    assert answer.status_code == 404


async def test_the_list_of_overrides_needs_a_known_site(desk: httpx.AsyncClient, refused: Refused):
    answer = await desk.get("/v1/overrides")

    assert (await refused(answer, "400 bad-parameter"))["field"] == "site"

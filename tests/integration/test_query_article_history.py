"""An article's ranks over time, and what is refused."""

import time
from datetime import UTC, datetime

import httpx
import pytest

from services.query.models import ArticleHistoryAnswer
from services.query.newsroom.history import MOST_POINTS, STEPS, step_of
from services.query.operations import ARTICLE_HISTORY
from shared.connection import Client
from shared.override import Placed
from tests.histories import Recorder
from tests.published import SITE, article, catalogue, query, refusal

NOW = int(time.time()) // 3_600 * 3_600
"""The beginning of the running hour: it lies in the past, and on every step."""

MINUTE = 60
HOUR = 3_600
DAY = 86_400


def utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat().replace("+00:00", "Z")


async def ask(client: httpx.AsyncClient, **asked: object) -> ArticleHistoryAnswer:
    answer = await client.get("/v1/article/history", params={"site": SITE, "id": "a", **asked})
    assert answer.status_code == 200, answer.text
    return ArticleHistoryAnswer.model_validate_json(answer.content, strict=True)


async def test_a_rank_is_told_minute_by_minute(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a", aliases=["old-slug"]), article("b"))
    recorder = Recorder(redis)
    for minute, listed in enumerate(("ab", "ba", "b", "ba")):
        await recorder.record(NOW - HOUR + MINUTE * minute, listed, value=2.5)

    async with query(redis_url, board="public") as (_, client):
        asked = {"from": utc(NOW - HOUR - 2 * MINUTE), "to": utc(NOW - HOUR + 4 * MINUTE)}
        found = await ask(client, **asked)
        by_alias = await ask(client, **{**asked, "id": "old-slug"})

    assert (found.id, found.list, found.step) == ("a", "trending", 60)
    assert [(one.at.timestamp() - (NOW - HOUR), one.rank, one.value) for one in found.points] == [
        (0, 1, 2.5),
        (60, 2, 2.5),
        (120, None, None),
        (180, 2, 2.5),
        (240, 2, 2.5),
    ]
    assert by_alias.points == found.points


async def test_a_rank_is_as_it_was_shown(redis: Client, redis_url: str) -> None:
    recorder = Recorder(redis)
    await recorder.record(NOW - HOUR, "xya", placed=Placed(((2, "a"),)))
    await recorder.record(NOW - HOUR + MINUTE, "xya", placed=Placed(((1, "p"),)))

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": utc(NOW - HOUR), "to": utc(NOW - HOUR + MINUTE)})

    assert [one.rank for one in found.points] == [2, 4]


@pytest.mark.parametrize("span", [MINUTE, 6 * HOUR, DAY, 7 * DAY - HOUR])
async def test_whatever_the_range_there_are_some_hundred_points_at_most(
    redis: Client, redis_url: str, span: int
) -> None:
    await Recorder(redis).record(NOW - 7 * DAY, "ba")

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": utc(NOW - span), "to": utc(NOW)})

    assert found.step in STEPS
    assert len(found.points) <= MOST_POINTS
    assert len(found.points) == span // found.step + 1
    assert {one.rank for one in found.points} == {2}
    assert all(one.at.timestamp() % found.step == 0 for one in found.points)


def test_a_step_is_the_least_that_makes_few_enough_points() -> None:
    assert step_of(0, HOUR) == 60
    assert step_of(0, 6 * HOUR) == 120
    assert step_of(0, DAY) == 300
    assert step_of(0, 7 * DAY) == 1_800


async def test_the_last_24_hours_are_told_unless_asked_otherwise(redis: Client, redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, list="most-read")

    assert (found.list, found.window, found.points) == ("most-read", "24h", ())
    assert (found.to - found.from_).total_seconds() == DAY
    assert abs(found.to.timestamp() - time.time()) < 600


A = f"site={SITE}&id=a"
BAD = {
    "no site": ("id=a", (400, "bad-parameter", "site")),
    "no id": (f"site={SITE}", (400, "bad-parameter", "id")),
    "an id that is none": (f"site={SITE}&id=%00", (422, "bad-article-id", "id")),
    "an unknown list": (f"{A}&list=hottest", (400, "bad-parameter", "list")),
    "a window where there is none": (f"{A}&window=24h", (400, "bad-parameter", "window")),
    "from before all that is kept": (f"{A}&from={utc(NOW - 8 * DAY)}", (400, "bad-parameter", "from")),
    "to before all that is kept": (f"{A}&to={utc(NOW - 8 * DAY)}", (400, "bad-parameter", "to")),
    "to a moment to come": (f"{A}&to={utc(NOW + 3 * HOUR)}", (400, "bad-parameter", "to")),
    "from a moment to come": (f"{A}&from={utc(NOW + 3 * HOUR)}", (400, "bad-parameter", "from")),
    "a range without length": (
        f"{A}&from={utc(NOW - HOUR)}&to={utc(NOW - HOUR)}",
        (400, "bad-parameter", "from"),
    ),
    "from a word": (f"{A}&from=monday", (400, "bad-parameter", "from")),
    "a parameter of another endpoint": (f"{A}&limit=3", (400, "unknown-parameter", "limit")),
}


@pytest.mark.parametrize(("asked", "expected"), BAD.values(), ids=BAD.keys())
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in ARTICLE_HISTORY.problems}
    async with query(redis_url, board="public") as (_, client):
        assert refusal(await client.get(f"/v1/article/history?{asked}")) == expected


async def test_it_is_the_newsrooms(redis_url: str) -> None:
    async with query(redis_url, newsroom_key="newsroom") as (_, client):
        refused = await client.get(f"/v1/article/history?site={SITE}&id=a")
        with_key = {"authorization": "Bearer newsroom"}
        seen = await client.get(f"/v1/article/history?site={SITE}&id=a", headers=with_key)

    assert refusal(refused)[:2] == (401, "wrong-key")
    assert seen.headers["cache-control"] == "private, no-store"

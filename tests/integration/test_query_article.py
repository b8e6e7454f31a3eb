"""What the newsroom asks about one article."""

import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.query.models import ArticleAnswer
from services.query.operations import ARTICLE
from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.hours import day_stamp, floor_hour, hour_stamp
from tests.published import SITE, article, catalogue, count, publish, query, refusal

MORNING = datetime(2015, 5, 17, 10, tzinfo=UTC)


async def read(
    redis: Client, moments: dict[datetime, int], article_id: str = "a", partitions: int = 1
) -> None:
    """Put views into hour and day boards, each hour's into another partition."""
    for n, (moment, views) in enumerate(moments.items()):
        at, p = moment.timestamp(), n % partitions
        await redis.zincrby(keys.hour(p, SITE, hour_stamp(at)), views, "a")
        await redis.zincrby(keys.day(p, SITE, day_stamp(at)), views, "a")


async def ask(client: httpx.AsyncClient, **asked: object) -> ArticleAnswer:
    """Return the answer about an article, read back strictly."""
    answer = await client.get("/v1/article", params={"site": SITE, "id": "a", **asked})
    assert answer.status_code == 200, answer.text
    return ArticleAnswer.model_validate_json(answer.content, strict=True)


@pytest.mark.parametrize("partitions", [1, 4])
async def test_everything_known_of_an_article_is_added_up(
    redis: Client, redis_url: str, partitions: int
) -> None:
    await catalogue(redis, article("a", title="Advisers leave", aliases=("old-slug",)), article("b"))
    await count(redis, {"a": 147}, partitions=partitions)
    await count(redis, {"a": 121}, partitions=partitions, key=keys.readers)
    await publish(redis, "trending", {"gone": (9.0, 1), "b": (3.0, 1), "a": (2.0, 147)})
    await publish(redis, "most-read:all", {"a": (147.0, 147)})
    now = time.time()
    for half_life, seconds in HALF_LIVES.items():
        for p in range(partitions):
            score = Decay(seconds).score(8 / partitions, at=now)
            await redis.zadd(keys.board(p, SITE, half_life), {"a": score})
    moments = {datetime.fromtimestamp(now, UTC) - timedelta(hours=n): 10 + n for n in range(4)}
    await read(redis, moments, partitions=partitions)

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client)
        by_alias = await ask(client, id="old-slug")

    assert by_alias.id == found.id == "a"
    assert found.article is not None
    assert found.article.title == "Advisers leave"
    assert (found.views, found.reader_days, found.range_views) == (147, 121, 46)
    assert {one.hour.timestamp(): one.views for one in found.hours if one.views} == {
        floor_hour(moment.timestamp()): views for moment, views in moments.items()
    }
    assert found.weights == pytest.approx({"15m": 8.0, "4h": 8.0, "24h": 8.0}, rel=0.5)
    assert found.ranks["trending"] == 2
    assert found.ranks["most-read:all"] == 1
    assert found.ranks["most-read:24h"] is None


async def test_the_last_24_hours_are_told_unless_asked_otherwise(redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client)

    assert len(found.hours) == 25, "the running hour and 24 before it"
    assert found.to - found.from_ == timedelta(hours=25)
    assert found.from_ <= datetime.now(UTC) - timedelta(hours=24)


async def test_hours_of_years_ago_are_told_by_date(redis: Client, redis_url: str) -> None:
    await read(
        redis,
        {
            MORNING: 3,
            MORNING + timedelta(hours=5): 4,
            MORNING + timedelta(days=4): 9,
            MORNING - timedelta(days=1): 9,
        },
    )

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": "2015-05-17", "to": "2015-05-21"})
        answer = await client.get(f"/v1/article?site={SITE}&id=a&from=2015-05-17&to=2015-05-21")

    assert found.range_views == 7
    assert len(found.hours) == 96
    assert [(one.hour, one.views) for one in found.hours if one.views] == [
        (MORNING, 3),
        (MORNING + timedelta(hours=5), 4),
    ]
    assert answer.json()["hours"][10] == {"hour": "2015-05-17T10:00:00Z", "views": 3}
    assert answer.json()["from"] == "2015-05-17T00:00:00Z"
    assert answer.json()["to"] == "2015-05-21T00:00:00Z"


async def test_a_range_is_rounded_outwards_to_whole_hours(redis: Client, redis_url: str) -> None:
    await read(redis, {MORNING: 3, MORNING + timedelta(hours=1): 4, MORNING + timedelta(hours=2): 5})

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": "2015-05-17T12:30:00+02:00", "to": "2015-05-17T11:00:01Z"})

    assert (found.from_, found.to) == (MORNING, MORNING + timedelta(hours=2))
    assert found.range_views == 7


async def test_a_long_range_is_told_by_day(redis: Client, redis_url: str) -> None:
    await read(redis, {MORNING: 3, MORNING + timedelta(hours=5): 4, MORNING + timedelta(days=399): 5})

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": "2015-05-17", "to": "2016-06-20"})

    assert found.hours == []
    assert len(found.days) == 400
    assert (str(found.days[0].day), found.days[0].views) == ("2015-05-17", 7)
    assert found.range_views == 12


async def test_days_tell_where_the_hours_are_kept_no_more(redis: Client, redis_url: str) -> None:
    await read(redis, {MORNING: 3, MORNING + timedelta(days=1): 4, MORNING + timedelta(days=2): 5})
    await redis.delete(keys.hour(0, SITE, hour_stamp(MORNING.timestamp())))

    async with query(redis_url, board="public") as (_, client):
        gone = await ask(client, **{"from": "2015-05-17", "to": "2015-05-20"})
        kept = await ask(client, **{"from": "2015-05-18", "to": "2015-05-20"})

    assert (gone.hours, gone.range_views) == ([], 12)
    assert [one.views for one in gone.days] == [3, 4, 5]
    assert (len(kept.hours), kept.days, kept.range_views) == (48, [], 9)


async def test_an_unknown_article_has_nothing_and_is_no_error(redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, id="never-read")

    assert found.article is None
    assert (found.views, found.reader_days, found.range_views) == (0, 0, 0)
    assert set(found.weights.values()) == {0.0}
    assert set(found.ranks.values()) == {None}


BAD = [
    ("id=a", (400, "bad-parameter", "site")),
    ("site=other.example&id=a", (404, "unknown-site", "site")),
    (f"site={SITE}", (400, "bad-parameter", "id")),
    (f"site={SITE}&id=", (400, "bad-parameter", "id")),
    (f"site={SITE}&id=%00", (422, "bad-article-id", "id")),
    (f"site={SITE}&id=a&from=yesterday", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a&to=2015-05-17T10:00:00", (400, "bad-parameter", "to")),
    (f"site={SITE}&id=a&from=2015-05-21&to=2015-05-17", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a&from=2015-05-17&to=2015-05-17", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a&from=2015-05-17&to=2016-06-21", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a&from=2015-05-17", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a&limit=3", (400, "unknown-parameter", "limit")),
]


@pytest.mark.parametrize(("asked", "expected"), BAD, ids=[asked for asked, _ in BAD])
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in ARTICLE.problems}
    async with query(redis_url, board="public") as (_, client):
        assert refusal(await client.get(f"/v1/article?{asked}")) == expected


async def test_the_newsroom_needs_its_key_and_no_cache_keeps_what_it_sees(
    redis: Client, redis_url: str
) -> None:
    address = f"/v1/article?site={SITE}&id=a"
    async with query(redis_url, newsroom_key="first, second") as (_, client):
        seen = await client.get(address, headers={"authorization": "Bearer second"})
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic second"}):
            refused = await client.get(address, headers=headers)
            assert refusal(refused)[:2] == (401, "wrong-key")
            assert refused.headers["www-authenticate"].startswith("Bearer")

    assert seen.status_code == 200
    assert seen.headers["cache-control"] == "private, no-store"
    assert seen.headers["vary"] == "authorization"


async def test_without_a_key_configured_the_newsroom_is_closed(redis_url: str) -> None:
    async with query(redis_url) as (_, client):
        assert refusal(await client.get(f"/v1/article?site={SITE}&id=a"))[:2] == (403, "key-not-configured")


async def test_an_open_board_may_be_cached_for_a_second(redis_url: str) -> None:
    async with query(redis_url, board="public", newsroom_key="key") as (_, client):
        answer = await client.get(f"/v1/article?site={SITE}&id=a")

    assert answer.headers["cache-control"].startswith("public")
    assert "vary" not in answer.headers

"""The views of a whole site by hour, asked over HTTP."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.query.models import TrafficAnswer
from services.query.operations import TRAFFIC
from services.query.read import site_hours
from services.query.read.partitions import Partitions
from services.query.read.site_hours import SiteHours
from shared import keys
from shared.connection import Client
from shared.hours import DAY, HOUR, hour_stamp
from shared.partition import load_plan
from tests.published import SITE, query, refusal
from tests.waiting import wait_until

MORNING = datetime(2015, 5, 17, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def one_hour() -> None:
    """The UTC hour does not end while a test looks at it."""
    await wait_until(lambda: time.time() % HOUR < HOUR - 15, "a new hour has begun")


async def read(
    redis: Client, moment: datetime, views: dict[str, int], partition: int = 0, site: str = SITE
) -> None:
    """Put views into the board of an hour."""
    await redis.zadd(keys.hour(partition, site, hour_stamp(moment.timestamp())), views)


async def ask(client: httpx.AsyncClient, **asked: object) -> TrafficAnswer:
    """Return the traffic, read back strictly."""
    answer = await client.get("/v1/traffic", params={"site": SITE, **asked})
    assert answer.status_code == 200, answer.text
    return TrafficAnswer.model_validate_json(answer.content, strict=True)


async def test_the_views_of_all_articles_in_all_partitions_are_added_up(
    redis: Client, redis_url: str
) -> None:
    await load_plan(redis, 4, time.time())
    for p in range(4):
        await read(redis, MORNING, {"a": 10 + p, f"only-in-{p}": 1}, partition=p)
    await read(redis, MORNING + timedelta(hours=2), {"a": 5})
    await read(redis, MORNING, {"a": 99}, site="other.example")

    async with query(redis_url, board="public") as (_, client):
        asked = {"site": SITE, "from": "2015-05-17T10:00:00Z", "to": "2015-05-17T12:00:01Z"}
        answer = await client.get("/v1/traffic", params=asked)

    assert answer.json() == {
        "site": SITE,
        "from": "2015-05-17T10:00:00Z",
        "to": "2015-05-17T13:00:00Z",
        "views": 55,
        "hours": [
            {"hour": "2015-05-17T10:00:00Z", "views": 50},
            {"hour": "2015-05-17T11:00:00Z", "views": 0},
            {"hour": "2015-05-17T12:00:00Z", "views": 5},
        ],
    }


async def test_an_hour_of_many_articles_is_added_up_exactly(redis: Client, redis_url: str) -> None:
    every = {f"article-{n}": round(1_000_000 / (n + 1)) + n % 3 for n in range(12_345)}
    await read(redis, MORNING, every)

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": "2015-05-17T10:00:00Z", "to": "2015-05-17T11:00:00Z"})

    assert found.views == sum(every.values())


async def test_the_last_24_hours_are_told_unless_asked_otherwise(redis: Client, redis_url: str) -> None:
    now = datetime.now(UTC)
    for n in range(30):
        await read(redis, now - timedelta(hours=n), {"a": 1, "b": 2})

    async with query(redis_url, board="public") as (_, client):
        found = await ask(client)

    assert [one.views for one in found.hours] == [3] * 25, "the running hour and 24 before it"
    assert found.to - found.from_ == timedelta(hours=25)


async def test_eight_days_are_told_and_not_a_second_more(redis: Client, redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client, **{"from": "2015-05-17", "to": "2015-05-25"})
        refused = await client.get(f"/v1/traffic?site={SITE}&from=2015-05-17&to=2015-05-25T00:00:01Z")

    assert len(found.hours) == 192
    assert refusal(refused) == (400, "bad-parameter", "from")


async def test_a_new_view_is_soon_in_the_running_hour(redis: Client, redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        assert (await ask(client)).views == 0
        await read(redis, datetime.now(UTC), {"a": 4})

        async def told() -> bool:
            return (await ask(client)).views == 4

        await wait_until(told, "the new views are told")


async def test_an_open_board_costs_redis_almost_nothing(redis: Client, redis_url: str) -> None:
    now = time.time()
    for n in range(25):
        await read(redis, datetime.fromtimestamp(now - n * HOUR, UTC), {"a": 1})

    async with query(redis_url, board="public") as (_, client):
        # Each is asked for the first time, so no rendered answer is given again.
        asked = [
            {"from": datetime.fromtimestamp(now - DAY - n, UTC).isoformat().replace("+00:00", "Z")}
            for n in range(40)
        ]
        answers = await asyncio.gather(*(ask(client, **one) for one in asked))
        calls = (await redis.info("commandstats"))["cmdstat_eval_ro"]["calls"]

    assert len({one.views for one in answers}) <= 2
    # 25 or 26 hours once, and the running one again every few seconds on a slow machine.
    assert calls < 60


async def test_what_is_kept_in_memory_is_bounded(redis: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_hours, "MOST_KEPT", 10)
    stamps = [hour_stamp((MORNING + timedelta(hours=n)).timestamp()) for n in range(48)]
    for n in range(48):
        await read(redis, MORNING + timedelta(hours=n), {"a": n})
    hours = SiteHours(redis, Partitions(redis, 1))

    for _ in range(2):
        assert await hours.views(SITE, stamps) == list(range(48))
        assert len(hours._kept) == 10


BAD = [
    ("", (400, "bad-parameter", "site")),
    ("site=other.example", (404, "unknown-site", "site")),
    (f"site={SITE}&from=yesterday", (400, "bad-parameter", "from")),
    (f"site={SITE}&from=2015-05-21&to=2015-05-17", (400, "bad-parameter", "from")),
    (f"site={SITE}&from=2015-05-17&to=2016-06-30", (400, "bad-parameter", "from")),
    (f"site={SITE}&id=a", (400, "unknown-parameter", "id")),
]


@pytest.mark.parametrize(("asked", "expected"), BAD, ids=[asked for asked, _ in BAD])
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in TRAFFIC.problems}
    async with query(redis_url, board="public") as (_, client):
        assert refusal(await client.get(f"/v1/traffic?{asked}")) == expected

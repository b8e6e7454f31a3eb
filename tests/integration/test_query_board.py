"""Everything the newsroom's board shows, asked over HTTP."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.collector.admission import DropReason
from services.collector.arrivals import Arrivals
from services.query.models import BoardAnswer
from services.query.operations import BOARD
from services.query.read import row_hours, site_hours
from shared import keys
from shared.connection import Client
from shared.hours import HOUR, floor_hour, hour_stamp
from shared.metrics import CollectorMetrics
from shared.problem import Kind
from tests.published import NOON, SITE, article, catalogue, count, publish, query, refusal
from tests.waiting import wait_until


@pytest.fixture(autouse=True)
async def one_hour() -> None:
    """The UTC hour does not end while a test looks at it."""
    await wait_until(lambda: time.time() % HOUR < HOUR - 15, "a new hour has begun")


async def read(redis: Client, hours_ago: int, views: dict[str, int], partition: int = 0) -> None:
    """Put views into the board of an hour."""
    stamp = hour_stamp(floor_hour(time.time()) - hours_ago * HOUR)
    await redis.zadd(keys.hour(partition, SITE, stamp), views)


async def arrive(redis: Client) -> None:
    """Have readings arrive at a collector: good ones, foreign ones, bots, and a wrong one."""
    sums = Arrivals(redis, {SITE}, CollectorMetrics(CollectorRegistry(), drop_reasons=()))
    for _ in range(512):
        sums.accepted(SITE, time.time_ns() // 1_000_000)
    for _ in range(412):
        sums.dropped(SITE, DropReason.FOREIGN_ORIGIN, b"https://other.example")
    for _ in range(30):
        sums.dropped(SITE, DropReason.BOT)
    sums.refused(SITE, Kind.BAD_ARTICLE_ID)
    await sums.write()


async def ask(client: httpx.AsyncClient, **asked: object) -> BoardAnswer:
    """Return the board, read back strictly."""
    answer = await client.get("/v1/board", params={"site": SITE, **asked})
    assert answer.status_code == 200, answer.text
    return BoardAnswer.model_validate_json(answer.content, strict=True)


@pytest.mark.parametrize("partitions", [1, 4])
async def test_a_row_is_a_story_of_the_list_with_its_hours(
    redis: Client, redis_url: str, partitions: int
) -> None:
    await catalogue(redis, article("a", title="Advisers leave", section="World"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 147), "b": (1.0, 9)}, past=["b", "a"])
    await count(redis, {"a": 121}, partitions=partitions, key=keys.readers)
    for p in range(partitions):
        await read(redis, 0, {"a": 5}, p)
        await read(redis, 3, {"a": 20, "elsewhere": 7}, p)
        await read(redis, 23, {"a": 1}, p)
        await read(redis, 24, {"a": 1_000}, p)

    async with query(redis_url, board="public") as (_, client):
        listed = (await client.get("/v1/trending", params={"site": SITE})).json()
        answer = await client.get("/v1/board", params={"site": SITE})
    BoardAnswer.model_validate_json(answer.content, strict=True)

    found = answer.json()
    hours = [0] * 24
    hours[0], hours[20], hours[23] = partitions, 20 * partitions, 5 * partitions
    [row, other] = found["data"]
    assert row == {
        **listed["data"][0],
        "reader_days": 121,
        "views_per_hour": 5 * partitions,
        "hours": hours,
    }
    assert (row["rank"], row["movement"], row["metrics"]) == (1, 1, {"views": 147})
    assert (other["id"], other["reader_days"], other["views_per_hour"]) == ("b", 0, 0)
    assert other["hours"] == [0] * 24
    assert found["meta"] == listed["meta"]
    every = [one["views"] for one in found["traffic"]["hours"]]
    assert every == [n + 7 * partitions if at == 20 else n for at, n in enumerate(hours)]
    assert found["traffic"]["views"] == sum(every)


async def test_the_hours_are_the_last_24_and_the_running_one_is_the_last(redis_url: str) -> None:
    before = floor_hour(time.time())
    async with query(redis_url, board="public") as (_, client):
        traffic = (await ask(client)).traffic

    starts = [one.hour for one in traffic.hours]
    assert starts[0] == traffic.from_
    assert starts[-1] + timedelta(hours=1) == traffic.to
    assert [later - one for one, later in pairwise(starts)] == [timedelta(hours=1)] * 23
    assert starts[-1].timestamp() in (before, floor_hour(time.time()))


async def test_views_per_hour_take_what_is_missing_from_the_hour_before(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"))
    await publish(redis, "trending", {"a": (2.0, 147)})
    await read(redis, 0, {"a": 1_000})
    await read(redis, 1, {"a": 3_600})

    began = time.time()
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client)
    ended = time.time()

    running = found.traffic.hours[-1].hour.timestamp()
    counted = found.data[0].hours[-1]
    most = counted + found.data[0].hours[-2] - max(began - running, 0)
    least = counted + found.data[0].hours[-2] - (ended - running)
    assert least - 1 <= found.data[0].views_per_hour <= most + 1
    assert least - 1 <= found.traffic.views_per_hour <= most + 1


async def test_what_arrives_and_what_does_not_count_is_told_with_advice(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"))
    await arrive(redis)

    async with query(redis_url, board="public") as (_, client):
        found = (await client.get("/v1/board", params={"site": SITE})).json()["arrivals"]

    last = datetime.fromisoformat(found.pop("last_view_at"))
    assert abs(last - datetime.now(UTC)) < timedelta(minutes=5)
    assert last.microsecond == 0
    assert found == {
        "accepted": 512,
        "dropped": {"foreign-origin": 412, "bot": 30},
        "refused": {"bad-article-id": 1},
        "foreign_origins": {"https://other.example": 412},
        "advice": [
            "1 reading named something that cannot be an article id. Look at data-article, or at the "
            "canonical link, of your pages.",
            "412 readings came from pages of https://other.example. If they are yours, start with "
            "--origin https://other.example.",
        ],
    }


async def test_a_site_with_nothing_at_all_has_a_board_that_says_so(redis_url: str) -> None:
    async with query(redis_url, board="public") as (_, client):
        found = await ask(client)

    assert found.data == []
    assert (found.traffic.views, found.traffic.views_per_hour) == (0, 0)
    assert found.arrivals.last_view_at is None
    assert [sentence[:24] for sentence in found.arrivals.advice] == ["No view has arrived with"]
    assert (found.sections, found.tags, found.authors) == ([], [], [])
    assert found.meta.generated_at is None


async def test_most_read_has_its_window_and_each_filter_acts(redis: Client, redis_url: str) -> None:
    await catalogue(
        redis,
        article("a", section="World", tags=("Global News",), authors=("Ann",)),
        article("b", section="World", tags=("World News",)),
        article("c", section="Local"),
    )
    await publish(
        redis, "most-read:7d", {"a": (9.0, 20), "b": (5.0, 6), "c": (1.0, 1)}, since=NOON.timestamp()
    )

    async with query(redis_url, board="public") as (_, client):
        asked = {"list": "most-read", "window": "7d", "section": "World", "exclude": "b", "limit": 5}
        found = await ask(client, **asked)

    [row] = found.data
    assert (row.id, row.metrics.window_views, row.source) == ("a", 9, "most-read")
    assert (found.meta.window, found.meta.from_) == ("7d", NOON)
    # Whatever is filtered, one can go on to filter for everything.
    assert found.sections == ["World", "Local"]
    assert found.tags == ["Global News", "World News"]
    assert found.authors == ["Ann"]


async def test_a_new_reading_is_soon_on_the_board(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"))
    await publish(redis, "trending", {"a": (2.0, 1)})
    async with query(redis_url, board="public") as (_, client):
        assert (await ask(client)).data[0].hours[-1] == 0
        await read(redis, 0, {"a": 3})
        await arrive(redis)

        async def told() -> bool:
            found = await ask(client)
            return 3 in found.data[0].hours[-2:] and found.arrivals.accepted == 512

        await wait_until(told, "the new reading is on the board")


async def test_finished_hours_are_read_once_for_all_boards(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"))
    await publish(redis, "trending", {"a": (2.0, 1), "b": (1.0, 1)})
    for hours_ago in range(24):
        await read(redis, hours_ago, {"a": 1, "b": 2})

    async with query(redis_url, board="public") as (_, client):
        # Each is asked for the first time, so no rendered answer is given again.
        boards = [await ask(client, exclude=f"other-{n}") for n in range(10)]
        calls = (await redis.info("commandstats"))["cmdstat_zmscore"]["calls"]

    assert [[row.hours for row in found.data] for found in boards] == [[[1] * 24, [2] * 24]] * 10
    assert calls == 24 + 9, "all hours once, then the running one alone"


async def test_late_views_reach_the_hours_that_are_over(
    redis: Client, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_hours, "LIFE", 0.01)
    monkeypatch.setattr(site_hours, "FINISHED_LIFE", 0.01)
    await catalogue(redis, article("a"))
    await publish(redis, "trending", {"a": (2.0, 1)})
    await read(redis, 5, {"a": 1})

    async with query(redis_url, board="public") as (_, client):
        assert (await ask(client)).data[0].hours[18] == 1
        await read(redis, 5, {"a": 3})

        async def told() -> bool:
            found = await ask(client)
            return (found.data[0].hours[18], found.traffic.hours[18].views) == (3, 3)

        await wait_until(told, "the late views are told")


async def test_a_board_that_has_not_changed_is_not_sent_again(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"))
    await publish(redis, "trending", {"a": (2.0, 147)}, changed_at=4_000_000_000.0)
    await read(redis, 0, {"a": 5})

    async with query(redis_url, board="public") as (_, client):
        tag = (await client.get("/v1/board", params={"site": SITE})).headers["etag"]

        async def asked_again() -> httpx.Response:
            return await client.get("/v1/board", params={"site": SITE}, headers={"if-none-match": tag})

        unchanged = await asked_again()
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
        await publish(redis, "trending", {"a": (2.0, 148)}, changed_at=4_000_000_000.0)

        async def sent() -> bool:
            return (await asked_again()).status_code == 200

        await wait_until(sent, "the changed board is sent")


async def test_origins_of_strangers_are_told_as_plain_text(redis: Client, redis_url: str) -> None:
    sums = Arrivals(redis, {SITE}, CollectorMetrics(CollectorRegistry(), drop_reasons=()))
    for page in (b"https://<script>alert(1)</script>", b"javascript:alert(1)", b"https://a.example\x00"):
        sums.dropped(SITE, DropReason.FOREIGN_ORIGIN, page)
    await sums.write()

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/board", params={"site": SITE})

    assert answer.json()["arrivals"]["dropped"] == {"foreign-origin": 3}
    assert answer.json()["arrivals"]["foreign_origins"] == {}
    assert b"alert" not in answer.content


BAD = [
    ("", (400, "bad-parameter", "site")),
    ("site=other.example", (404, "unknown-site", "site")),
    (f"site={SITE}&limit=101", (400, "bad-parameter", "limit")),
    (f"site={SITE}&list=hottest", (400, "bad-parameter", "list")),
    (f"site={SITE}&exclude=" + ",".join("a" * 201), (400, "too-many-ids", "exclude")),
    (f"site={SITE}&exclude=%00", (422, "bad-article-id", "exclude")),
    (f"site={SITE}&from=2015-05-17", (400, "unknown-parameter", "from")),
]


@pytest.mark.parametrize(("asked", "expected"), BAD, ids=[asked[:50] for asked, _ in BAD])
async def test_a_wrong_question_is_refused_by_its_name(
    redis_url: str, asked: str, expected: tuple[int, str, str | None]
) -> None:
    assert expected[1] in {kind.slug for kind in BOARD.problems}
    async with query(redis_url, board="public") as (_, client):
        assert refusal(await client.get(f"/v1/board?{asked}")) == expected

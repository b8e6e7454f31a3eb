"""Why an article stands where it stands: every part of it, added up the slow way."""

import time
from datetime import UTC, datetime

import pytest

from services.query.models import ArticleAnswer, TrendingAnswer
from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.hours import HOUR, floor_hour, hour_stamp
from shared.listing import NAMES, Listed, Listing, encode
from shared.rising import rise
from tests.histories import Recorder
from tests.overriding import override, put
from tests.published import SITE, article, catalogue, count, publish, query

NOW = time.time()
WEIGHTS = {"15m": 8.0, "4h": 20.0, "24h": 60.0}


async def weigh(redis: Client, article_id: str, weights: dict[str, float], partitions: int) -> None:
    """Put an article on every board, its weight spread evenly over the partitions."""
    for half_life, weight in weights.items():
        score = Decay(HALF_LIVES[half_life]).score(weight / partitions, at=time.time())
        for p in range(partitions):
            await redis.zadd(keys.board(p, SITE, half_life), {article_id: score})


async def publish_rising(redis: Client, ratio: float, *ids: str) -> None:
    entries = tuple(Listed(one, 5.0, 1) for one in ids)
    await redis.set(keys.listing(SITE, "rising"), encode(Listing(9, 1.0, None, entries, (), ratio)))


@pytest.mark.parametrize("partitions", [1, 4])
async def test_a_reason_has_every_part(redis: Client, redis_url: str, partitions: int) -> None:
    await Recorder(redis).record(NOW - 3 * HOUR, "b")
    await Recorder(redis).record(NOW - 2 * HOUR, "ba")
    await catalogue(redis, article("a"), article("b"), article("unread"))
    await count(redis, {"a": 147, "b": 20}, partitions=partitions)
    await count(redis, {"a": 121}, partitions=partitions, key=keys.readers)
    await weigh(redis, "a", WEIGHTS, partitions)
    await publish(redis, "trending", {"b": (30.0, 20), "a": (20.0, 147)})
    await publish(redis, "most-read:all", {"a": (147.0, 147), "b": (20.0, 20)})
    await publish_rising(redis, 1.25, "a")
    running = floor_hour(time.time())
    for p in range(partitions):
        await redis.zadd(keys.hour(p, SITE, hour_stamp(running)), {"a": 12 // partitions})
        await redis.zadd(keys.hour(p, SITE, hour_stamp(running - HOUR)), {"a": 0})

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/trending", params={"site": SITE, "explain": 1})

    found = TrendingAnswer.model_validate_json(answer.content, strict=True)
    assert [one.id for one in found.data] == ["b", "a", "unread"]
    why = found.data[1].why
    assert why is not None
    assert (why.views, why.reader_days, why.views_per_hour) == (147, 121, 12)
    for half_life, weight in WEIGHTS.items():
        assert why.weights[half_life] == pytest.approx(weight, rel=0.2)
    assert why.rising is not None
    expected = rise(why.weights["15m"], why.weights["4h"], 1.25)
    assert why.rising.r == pytest.approx(expected.r, abs=1e-2)
    assert why.rising.present == pytest.approx(expected.present, abs=1e-2)
    assert why.rising.expected == pytest.approx(expected.expected, abs=1e-2)
    assert why.rising.site_ratio == 1.25
    assert {name: why.ranks[name] for name in ("trending", "rising", "most-read:all", "most-read:1h")} == {
        "trending": 2,
        "rising": 1,
        "most-read:all": 1,
        "most-read:1h": None,
    }
    assert set(why.ranks) == set(NAMES)
    assert why.listed_since == {"trending": datetime.fromtimestamp((NOW - 2 * HOUR) // 1, UTC)}
    assert why.override is None
    unread = found.data[2].why
    assert unread is not None
    assert (unread.views, set(unread.weights.values()), unread.listed_since) == (0, {0.0}, {"trending": None})


async def test_the_override_in_force_is_told_and_a_boost_is_in_r_and_not_in_the_weights(
    redis: Client, redis_url: str
) -> None:
    await catalogue(redis, article("a"), article("p"))
    await weigh(redis, "a", WEIGHTS, 1)
    await publish(redis, "trending", {"a": (60.0, 147)})
    await publish_rising(redis, 1.0)
    until = float(int(time.time()) + 600)
    await put(
        redis,
        {
            "a": override("boost", factor=3.0, until=until, reason="Undervalued"),
            "p": override("pin", position=1),
            "over": override("ban", until=1.0),
        },
    )

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/trending", params={"site": SITE, "explain": 1})

    pinned, boosted = answer.json()["data"]
    said = boosted["why"]["override"]
    assert datetime.fromisoformat(said.pop("since")).timestamp() == pytest.approx(time.time(), abs=600)
    assert said == {
        "action": "boost",
        "factor": 3.0,
        "until": datetime.fromtimestamp(until, UTC).isoformat().replace("+00:00", "Z"),
        "by": "A. Editor",
        "reason": "Undervalued",
    }
    assert boosted["why"]["weights"]["4h"] == pytest.approx(20.0, rel=0.2)
    weights = boosted["why"]["weights"]
    r = rise(3 * weights["15m"], 3 * weights["4h"], 1.0).r
    assert boosted["why"]["rising"]["r"] == pytest.approx(r, abs=1e-2)
    assert (pinned["why"]["override"]["action"], pinned["why"]["override"]["position"]) == ("pin", 1)
    assert pinned["why"]["ranks"]["trending"] == 1
    assert boosted["why"]["ranks"]["trending"] == 2


async def test_an_article_is_explained_by_its_own_report(redis: Client, redis_url: str) -> None:
    await catalogue(redis, article("a"), article("b"))
    await count(redis, {"a": 147})
    await Recorder(redis).record(NOW - 3 * HOUR, "ba")
    await Recorder(redis, "most-read:24h").record(NOW - HOUR, "a")
    await publish(redis, "trending", {"b": (3.0, 1), "a": (2.0, 147)})
    await put(redis, {"b": override("ban")})

    async with query(redis_url, board="public") as (_, client):
        answer = await client.get("/v1/article", params={"site": SITE, "id": "a"})
        banned = await client.get("/v1/article", params={"site": SITE, "id": "b"})

    found = ArticleAnswer.model_validate_json(answer.content, strict=True)
    assert found.ranks["trending"] == 1, "the banned one takes no rank"
    assert set(found.listed_since) == set(NAMES)
    assert found.listed_since["trending"] == datetime.fromtimestamp((NOW - 3 * HOUR) // 1, UTC)
    assert found.listed_since["most-read:24h"] == datetime.fromtimestamp((NOW - HOUR) // 1, UTC)
    assert found.listed_since["rising"] is None
    assert found.rising is None, "nothing has risen before anything was ranked"
    assert found.override is None
    assert banned.json()["override"]["action"] == "ban"
    assert banned.json()["ranks"]["trending"] is None

"""What merging two ids promises: one article, and not a view lost or gained."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from shared import hours, keys
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from tests.desks import (
    OTHER_SITE,
    SITE,
    aliases,
    article,
    catalogued,
    client_of,
    count,
    desk_at,
    mentions,
    use_partitions,
    views_of,
)

IN_2015 = 1_431_864_000.0
"""2015-05-17 12:00 UTC."""


@pytest.fixture
async def desk(redis_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with desk_at(redis_url) as service, client_of(service) as client:
        yield client


async def merge(desk: httpx.AsyncClient, old: str, into: str) -> httpx.Response:
    return await desk.post("/v1/article/merge", json={"site": SITE, "from": old, "into": into})


async def put(desk: httpx.AsyncClient, *ids: str) -> None:
    for article_id in ids:
        assert (await desk.put("/v1/article", json=article(article_id))).status_code == 200


async def sums(redis: Client) -> dict[str, float]:
    """The sum of every key that counts, whatever the ids in it."""
    found = {}
    for raw in sorted([*await redis.keys("gs:count:*"), *await redis.keys("gs:readers:*")]):
        found[raw.decode()] = sum(int(value) for value in await redis.hvals(raw))
    for raw in sorted([*await redis.keys("gs:hour:*"), *await redis.keys("gs:day:*")]):
        found[raw.decode()] = sum(score for _, score in await redis.zrange(raw, 0, -1, withscores=True))
    return found


@pytest.mark.parametrize("partitions", [1, 4])
async def test_counts_readers_hours_days_and_boards_add_up(
    desk: httpx.AsyncClient, redis: Client, partitions: int
):
    await use_partitions(redis, partitions)
    await put(desk, "old", "new", "bystander")
    now = time.time()
    for p in range(partitions):
        await count(redis, "old", 3 + p, p=p, at=now, score=now, readers=2)
        await count(redis, "old", 5, p=p, at=IN_2015, score=now, readers=1)
        await count(redis, "new", 7, p=p, at=now, score=now - 3_600, readers=4)
        await count(redis, "bystander", 1, p=p, at=now, score=now)
    before = await sums(redis)

    answer = await merge(desk, "old", "new")

    views = sum(8 + p for p in range(partitions))
    assert answer.status_code == 200
    assert answer.json()["moved"] == {"views": views, "reader_days": 3 * partitions}
    assert await mentions(redis, "old") == []
    assert await sums(redis) == before
    for p in range(partitions):
        assert await redis.hget(keys.count(p, SITE), "new") == b"%d" % (15 + p)
        assert await redis.hget(keys.readers(p, SITE), "new") == b"7"
        assert await redis.zscore(keys.hour(p, SITE, hours.hour_stamp(now)), "new") == 10 + p
        assert await redis.zscore(keys.hour(p, SITE, "2015051712"), "new") == 5
        assert await redis.zscore(keys.day(p, SITE, "20150517"), "new") == 5
        for name, half_life in HALF_LIVES.items():
            expected = Decay(half_life).add(now, now - 3_600)
            assert await redis.zscore(keys.board(p, SITE, name), "new") == pytest.approx(
                expected, abs=1e-6, rel=0
            )
            assert await redis.zscore(keys.board(p, SITE, name), "bystander") == now


async def test_an_article_without_views_inherits_them_to_the_last_digit(
    desk: httpx.AsyncClient, redis: Client
):
    await use_partitions(redis, 1)
    await put(desk, "new")
    await count(redis, "old", 1, at=IN_2015, score=1771693740.1234567)

    await merge(desk, "old", "new")

    assert await redis.zscore(keys.board(0, SITE, "4h"), "new") == 1771693740.1234567
    assert await views_of(redis, "new") == 1


async def test_the_old_id_and_its_aliases_become_aliases(desk: httpx.AsyncClient, redis: Client):
    await desk.put("/v1/article", json=article("old", aliases=["older"]))
    await put(desk, "new")

    answer = await merge(desk, "old", "new")

    assert answer.json()["aliases"] == ["old", "older", "/2026/02/old"]
    assert await catalogued(redis) == ["new"]
    assert await aliases(redis) == {
        "old": "new",
        "older": "new",
        "/2026/02/old": "new",
        "/2026/02/new": "new",
    }
    assert (await redis.xrevrange(keys.AUDIT, count=1))[0][1] == {
        b"who": b"desk",
        b"action": b"merge",
        b"site": SITE.encode(),
        b"id": b"new",
        b"from": b"old",
    }


async def test_an_id_nobody_catalogued_can_be_merged(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await put(desk, "new")
    await count(redis, "/typo", 4, at=time.time(), score=time.time())

    answer = await merge(desk, "/typo", "new")

    assert answer.json()["moved"]["views"] == 4
    assert (await aliases(redis))["/typo"] == "new"


async def test_merging_again_moves_and_writes_nothing_more(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await put(desk, "old", "new")
    await count(redis, "old", 4, at=time.time(), score=time.time())
    await merge(desk, "old", "new")
    changes = await redis.xlen(keys.CHANGES)
    before = await sums(redis)

    again = await merge(desk, "old", "new")

    assert again.status_code == 200
    assert again.json()["moved"] == {"views": 0, "reader_days": 0}
    assert await sums(redis) == before
    assert await redis.xlen(keys.CHANGES) == changes


async def test_a_later_put_keeps_what_was_merged(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "old", "new")
    await merge(desk, "old", "new")

    await desk.put("/v1/article", json=article("new", title="Another title", aliases=["old"]))
    await desk.put("/v1/article", json=article("new", title="Another title"))

    assert (await aliases(redis))["old"] == "new"
    found = await desk.get("/v1/article", params={"site": SITE, "id": "old"})
    assert found.json()["also_known_as"] == ["/2026/02/new", "/2026/02/old", "old"]


async def test_a_chain_of_merges_leads_to_the_last_article(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await put(desk, "a", "b", "c")
    for article_id, views in (("a", 1), ("b", 10), ("c", 100)):
        await count(redis, article_id, views, at=time.time(), score=time.time())

    await merge(desk, "a", "b")
    await merge(desk, "b", "c")

    found = await aliases(redis)
    assert {found["a"], found["b"]} == {"c"}
    assert await views_of(redis, "c") == 111


async def test_deleting_an_article_frees_what_was_merged_into_it(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "old", "new")
    await merge(desk, "old", "new")

    await desk.delete("/v1/article", params={"site": SITE, "id": "new"})

    assert await aliases(redis) == {}
    await put(desk, "old")


@pytest.mark.parametrize(
    ("old", "into", "expected"),
    [
        ("a", "a", "409 merge-refused"),
        ("a", "slug-of-a", "409 merge-refused"),
        ("slug-of-b", "a", "409 merge-refused"),
        ("a", "nowhere", "404 unknown-article"),
        ("nowhere", "nowhere-else", "404 unknown-article"),
    ],
)
async def test_a_merge_that_would_make_no_sense_is_refused_and_changes_nothing(
    desk: httpx.AsyncClient, redis: Client, old: str, into: str, expected: str
):
    for article_id in ("a", "b"):
        await desk.put("/v1/article", json=article(article_id, aliases=[f"slug-of-{article_id}"]))
    before = await aliases(redis)

    answer = await merge(desk, old, into)

    assert f"{answer.status_code} {answer.headers['x-groundswell-reason']}" == expected
    assert sorted(await catalogued(redis)) == ["a", "b"]
    assert await aliases(redis) == before
    assert await redis.xlen(keys.CHANGES) == 2


async def test_of_two_merges_in_opposite_directions_one_happens(desk: httpx.AsyncClient, redis: Client):
    await put(desk, "a", "b")

    answers = await asyncio.gather(merge(desk, "a", "b"), merge(desk, "b", "a"))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [winner] = await catalogued(redis)
    assert set((await aliases(redis)).values()) == {winner}


async def test_hours_and_days_keep_their_time_to_live(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await put(desk, "new")
    await count(redis, "old", 1, at=IN_2015, score=time.time())
    spans = [keys.hour(0, SITE, "2015051712"), keys.day(0, SITE, "20150517")]
    before = [await redis.expiretime(key) for key in spans]

    await merge(desk, "old", "new")

    assert [await redis.expiretime(key) for key in spans] == before
    assert min(before) > 0


async def test_other_sites_are_left_alone(desk: httpx.AsyncClient, redis: Client):
    await use_partitions(redis, 1)
    await put(desk, "new")
    for site in (OTHER_SITE, f"{SITE}.example"):
        await redis.hset(keys.count(0, site), "old", 5)
        await redis.zadd(keys.hour(0, site, "2015051712"), {"old": 5})

    await merge(desk, "old", "new")

    for site in (OTHER_SITE, f"{SITE}.example"):
        assert await redis.hgetall(keys.count(0, site)) == {b"old": b"5"}
        assert await redis.zscore(keys.hour(0, site, "2015051712"), "old") == 5

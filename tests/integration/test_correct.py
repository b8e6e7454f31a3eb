"""Taking the views of an attack out again: what goes, what stays, and that the books balance."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.desk.correction.correct import Correction, correct
from services.desk.correction.plan import Amount
from shared import keys, ledger
from shared.connection import Client
from shared.decay import HALF_LIVES, Decay
from shared.hours import HOUR, days_between, floor_hour, hour_stamp, hours_between
from shared.partition import load_plan
from tests.desks import SITE, changes
from tests.entries import committing, deliver, entry, put, view

NOW = time.time()
THIS_HOUR = floor_hour(NOW)
START, END = THIS_HOUR - HOUR, THIS_HOUR + 2 * HOUR
"""The range of most corrections; it holds the next hour too, for that may begin meanwhile."""


def rfc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def body(**given: object) -> dict[str, object]:
    return {
        "site": SITE,
        "id": "/a",
        "from": rfc(START),
        "to": rfc(END),
        "by": "A. Editor",
        "reason": "A botnet",
        **given,
    }


def correction(article_id: str = "/a", *, request: str = "one", **amount: int) -> Correction:
    """Return a correction of the hours around now."""
    return Correction(
        SITE,
        article_id,
        START,
        END,
        Amount(**amount),
        by="A. Editor",
        reason="A botnet",
        request=request,
    )


async def count(redis: Client, views: Mapping[str, int], *, ago: float = 0, partition: int = 0) -> None:
    """Have views counted as they are, each by a visitor of its own."""
    await load_plan(redis, partition + 1, NOW)
    intake = committing(redis, window=0)
    for article_id, number in views.items():
        for start in range(0, number, 500):
            some = [view(article_id, ago) for _ in range(min(500, number - start))]
            await put(redis, [entry(*some)], partition)
    await redis.xgroup_create(keys.views(partition), keys.GROUP, id="0", mkstream=True)
    await deliver(redis, intake, partition)


async def hours_of(redis: Client, article_id: str = "/a", partition: int = 0) -> dict[str, int]:
    """Return the views of an article by hour and by day."""
    found = {}
    for stamp, key in (
        *((s, keys.hour(partition, SITE, s)) for s in hours_between(START, END)),
        *((s, keys.day(partition, SITE, s)) for s in days_between(START, END)),
    ):
        views = await redis.zscore(key, article_id)
        if views is not None:
            found[stamp] = round(views)
    return found


async def balanced(redis: Client, partitions: int = 1) -> bool:
    return all([(await ledger.read(redis, p)).balanced for p in range(partitions)])


async def test_all_views_of_the_hours_are_taken_out_and_nothing_of_them_is_left(redis: Client):
    await count(redis, {"/a": 700, "/b": 30})

    done = await correct(redis, correction())

    assert (done.views, done.left, done.repeated) == (700, 0, False)
    for key in (keys.count(0, SITE), *(keys.board(0, SITE, h) for h in HALF_LIVES)):
        assert b"/b" in await (redis.hkeys(key) if "count" in key else redis.zrange(key, 0, -1))
        assert b"/a" not in await (redis.hkeys(key) if "count" in key else redis.zrange(key, 0, -1))
    assert await hours_of(redis) == {}
    assert sum((await hours_of(redis, "/b")).values()) == 60
    assert await balanced(redis)
    assert (await ledger.read(redis, 0)).corrected == 700


async def test_what_is_kept_stays_in_counts_hours_days_and_boards(redis: Client):
    await count(redis, {"/a": 700})

    done = await correct(redis, correction(keep=120))

    assert (done.views, done.left) == (580, 120)
    assert await redis.hget(keys.count(0, SITE), "/a") == b"120"
    assert set((await hours_of(redis)).values()) == {120}
    for half_life, seconds in HALF_LIVES.items():
        score = await redis.zscore(keys.board(0, SITE, half_life), "/a")
        # They came in one moment, the hour says they were spread over it.
        assert 0 < Decay(seconds).weight(score, time.time()) <= 121
    assert await balanced(redis)


async def test_as_many_views_as_are_named_are_taken_over_all_partitions(redis: Client):
    await count(redis, {"/a": 300}, partition=0)
    await count(redis, {"/a": 500}, partition=1)
    await count(redis, {"/a": 20}, partition=2)

    done = await correct(redis, correction(views=600))

    assert (done.views, done.left) == (600, 220)
    counts = [int(await redis.hget(keys.count(p, SITE), "/a")) for p in range(3)]
    assert counts == [100, 100, 20], "what stands out goes first"
    assert [sum((await hours_of(redis, partition=p)).values()) for p in range(3)] == [200, 200, 40]
    assert await balanced(redis, 3)
    assert [(await ledger.read(redis, p)).corrected for p in range(3)] == [200, 400, 0]


async def test_other_hours_are_not_touched(redis: Client):
    await count(redis, {"/a": 40}, ago=3 * HOUR)
    await redis.xgroup_destroy(keys.views(0), keys.GROUP)
    await redis.delete(keys.views(0))
    await count(redis, {"/a": 900})

    await correct(redis, correction())

    assert await redis.hget(keys.count(0, SITE), "/a") == b"40"
    assert await redis.zscore(keys.hour(0, SITE, hour_stamp(time.time() - 3 * HOUR)), "/a") == 40
    weight = Decay(HALF_LIVES["4h"]).weight(await redis.zscore(keys.board(0, SITE, "4h"), "/a"), time.time())
    assert weight == pytest.approx(40 * 2 ** (-3 / 4), rel=0.1)


async def test_the_same_request_takes_nothing_twice(redis: Client):
    await count(redis, {"/a": 700})
    await correct(redis, correction(views=100))
    before = await redis.hgetall(keys.count(0, SITE)), await redis.xlen(keys.AUDIT)

    again = await correct(redis, correction(views=100))

    assert (again.views, again.left, again.repeated) == (100, 600, True)
    assert (await redis.hgetall(keys.count(0, SITE)), await redis.xlen(keys.AUDIT)) == before
    assert (await correct(redis, correction(views=100, request="two"))).left == 500


async def test_keeping_as_many_as_are_kept_already_takes_nothing(redis: Client):
    await count(redis, {"/a": 700})
    await correct(redis, correction(keep=50))

    again = await correct(redis, correction(keep=50, request="two"))

    assert (again.views, again.left) == (0, 50)
    assert await balanced(redis)


async def test_a_request_that_was_interrupted_goes_on_where_it_ended(redis: Client):
    await count(redis, {"/a": 300}, partition=0)
    await count(redis, {"/a": 500}, partition=1)
    note = keys.correction(1, "one")
    await redis.sadd(note, "in the way")
    with pytest.raises(Exception, match="WRONGTYPE"):
        await correct(redis, correction(views=600))
    await redis.delete(note)

    done = await correct(redis, correction(views=600))

    assert (done.views, done.left) == (600, 200)
    assert await balanced(redis, 2)


async def test_a_key_of_a_wrong_type_stops_a_partition_with_nothing_written(redis: Client):
    await count(redis, {"/a": 300})
    await redis.delete(keys.board(0, SITE, "24h"))
    await redis.set(keys.board(0, SITE, "24h"), "no board")
    before = {key: await redis.dump(key) for key in await redis.keys("gs:*{0}*")}

    with pytest.raises(Exception, match="WRONGTYPE gs:board"):
        await correct(redis, correction())

    assert {key: await redis.dump(key) for key in await redis.keys("gs:*{0}*")} == before


async def test_an_alias_names_its_article(redis: Client):
    await count(redis, {"/a": 30})
    await redis.hset(keys.alias(SITE), "old-slug", "/a")

    done = await correct(redis, correction("old-slug", views=10))

    assert (done.article_id, done.views, done.left) == ("/a", 10, 20)


async def test_the_desk_corrects_and_says_what_it_did(
    desk: httpx.AsyncClient, redis: Client, registry: CollectorRegistry
):
    await count(redis, {"/a": 30})
    asked = body(keep=12, request="bots-of-monday")

    first = await desk.post("/v1/article/correct", json=asked)
    second = await desk.post("/v1/article/correct", json=asked)

    assert first.status_code == 200, first.text
    utc = {name: str(asked[name]).replace("+00:00", "Z") for name in ("from", "to")}
    assert first.json() == {
        "site": SITE,
        "id": "/a",
        **utc,
        "request": "bots-of-monday",
        "views": 18,
        "left": 12,
        "repeated": False,
    }
    assert second.json() == {**first.json(), "repeated": True}
    assert registry.get_sample_value("groundswell_views_corrected_total") == 18
    assert registry.get_sample_value("groundswell_desk_changes_total", {"action": "correct"}) == 1


async def test_a_correction_is_audited_before_and_after_and_told_to_the_followers(redis: Client):
    await count(redis, {"/a": 30})

    await correct(redis, correction(views=10))

    asked, done = [fields for _, fields in await redis.xrange(keys.AUDIT)]
    assert (asked[b"action"], asked[b"amount"]) == (b"correct", b"views=10")
    assert (done[b"action"], done[b"views"], done[b"left"]) == (b"corrected", b"10", b"20")
    for one in (asked, done):
        assert (one[b"who"], one[b"reason"], one[b"id"]) == (b"A. Editor", b"A botnet", b"/a")
        assert (one[b"from"], one[b"to"]) == (hour_stamp(START).encode(), hour_stamp(END).encode())
    assert (await changes(redis))[-1] == {b"site": SITE.encode(), b"aliases": b""}


@pytest.mark.parametrize(
    ("given", "expected", "field"),
    [
        ({"views": 31}, "409 correction-refused", "views"),
        ({"keep": 31}, "409 correction-refused", "keep"),
        ({"views": 0}, "422 bad-shape", "views"),
        ({"views": -1}, "422 bad-shape", "views"),
        ({"views": 1.5}, "422 bad-shape", "views"),
        ({"keep": -1}, "422 bad-shape", "keep"),
        ({"keep": 1, "views": 1}, "422 bad-shape", "views"),
        ({"from": rfc(THIS_HOUR + 60)}, "422 bad-shape", "from"),
        ({"to": rfc(THIS_HOUR + 0.5)}, "422 bad-shape", "to"),
        ({"from": "2026-02-21"}, "422 bad-shape", "from"),
        ({"to": rfc(START)}, "422 bad-shape", "from"),
        ({"from": rfc(THIS_HOUR - 8 * 86_400)}, "422 bad-shape", "from"),
        ({"by": ""}, "422 bad-shape", "by"),
        ({"reason": " "}, "422 bad-shape", "reason"),
        ({"reason": None}, "422 bad-shape", "reason"),
        ({"request": "a b"}, "422 bad-shape", "request"),
        ({"request": "x" * 65}, "422 bad-shape", "request"),
        ({"id": ""}, "422 bad-article-id", "id"),
        ({"site": "nowhere.example"}, "404 unknown-site", "site"),
        ({"dry_run": True}, "422 unknown-field", "dry_run"),
    ],
)
async def test_a_wrong_correction_is_refused_by_its_field_and_nothing_is_taken(
    desk: httpx.AsyncClient, redis: Client, given: dict[str, object], expected: str, field: str
):
    await count(redis, {"/a": 30})
    before = {key: await redis.dump(key) for key in await redis.keys("*")}

    answer = await desk.post("/v1/article/correct", json=body(**given))

    problem = answer.json()
    status, slug = expected.split()
    assert (answer.status_code, problem["type"]) == (int(status), f"urn:groundswell:problem:{slug}")
    assert problem["field"] == field
    if slug == "correction-refused":
        assert problem["there"] == 30
    assert {key: await redis.dump(key) for key in await redis.keys("*")} == before


async def test_a_request_id_of_another_correction_is_refused(desk: httpx.AsyncClient, redis: Client):
    await count(redis, {"/a": 30})
    await desk.post("/v1/article/correct", json=body(views=10, request="one"))

    answer = await desk.post("/v1/article/correct", json=body(views=11, request="one"))

    assert (answer.status_code, answer.json()["field"]) == (409, "request")
    assert await redis.hget(keys.count(0, SITE), "/a") == b"20"

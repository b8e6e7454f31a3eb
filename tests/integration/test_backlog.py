"""Back-pressure: where too much waits to be counted, or for too long, views are refused until it is less."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.collector.backlog import Backlog
from shared import keys
from shared.connection import Client
from shared.metrics import CollectorMetrics
from tests.entries import entry, put, view
from tests.posting import SITE, Site, posting
from tests.spooling import books, count_all, depth, own_redis, post
from tests.waiting import wait_until


@pytest.fixture
async def site(redis: Client, redis_url: str) -> AsyncIterator[Site]:
    """A collector behind which at most five entries may wait."""
    async with posting(redis, redis_url, backlog_max_entries=5) as running:
        yield running


async def refused(site: Site) -> bool:
    answer = await site.post({"site": SITE, "article": "/a"})
    return answer.headers.get("x-groundswell-reason") == "backlog"


def looking(redis: Client, *, max_entries: int = 5, max_age: int = 3_600) -> Backlog:
    backlog = Backlog(
        redis,
        CollectorMetrics(CollectorRegistry(), drop_reasons=()),
        max_entries=max_entries,
        max_age=max_age,
    )
    backlog.partitions = 1
    return backlog


async def test_a_backlog_refuses_views_with_a_reason_and_goes_away_by_itself(
    site: Site, redis: Client
) -> None:
    await put(redis, [entry(view()) for _ in range(6)])
    await wait_until(lambda: refused(site), "views are refused")

    answer = await site.post({"site": SITE, "article": "/a"})
    batch = await site.batch([{"site": SITE, "article": "/a"}])

    assert (answer.status_code, batch.status_code) == (503, 503)
    assert int(answer.headers["retry-after"]) > 0
    assert site.metric("groundswell_views_refused_total", reason="backlog") >= 2
    assert site.metric("groundswell_stream_backlog_exceeded", partition="0") == 1
    assert any("partition 0 takes no views" in note for note in site.collector.notes())

    await count_all(redis)

    async def taken() -> bool:
        return await post(site, 0) == [202]

    await wait_until(taken, "views are taken again")
    assert site.metric("groundswell_stream_backlog_exceeded", partition="0") == 0


async def test_what_is_delivered_and_not_acknowledged_waits_too(redis: Client) -> None:
    await put(redis, [entry(view()) for _ in range(6)])
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    await redis.xreadgroup(keys.GROUP, "stuck", {keys.views(0): ">"}, count=5)
    await put(redis, [entry(view())])
    backlog = looking(redis)

    await backlog.look()

    assert backlog.full == {0}


async def test_an_entry_that_waits_for_too_long_holds_its_partition_back(redis: Client) -> None:
    seconds, _ = await redis.time()
    await redis.xadd(keys.views(0), {"v": "1"}, id=f"{(seconds - 4_000) * 1_000}-0")
    patient, strict = looking(redis, max_age=5_000), looking(redis, max_age=3_600)

    await patient.look()
    await strict.look()

    assert (patient.full, strict.full) == (set(), {0})


async def test_what_is_acknowledged_and_not_trimmed_yet_is_no_backlog(redis: Client) -> None:
    await put(redis, [entry(view()) for _ in range(9)])
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    [[_, rows]] = await redis.xreadgroup(keys.GROUP, "one", {keys.views(0): ">"})
    await redis.xack(keys.views(0), keys.GROUP, *(stream_id for stream_id, _ in rows))
    backlog = looking(redis)

    await backlog.look()

    assert backlog.full == set()
    assert await redis.xlen(keys.views(0)) == 9


async def test_where_redis_cannot_tell_the_lag_the_length_of_the_stream_does(redis: Client) -> None:
    await put(redis, [entry(view()) for _ in range(8)])
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    rows = await redis.xrange(keys.views(0), count=2)
    await redis.xdel(keys.views(0), rows[1][0])
    await redis.xgroup_setid(keys.views(0), keys.GROUP, rows[0][0])
    [group] = await redis.xinfo_groups(keys.views(0))
    backlog = looking(redis)

    await backlog.look()

    assert group["lag"] is None
    assert backlog.full == {0}


async def test_a_backlog_does_not_keep_the_spool_from_taking_views(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis", appendfsync="always") as server,
        posting(server.client, server.url, data_dir=data_dir, backlog_max_entries=5) as site,
    ):
        await put(server.client, [entry(view()) for _ in range(6)])
        await wait_until(lambda: refused(site), "views are refused")
        server.kill()

        async def taken() -> bool:
            return await post(site, 0) == [202]

        await wait_until(taken, "the spool takes views")
        await server.start()
        await wait_until(lambda: refused(site), "and the backlog is noticed again")
        await count_all(server.client)
        await wait_until(lambda: depth(site) == 0, "what was spooled follows once there is room")

        assert site.metric("groundswell_views_spooled_total") > 0
        [book] = await books(server, data_dir)
        assert book.accepted == 6 + site.metric("groundswell_views_accepted_total")
        assert book.balanced

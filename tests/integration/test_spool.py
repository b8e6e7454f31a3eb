"""Views that come while Redis is away: answered 202, kept on disk, and counted once it is back."""

import signal
from pathlib import Path

from shared.connection import Client
from tests.entries import totals
from tests.posting import SITE, Site, posting
from tests.proxy import Mode, Proxy
from tests.spooling import books, count_all, depth, own_redis, post
from tests.waiting import wait_until


async def drained(site: Site) -> None:
    """Wait until nothing is left in the spool."""
    await wait_until(lambda: depth(site) == 0, "the spool is empty")


async def test_while_redis_works_nothing_is_written_to_disk(tmp_path: Path) -> None:
    async with (
        own_redis(tmp_path / "redis") as server,
        posting(server.client, server.url, data_dir=tmp_path / "var") as site,
    ):
        assert await post(site, 0, 50) == [202] * 50

        assert not (tmp_path / "var").exists()
        assert await count_all(server.client) == 50


async def test_views_that_come_while_redis_is_dead_are_counted_once_it_lives_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis", appendfsync="always") as server,
        posting(server.client, server.url, data_dir=data_dir) as site,
    ):
        await post(site, 0, 5)
        server.kill()

        assert await post(site, 5, 40) == [202] * 40
        assert await post(site, 45) == [202]
        assert site.metric("groundswell_views_spooled_total") == 41
        assert site.metric("groundswell_spool_oldest_timestamp_seconds") > 0
        assert site.metric("groundswell_spool_bytes") > 0
        assert await site.collector.unready() == [], "for views are taken"
        assert any("wait in the spool" in note for note in site.collector.notes())

        await server.start()
        await drained(site)
        assert await count_all(server.client) == 46
        [book] = await books(server, data_dir)
        assert (book.accepted, book.spooled_views, book.balanced) == (46, 0, True)
        assert site.collector.notes() == []
        assert site.metric("groundswell_spool_oldest_timestamp_seconds") == 0


async def test_a_redis_that_stands_still_is_waited_for_once_and_not_by_every_request(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis") as server,
        posting(server.client, server.url, data_dir=data_dir) as site,
    ):
        server.signal(signal.SIGSTOP)
        for n in range(40):
            assert await post(site, n) == [202]

        tried = site.metric("groundswell_flush_failures_total")
        server.signal(signal.SIGCONT)
        await drained(site)
        assert 1 <= tried <= 10
        assert await count_all(server.client) == 40
        [book] = await books(server, data_dir)
        assert book.accepted == 40
        assert book.resent == book.repeated, (
            "what the stopped server still had is written twice, counted once"
        )
        assert book.balanced


async def test_a_full_redis_has_its_views_spooled_and_takes_them_when_there_is_room(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis") as server,
        posting(server.client, server.url, data_dir=data_dir) as site,
    ):
        await server.client.config_set("maxmemory", "1")
        assert await post(site, 0, 20) == [202] * 20
        [full] = await books(server, data_dir)
        assert (full.accepted, full.spooled_views, full.balanced) == (20, 20, True)

        await server.client.config_set("maxmemory", "0")
        await drained(site)
        assert await count_all(server.client) == 20
        [book] = await books(server, data_dir)
        assert (book.resent, book.repeated, book.balanced) == (0, 0, True)


async def test_writes_whose_replies_were_lost_are_accepted_and_counted_once(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis") as server,
        Proxy.to("127.0.0.1", server.port) as proxy,
        posting(server.client, proxy.redis_url, data_dir=data_dir) as site,
    ):
        await post(site, 0)
        proxy.mode = Mode.CUT_REPLIES
        assert await post(site, 1, 10) == [202] * 10
        await wait_until(lambda: proxy.cut >= 3, "replies are cut, those of the replay too")
        [lost] = await books(server, data_dir)
        assert lost.balanced
        assert lost.accepted == 11

        proxy.mode = Mode.PASS
        await drained(site)
        assert await count_all(server.client) == 11
        [book] = await books(server, data_dir)
        assert book.accepted == 11
        assert book.resent == book.repeated > 0
        assert book.balanced


async def test_a_black_hole_is_survived_and_what_was_in_it_counts_once(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis") as server,
        Proxy.to("127.0.0.1", server.port) as proxy,
        posting(server.client, proxy.redis_url, data_dir=data_dir) as site,
    ):
        await post(site, 0)
        proxy.mode = Mode.BLACK_HOLE
        assert await post(site, 1, 30) == [202] * 30

        proxy.mode = Mode.PASS
        await drained(site)
        await wait_until(lambda: _resent(server.client), "what the hole held has arrived")
        assert await count_all(server.client) == 31
        [book] = await books(server, data_dir)
        assert (book.accepted, book.balanced) == (31, True)


async def test_a_slow_network_needs_no_spool(tmp_path: Path) -> None:
    async with (
        own_redis(tmp_path / "redis") as server,
        Proxy.to("127.0.0.1", server.port) as proxy,
        posting(server.client, proxy.redis_url, data_dir=tmp_path / "var") as site,
    ):
        await post(site, 0)
        proxy.delay, proxy.mode = 0.05, Mode.DELAY

        assert await post(site, 1, 5) == [202] * 5
        assert site.metric("groundswell_entries_spooled_total") == 0
        assert await count_all(server.client) == 6


async def test_every_partition_keeps_its_own(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis", appendfsync="always") as server,
        posting(server.client, server.url, data_dir=data_dir, partitions=4) as site,
    ):
        server.kill()
        items = [{"site": SITE, "article": "/a", "visitor": str(n)} for n in range(1_200)]
        assert (await site.batch(items)).json()["accepted"] == 1_200

        await server.start()
        await drained(site)
        assert await count_all(server.client, range(4)) == 1_200
        found = await books(server, data_dir)
        assert [book.accepted > 0 for book in found] == [True] * 4
        assert all(book.balanced for book in found)
        assert [await totals(server.client, p) for p in range(4)] == [
            {"accepted": book.accepted, "counted": book.accepted} for book in found
        ]


async def _resent(redis: Client) -> bool:
    return (await totals(redis)).get("resent", 0) > 0

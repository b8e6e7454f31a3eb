"""The spool and its disk: bounded, owned by one process, left to the next, refused when there is no room."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.collector.spool.spool import Refused, Spool
from services.collector.streams import Packed
from shared.metrics import SpoolMetrics
from tests.entries import entry, now_ms, view
from tests.posting import SITE, posting
from tests.spooling import books, count_all, depth, own_redis, post
from tests.waiting import wait_until


def spool_in(
    directory: Path, max_bytes: int = 10_000_000, registry: CollectorRegistry | None = None
) -> Spool:
    return Spool(directory, max_bytes, SpoolMetrics(registry or CollectorRegistry()), lambda: now_ms() / 1000)


def packed(views: int = 1) -> Packed:
    return Packed.of(entry(*[view()] * views))


async def put(spool: Spool, *entries: Packed, partition: int = 0) -> None:
    await spool.add(partition, [(None, one) for one in entries])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(mounted)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system")
    yield mounted
    subprocess.run(["umount", str(mounted)], check=True)


async def test_what_a_process_left_is_taken_over_by_one_other_and_then_gone(tmp_path: Path) -> None:
    first, second, third = (spool_in(tmp_path) for _ in range(3))
    await put(first, packed(3), packed(4), partition=2)

    await second.adopt()
    assert second.entries == 0, "whoever lives keeps its own"
    await first.close()
    await second.adopt()
    await third.adopt()

    assert (second.entries, second.partitions, third.entries) == (2, {2}, 0)
    waiting = await second.oldest(2, 10)
    assert waiting is not None
    assert [row.entry.views for row in waiting.rows] == [3, 4]
    await second.forget(waiting)
    await second.close()
    await third.close()
    assert [*tmp_path.iterdir()] == []


async def test_two_collectors_on_one_directory_have_a_file_each(tmp_path: Path) -> None:
    one, other = spool_in(tmp_path), spool_in(tmp_path)

    await asyncio.gather(put(one, packed()), put(other, packed(2)))

    assert len([*tmp_path.glob("*.sqlite3")]) == 2
    assert (one.entries, other.entries) == (1, 1)
    await one.close()
    await other.close()


async def test_a_file_that_cannot_be_read_is_kept_aside_and_told(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"this is no database" * 1_000)
    registry = CollectorRegistry()
    spool = spool_in(tmp_path, registry=registry)

    await spool.adopt()
    await spool.adopt()

    assert (tmp_path / "broken.unreadable").read_bytes().startswith(b"this is no database")
    assert registry.get_sample_value("groundswell_spool_failures_total", {"reason": "unreadable"}) == 1
    await put(spool, packed())
    assert spool.entries == 1
    await spool.close()


async def test_a_spool_whose_file_was_deleted_begins_another(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    await put(spool, packed())
    for path in tmp_path.glob("*.sqlite3"):
        path.unlink()

    await put(spool, packed())

    assert len([*tmp_path.glob("*.sqlite3")]) == 1
    await spool.close()


async def test_a_directory_that_cannot_be_made_refuses_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    registry = CollectorRegistry()
    spool = spool_in(tmp_path / "file" / "spool", registry=registry)

    with pytest.raises(Refused, match="NotADirectoryError"):
        await put(spool, packed())

    assert registry.get_sample_value("groundswell_spool_failures_total", {"reason": "disk"}) == 1
    assert spool.broken
    await spool.close()


async def test_a_full_spool_refuses_and_one_that_has_drained_takes_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    async with (
        own_redis(tmp_path / "redis", appendfsync="always") as server,
        posting(server.client, server.url, data_dir=data_dir, spool_max_bytes="2kb") as site,
    ):
        server.kill()
        statuses = [status for n in range(30) for status in await post(site, n)]
        answer = await site.post({"site": SITE, "article": "/a"})
        unready = await site.collector.unready()
        await server.start()
        await wait_until(lambda: depth(site) == 0, "the spool is empty")

        taken = statuses.count(202)
        assert statuses == [202] * taken + [503] * (30 - taken)
        assert 0 < taken < 30
        assert (answer.status_code, answer.headers["x-groundswell-reason"]) == (503, "spool-full")
        assert int(answer.headers["retry-after"]) > 0
        assert site.metric("groundswell_views_refused_total", reason="spool-full") == 31 - taken
        assert site.metric("groundswell_spool_failures_total", reason="max-bytes") == 31 - taken
        assert len(unready) == 1, "nothing takes views"
        assert await post(site, 100) == [202]
        await wait_until(lambda: depth(site) == 0, "the last one is not in the spool either")
        assert await count_all(server.client) == taken + 1
        [book] = await books(server, data_dir)
        assert book.balanced


async def test_a_full_disk_refuses_and_what_was_taken_before_is_counted(
    tmp_path: Path, small_disk: Path
) -> None:
    async with (
        own_redis(tmp_path / "redis", appendfsync="always") as server,
        posting(server.client, server.url, data_dir=small_disk) as site,
    ):
        server.kill()
        statuses: list[int] = []
        while 503 not in statuses:
            items = [{"site": SITE, "article": f"/{n}", "visitor": str(n)} for n in range(500)]
            statuses.append((await site.batch(items)).status_code)
        failures = site.metric("groundswell_spool_failures_total", reason="disk")

        await server.start()
        await wait_until(lambda: depth(site) == 0, "the spool is empty")

        assert failures >= 1
        taken = 500 * (len(statuses) - 1)
        assert taken > 0
        [book] = await books(server, small_disk)
        assert (book.undelivered_views, book.balanced) == (taken, True)
        assert (await site.batch([{"site": SITE, "article": "/a"}])).status_code == 202

"""An access log becomes views on the streams, once, however often and brokenly it is imported."""

import asyncio
import re
import signal
import subprocess
from pathlib import Path

import pytest

from services.cli.importing import backlog
from services.cli.importing.access_log import AccessLogImport
from services.cli.importing.log_file import LogFile
from services.cli.importing.page_view import Rules
from services.cli.importing.progress import find, other_names
from services.cli.importing.skip import Skip
from services.cli.importing.summary import Summary
from services.cli.trouble import Trouble
from shared import keys, ledger
from shared.connection import Client
from shared.partition import PartitionPlan, load_plan
from tests import access_logs
from tests.entries import committing, deliver
from tests.serving import GROUNDSWELL, environment, run
from tests.waiting import wait_until

SITE = "blog.example"
P = 4
PLAN = PartitionPlan((("20260101", P),))
OPTIONS = ("^/blog/", False, 1_800)


async def import_log(redis: Client, path: Path, plan: PartitionPlan = PLAN) -> Summary:
    log = LogFile(path)
    try:
        job = AccessLogImport(redis, SITE, Rules(re.compile("^/blog/"), drop_bots=False), 1_800, plan)
        return await job.run(log, await find(redis, SITE, log.prefix(), OPTIONS), lambda position: None)
    finally:
        log.close()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 4,000 lines, of which 2,667 are page views."""
    return access_logs.write(tmp_path / "access.log", access_logs.views(2_667))


async def test_every_page_view_is_on_a_stream_with_its_time_and_window(redis: Client, log: Path) -> None:
    summary = await import_log(redis, log)

    assert (summary.lines, summary.page_views, summary.accepted) == (4_000, 2_667, 2_667)
    assert summary.skipped == {Skip.NOT_MATCHED: 1_333}
    assert await access_logs.views_on(redis, P) == access_logs.expected(2_667)
    entries = await access_logs.entries_on(redis, P)
    assert {entry.dedupe_window for entry in entries} == {1_800}
    times = sorted(view.occurred_ms for entry in entries for view in entry.views)
    began = int(access_logs.BEGIN.timestamp()) * 1_000
    assert times == [began + n * 1_000 for n in range(2_667)]
    assert all(view.received_ms == view.occurred_ms for entry in entries for view in entry.views)


async def test_a_reader_stays_in_one_partition_on_one_day(redis: Client, log: Path) -> None:
    await import_log(redis, log)

    seen: dict[int, set[int]] = {}
    for p in range(P):
        for _, fields in await redis.xrange(keys.views(p), "-", "+"):
            for view in access_logs.decode(fields).views:
                assert view.visitor is not None
                seen.setdefault(view.visitor, set()).add(p)
    assert len(seen) == 97
    assert all(len(partitions) == 1 for partitions in seen.values())
    assert {p for partitions in seen.values() for p in partitions} == set(range(P))


async def test_a_second_run_adds_nothing(redis: Client, log: Path) -> None:
    await import_log(redis, log)

    again = await import_log(redis, log)

    assert (again.page_views, again.accepted, again.already) == (2_667, 0, 2_667)
    assert await access_logs.views_on(redis, P) == access_logs.expected(2_667)


async def test_the_log_is_the_same_one_after_it_was_moved_and_compressed(redis: Client, log: Path) -> None:
    await import_log(redis, log)
    rotated = access_logs.write(log.with_name("access.log.1.gz"), log.read_text())

    assert (await import_log(redis, rotated)).accepted == 0


async def test_of_a_log_that_has_grown_only_the_new_lines_count(redis: Client, log: Path) -> None:
    await import_log(redis, log)
    with log.open("a") as file:
        file.write(access_logs.views(1_000, start=2_667))

    grown = await import_log(redis, log)

    assert (grown.accepted, grown.already) == (1_000, 2_667)
    assert await access_logs.views_on(redis, P) == access_logs.expected(3_667)


async def test_a_log_may_grow_again_and_again_from_a_single_line(redis: Client, tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    for count in (1, 2, 3, 50, 700, 1_500, 1_501):
        log.write_text(access_logs.views(count))
        await import_log(redis, log)
        assert await access_logs.views_on(redis, P) == access_logs.expected(count)


async def test_another_log_with_the_same_first_line_is_another_import(redis: Client, tmp_path: Path) -> None:
    first = access_logs.line(0)
    await import_log(redis, access_logs.write(tmp_path / "a.log", first + access_logs.line(1)))

    other = await import_log(redis, access_logs.write(tmp_path / "b.log", first + access_logs.line(2)))

    assert other.accepted == 2


async def test_a_line_that_is_still_being_written_is_left_for_the_next_run(
    redis: Client, tmp_path: Path
) -> None:
    whole = access_logs.views(10)
    log = access_logs.write(tmp_path / "access.log", whole[:-120])

    first = await import_log(redis, log)
    access_logs.write(log, whole)
    second = await import_log(redis, log)

    assert first.unfinished
    assert not second.unfinished
    assert await access_logs.views_on(redis, P) == access_logs.expected(10)


@pytest.mark.parametrize("cut", range(1, 190, 6))
async def test_wherever_the_last_line_is_cut_its_view_counts_once(
    redis: Client, tmp_path: Path, cut: int
) -> None:
    whole = "".join(access_logs.line(n) for n in range(4))
    log = access_logs.write(tmp_path / "access.log", whole[:-cut])

    await import_log(redis, log)
    await import_log(redis, access_logs.write(log, whole))

    assert await access_logs.views_on(redis, P) == access_logs.expected(4)


async def test_a_clock_that_is_ahead_of_all_clocks_does_not_take_other_views_along(
    redis: Client, tmp_path: Path
) -> None:
    far = access_logs.line(1).replace("/2015:", "/2199:")
    log = access_logs.write(tmp_path / "access.log", access_logs.line(0) + far + access_logs.line(2))

    summary = await import_log(redis, log)

    assert summary.skipped == {Skip.BROKEN_TIME: 1}
    assert (await access_logs.views_on(redis, P)).total() == 2


async def test_a_last_line_without_its_end_counts_when_it_is_whole(redis: Client, tmp_path: Path) -> None:
    log = access_logs.write(tmp_path / "access.log", access_logs.views(3).rstrip("\n"))

    summary = await import_log(redis, log)

    assert (summary.page_views, summary.unfinished) == (3, False)


async def test_broken_lines_are_counted_and_skipped(redis: Client, tmp_path: Path) -> None:
    broken = "nonsense\n" + "x" * 300_000 + "\n\n" + '1.2.3.4 - - [now] "GET /blog/1" 200 1\n'
    log = access_logs.write(tmp_path / "access.log", access_logs.line(0) + broken + access_logs.line(1))

    summary = await import_log(redis, log)

    assert (summary.lines, summary.page_views) == (6, 2)
    assert summary.skipped == {Skip.BROKEN_LINE: 3, Skip.BROKEN_TIME: 1}
    assert (
        str(summary.first_broken)
        == "line 2 cannot be read (not in the combined or common log format): 'nonsense'"
    )


async def test_a_damaged_archive_gives_what_comes_before_the_damage(redis: Client, tmp_path: Path) -> None:
    whole = access_logs.write(tmp_path / "access.log.gz", access_logs.views(2_667))
    cut = tmp_path / "cut.gz"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    half = await import_log(redis, cut)
    rest = await import_log(redis, whole)

    assert half.damage is not None
    assert 0 < half.accepted < 2_667
    assert half.accepted + rest.accepted == 2_667
    assert await access_logs.views_on(redis, P) == access_logs.expected(2_667)


async def test_an_empty_log_is_no_error(redis: Client, tmp_path: Path) -> None:
    assert (await import_log(redis, access_logs.write(tmp_path / "empty.log", ""))).lines == 0


async def test_a_log_is_not_imported_twice_at_once(log: Path) -> None:
    held = LogFile(log)
    with pytest.raises(Trouble, match="another import"):
        LogFile(log)
    held.close()
    LogFile(log).close()


async def test_an_import_with_other_options_is_told_of(redis: Client, log: Path) -> None:
    await import_log(redis, log)
    prefix = log.read_bytes()[:65_536]

    assert await other_names(redis, (await find(redis, SITE, prefix, OPTIONS)).name) == []
    assert len(await other_names(redis, (await find(redis, SITE, prefix, ("other",))).name)) == 1


async def test_a_finished_import_keeps_no_salt(redis: Client, log: Path) -> None:
    await import_log(redis, log)

    kept = [key async for key in redis.scan_iter(match="gs:import:*")]
    assert len(kept) == 1
    assert set(await redis.hgetall(kept[0])) == {b"from_line", b"prefix", b"prefix_bytes"}


async def test_the_import_waits_for_a_counter_that_is_behind(
    redis: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog, "LIMIT", 1_500)
    log = access_logs.write(tmp_path / "access.log", access_logs.views(6_000))
    one = PartitionPlan((("20260101", 1),))
    running = asyncio.create_task(import_log(redis, log, one))

    async def full() -> bool:
        return (await ledger.read(redis, 0)).accepted >= 1_500

    await wait_until(full, "the backlog is full")
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0")
    counter = committing(redis)
    most = 0
    while not running.done():
        books = await ledger.read(redis, 0)
        most = max(most, books.undelivered_views)
        await deliver(redis, counter)
        await asyncio.sleep(0)
    await deliver(redis, counter)

    assert (await running).accepted == 6_000
    assert most < 1_500 + 1_000
    assert (await ledger.read(redis, 0)).balanced


async def test_an_import_that_is_killed_again_and_again_counts_every_view_once(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    count = 12_000
    await load_plan(redis, P, 1_771_675_200)
    log = access_logs.write(tmp_path / "access.log", access_logs.views(count))
    command = [str(GROUNDSWELL), "import", "access-log", str(log), "--site", SITE, "--match", "^/blog/"]
    command += ["--dedupe-window", "30m", "--no-wait", "--redis-url", redis_url]

    async def accepted() -> int:
        return sum([(await ledger.read(redis, p)).accepted for p in range(P)])

    for share in (0.02, 0.25, 0.5):
        goal = round(count * share)

        async def reached(goal: int = goal) -> bool:
            return await accepted() >= goal

        process = subprocess.Popen(
            command, env=environment(), cwd=tmp_path, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        try:
            await wait_until(reached, f"{goal} views are on the streams")
        finally:
            process.kill()
            assert process.wait() == -signal.SIGKILL
    assert goal <= await accepted() < count

    ended = run(*command[1:], cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert await accepted() == count
    assert await access_logs.views_on(redis, P) == access_logs.expected(count)

    counter = committing(redis)
    for p in range(P):
        await redis.xgroup_create(keys.views(p), keys.GROUP, id="0")
        await deliver(redis, counter, p)
    books = [await ledger.read(redis, p) for p in range(P)]
    assert all(book.balanced for book in books)
    assert sum(book.counted for book in books) == access_logs.distinct(count, 1_800)

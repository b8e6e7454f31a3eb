"""`groundswell top`, in a terminal and out of one."""

import contextlib
import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from services.cli import seed_files, stream_state, top_frame, top_streams
from services.collector.spool.depth import depth_of
from services.collector.spool.file import SpoolFile
from services.collector.spool.spool import DIRECTORY
from services.collector.streams import Packed
from services.counter.group import ensure_group
from services.desk.catalogue import put_articles
from shared import keys, listing
from shared.connection import Client
from shared.decay import Decay
from shared.listing import Listed, Listing
from tests.entries import SITE, entry, view
from tests.serving import GROUNDSWELL, environment, run
from tests.waiting import wait_until

FIRST, SECOND, THIRD = (article.id for article in seed_files.articles(SITE)[:3])


@pytest.fixture
async def published(redis: Client) -> None:
    """A list of three articles; the first was third an hour ago, the third was not on it."""
    await put_articles(redis, SITE, seed_files.articles(SITE)[:2])
    entries = (Listed(FIRST, 9.0, 1_234), Listed(SECOND, 5.0, 50), Listed(THIRD, 1.0, 1))
    trending = Listing(1, time.time(), None, entries, ("/gone", SECOND, FIRST))
    await redis.set(keys.listing(SITE, listing.TRENDING), listing.encode(trending))
    await redis.hset(keys.total(0), mapping={"accepted": 1_300, "counted": 1_285, "duplicates": 10})


async def test_out_of_a_terminal_one_frame_is_printed(
    published: None, redis_url: str, tmp_path: Path
) -> None:
    ended = run("top", "--site", SITE, "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    rows = [line.split() for line in ended.stdout.splitlines()]
    [first] = [row for row in rows if row[:2] == ["1", "▲2"]]
    assert first[-2:] == ["1,234", "0.0"]
    assert [row for row in rows if row[:2] == ["2", "="]]
    assert [row for row in rows if row[:3] == ["3", "new", THIRD]], "an id stands in for a missing title"
    assert "1,300 accepted  1,285 counted  5 behind" in ended.stdout


async def test_in_a_terminal_it_lives_until_it_is_interrupted(
    published: None, redis: Client, redis_url: str, tmp_path: Path
) -> None:
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [str(GROUNDSWELL), "top", "--site", SITE, "--redis-url", redis_url],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**environment(), "TERM": "xterm", "COLUMNS": "100", "LINES": "30"},
        cwd=tmp_path,
    )
    os.close(its)
    os.set_blocking(ours, False)
    seen = b""

    def shows(text: bytes) -> bool:
        nonlocal seen
        with contextlib.suppress(BlockingIOError):
            seen += os.read(ours, 65_536)
        return text in seen

    try:
        await wait_until(lambda: shows(b"1,285 counted"), "the first frame is there")
        await redis.hincrby(keys.total(0), "counted", 2)
        await wait_until(lambda: shows(b"1,287 counted"), "a later frame shows what has changed")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        os.close(ours)


async def test_a_steady_stream_of_views_shows_its_rate(published: None, redis: Client) -> None:
    seconds, _ = await redis.time()
    decay = Decay(900.0)
    score = decay.fold((seconds - n * 6.0, 1.0) for n in range(5_000))  # ten a minute, for more than 8 hours
    await redis.zadd(keys.board(0, SITE, "15m"), {SECOND: score})

    frame = await top_frame.read(redis, SITE, 1, 10)

    rates = {row.id: row.per_minute for row in frame.rows}
    assert rates[SECOND] == pytest.approx(10, rel=0.02)
    assert rates[FIRST] == 0


async def test_streams_that_wait_have_a_row_each_and_so_has_the_spool(
    published: None, redis: Client, redis_url: str, tmp_path: Path
) -> None:
    await ensure_group(redis, 0)
    calm = run("top", "--site", SITE, "--once", "--redis-url", redis_url, cwd=tmp_path).stdout
    await redis.xadd(keys.views(0), {"v": 1}, id="1771675200000-0")
    await redis.xadd(keys.dead(0), {"reason": "undecodable"})
    spool = SpoolFile.new(tmp_path / "var" / DIRECTORY)
    spool.add(0, [(None, Packed.of(entry(view())))] * 3, time.time() - 7)

    shown = run("top", "--site", SITE, "--once", "--redis-url", redis_url, cwd=tmp_path).stdout

    assert "nothing waits on the streams" in calm
    rows = [line.split() for line in shown.splitlines()]
    assert ["stream", "undelivered", "pending", "oldest", "dead"] in rows
    [waiting] = [row for row in rows if row[:1] == ["{0}"]]
    assert (waiting[1:3], waiting[-1]) == (["1", "0"], "1")
    assert [row[2] for row in rows if row[:2] == ["spooled", "here"]] == ["3"]
    state, depth = [await stream_state.read(redis, 0)], depth_of(spool.path.parent)
    assert shown.count("\n") - calm.count("\n") == top_streams.lines(state, depth, time.time())


async def test_without_any_list_it_says_so(redis: Client, redis_url: str, tmp_path: Path) -> None:
    ended = run("top", "--site", SITE, "--once", "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "nothing is read just now" in ended.stdout
    assert "is the ranker running?" in ended.stdout

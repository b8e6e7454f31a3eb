"""`groundswell chores`: what is done every day where no `serve` does it."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from services.cli.backup.archive import read_head
from services.cli.chores import build
from services.cli.main import app, register
from services.cli.trouble import Trouble
from shared.connection import Client
from shared.partition import load_plan
from shared.settings import Settings
from tests.waiting import wait_until

NOON = 1_771_675_200.0


async def _rewrites(redis: Client) -> int:
    return int((await redis.info("persistence"))["aof_rewrites"])


async def _idle(redis: Client) -> bool:
    return not (await redis.info("persistence"))["aof_rewrite_in_progress"]


@pytest.fixture
async def before(redis: Client) -> int:
    """How often the file was written anew so far; nobody is at it, who would be asked in vain."""
    await load_plan(redis, 1, NOON)
    await wait_until(lambda: _idle(redis), "the file is written")
    return await _rewrites(redis)


async def test_a_backup_is_made_and_the_append_only_file_is_written_anew(
    redis: Client, redis_url: str, tmp_path: Path, before: int
):
    chores = build(Settings(redis_url=redis_url, data_dir=tmp_path), CollectorRegistry())

    async def rewritten() -> bool:
        return await _rewrites(redis) > before

    await chores.start()
    try:
        await wait_until(lambda: list(tmp_path.glob("backups/*.backup")), "there is a backup")
        await wait_until(rewritten, "the file was written anew")
        assert await chores.unready() == []
    finally:
        await chores.stop()

    (file,) = tmp_path.glob("backups/*.backup")
    assert read_head(file).partitions == 1


async def test_no_backup_is_made_where_none_is_kept(
    redis: Client, redis_url: str, tmp_path: Path, before: int
):
    settings = Settings(redis_url=redis_url, data_dir=tmp_path, backups_kept=0)
    chores = build(settings, CollectorRegistry())

    async def rewritten() -> bool:
        return await _rewrites(redis) > before

    await chores.start()
    await wait_until(rewritten, "the other chore was done")

    assert await chores.unready() == [], "nothing is wrong with it"
    assert not list(tmp_path.iterdir())
    await chores.stop()


def test_without_a_redis_it_says_what_to_give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    register(["chores"])

    with pytest.raises(Trouble, match="--redis-url"):
        app(["chores"], standalone_mode=False)

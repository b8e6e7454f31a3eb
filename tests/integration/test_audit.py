"""`groundswell audit` on a server whose books are right, and on one whose books are not."""

import json
from pathlib import Path

import pytest

from shared import keys, ledger
from shared.connection import Client
from shared.partition import load_plan
from tests.entries import SITE, committing, deliver, entry, put, view
from tests.serving import run


@pytest.fixture
async def counted(redis: Client) -> None:
    """Two partitions: 3 views counted and 1 duplicate in the first, 5 undelivered in the second."""
    await load_plan(redis, 2, 1_771_675_200)
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    await put(redis, [entry(view(visitor=1), view(visitor=2)), entry(view(visitor=1), view("/b"))])
    await deliver(redis, committing(redis))
    await put(redis, [entry(*[view()] * 5)], partition=1)


async def test_books_that_balance_are_exit_0(counted: None, redis_url: str, tmp_path: Path) -> None:
    ended = run("audit", "--redis-url", redis_url, "--json", cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert document["balanced"] is True
    first, second = document["partitions"]
    assert (first["accepted"], first["counted"], first["duplicates"]) == (4, 3, 1)
    assert (second["accepted"], second["undelivered_views"]) == (5, 5)


async def test_the_table_adds_the_partitions_up(counted: None, redis_url: str, tmp_path: Path) -> None:
    ended = run("audit", "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    rows = [line.split() for line in ended.stdout.splitlines()]
    assert ["accepted", "9", "4", "5"] in rows
    assert ["+", "undelivered", "5", "0", "5"] in rows
    assert ["difference", "0", "0", "0"] in rows
    assert "Balanced" in ended.stdout


@pytest.mark.parametrize("field", ["accepted", "counted", "refused", "starting"])
async def test_a_single_view_that_is_missing_is_exit_1(
    counted: None, redis: Client, redis_url: str, tmp_path: Path, field: str
) -> None:
    await redis.hincrby(keys.total(0), field, 1)

    ended = run("audit", "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 1
    assert "NOT balanced" in ended.stdout


async def test_a_count_that_was_changed_by_hand_is_exit_1(
    counted: None, redis: Client, redis_url: str, tmp_path: Path
) -> None:
    await redis.hincrby(keys.count(0, SITE), "/a", -1)

    ended = run("audit", "--redis-url", redis_url, "--json", cwd=tmp_path)

    assert ended.returncode == 1
    assert json.loads(ended.stdout)["partitions"][0]["counts_difference"] == -1


async def test_an_empty_database_is_exit_0(redis: Client, redis_url: str, tmp_path: Path) -> None:
    assert run("audit", "--redis-url", redis_url, cwd=tmp_path).returncode == 0
    assert await redis.keys("*") == []
    assert (await ledger.read(redis, 0)).balanced


def test_a_redis_that_is_away_is_one_clear_line(tmp_path: Path) -> None:
    ended = run("audit", "--redis-url", "redis://:secret@127.0.0.1:1/0", cwd=tmp_path)

    assert ended.returncode == 2
    assert ended.stderr.startswith("groundswell: Redis at 127.0.0.1:1 fails: ")
    assert ended.stderr.count("\n") == 1
    assert "secret" not in ended.stderr

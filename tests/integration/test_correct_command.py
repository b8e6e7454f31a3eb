"""`groundswell correct`, as somebody types it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from services.desk.correction.correct import correct as take_out
from shared import keys
from shared.connection import Client
from shared.problem import Kind, Problem
from tests.integration.test_correct import END, START, correction, count
from tests.serving import SITE, run


def correct(redis_url: str, cwd: Path, *more: str, **given: str) -> CompletedProcess[str]:
    flags = {
        "--site": SITE,
        "--article": "/a",
        "--from": datetime.fromtimestamp(START, UTC).isoformat(),
        "--to": datetime.fromtimestamp(END, UTC).isoformat(),
        "--by": "A. Editor",
        "--reason": "A botnet",
        **{f"--{name}": value for name, value in given.items()},
    }
    flat = [part for flag in flags.items() for part in flag]
    return run("correct", *flat, "--redis-url", redis_url, *more, cwd=cwd)


async def test_views_are_taken_out_and_the_books_balance(redis: Client, redis_url: str, tmp_path: Path):
    await count(redis, {"/a": 700, "/b": 5})

    ended = correct(redis_url, tmp_path, "--json", keep="20", request="monday")
    again = correct(redis_url, tmp_path, keep="20", request="monday")
    audit = run("audit", "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    document = json.loads(ended.stdout)
    assert (document["views"], document["left"], document["request"]) == (680, 20, "monday")
    assert again.returncode == 0, again.stderr
    assert "taken out before" in again.stdout
    assert await redis.hgetall(keys.count(0, SITE)) == {b"/a": b"20", b"/b": b"5"}
    assert audit.returncode == 0, audit.stdout
    rows = [line.split() for line in audit.stdout.splitlines()]
    assert ["-", "taken", "out", "by", "corrections", "680"] in rows


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"views": "701"}, "groundswell: views: there are 700 views in these hours\n"),
        ({"keep": "1", "views": "1"}, "groundswell: views: give `keep` or `views`, not both\n"),
        ({"from": "yesterday"}, "groundswell: from: a moment is written with its offset from UTC"),
        ({"reason": " "}, "groundswell: reason: "),
    ],
)
async def test_what_is_wrong_is_one_line_and_takes_nothing(
    redis: Client, redis_url: str, tmp_path: Path, given: dict[str, str], says: str
):
    await count(redis, {"/a": 700})

    ended = correct(redis_url, tmp_path, **given)

    assert ended.returncode == 2
    assert ended.stderr.startswith(says), ended.stderr
    assert ended.stderr.count("\n") == 1
    assert await redis.hget(keys.count(0, SITE), "/a") == b"700"


async def test_an_article_that_nobody_knows_is_named_with_one_that_may_be_meant(
    redis: Client, redis_url: str, tmp_path: Path
):
    await count(redis, {"/news/attacked": 700})
    before = {key: await redis.dump(key) for key in await redis.keys("*")}

    mistyped = correct(redis_url, tmp_path, article="/news/atacked")
    with pytest.raises(Problem) as nowhere_near:
        await take_out(redis, correction("zzz"))

    unknown = "is no article of news.example, and has no views there"
    assert mistyped.returncode == 2
    assert mistyped.stderr == f"groundswell: id: '/news/atacked' {unknown}; is '/news/attacked' meant?\n"
    assert (nowhere_near.value.kind, nowhere_near.value.detail) == (
        Kind.UNKNOWN_ARTICLE,
        f"id: 'zzz' {unknown}",
    )
    assert {key: await redis.dump(key) for key in await redis.keys("*")} == before


async def test_of_an_article_without_views_in_these_hours_that_is_said(
    redis: Client, redis_url: str, tmp_path: Path
):
    await count(redis, {"/a": 7}, ago=5 * 3_600)

    ended = correct(redis_url, tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == f"'/a' of {SITE} has no views in these hours\n"
    assert await redis.hget(keys.count(0, SITE), "/a") == b"7"

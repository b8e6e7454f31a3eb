"""A file of articles into the catalogue."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from services.cli.importing import articles
from services.cli.importing.log_file import LogFile
from services.cli.running import Running
from shared import keys
from shared.connection import Client
from tests.desks import SITE, aliases, article, catalogued
from tests.serving import run


def line(article_id: str, **given: Any) -> str:
    return json.dumps({name: value for name, value in article(article_id, **given).items() if name != "site"})


async def put_in(redis_url: str, path: Path) -> articles.Summary:
    log = LogFile(path)
    try:
        return await articles.run(Running(redis_url), log, SITE, ())
    finally:
        log.close()


async def test_good_lines_are_stored_and_bad_ones_listed_by_number(
    redis: Client, redis_url: str, tmp_path: Path
):
    lines = [
        "\ufeff" + line("/a", aliases=["1"]),
        "",
        "{broken",
        line("/b", title=""),
        line("/c", aliases=["1"]),
        json.dumps(article("/d", site="other.example")),
        "[" * 70_000,
        '{"id": "\udcff"}',
        line("/e"),
    ]
    (tmp_path / "articles").write_bytes("\n".join(lines).encode(errors="surrogateescape"))

    found = await put_in(redis_url, tmp_path / "articles")

    assert (found.lines, found.stored, found.unchanged, found.wrong) == (8, 2, 0, 6)
    assert [(error.line, error.reason) for error in found.errors] == [
        (3, "bad-json"),
        (4, "bad-shape"),
        (5, "alias-taken"),
        (6, "unknown-site"),
        (7, "body-too-large"),
        (8, "bad-encoding"),
    ]
    assert found.errors[1].detail.startswith("title: ")
    assert await catalogued(redis) == ["/a", "/e"]
    assert await aliases(redis) == {"1": "/a"}
    assert {fields[b"who"] for _, fields in await redis.xrange(keys.AUDIT)} == {b"groundswell import"}


@pytest.mark.parametrize("packed", [False, True])
async def test_thousands_of_articles_are_stored_once(
    redis: Client, redis_url: str, tmp_path: Path, packed: bool
):
    raw = "\n".join(line(f"/{n}") for n in range(1_700)).encode()
    (tmp_path / "articles").write_bytes(gzip.compress(raw) if packed else raw)

    first = await put_in(redis_url, tmp_path / "articles")
    again = await put_in(redis_url, tmp_path / "articles")

    assert (first.stored, first.unchanged) == (1_700, 0)
    assert (again.stored, again.unchanged) == (0, 1_700)


async def test_of_many_bad_lines_the_first_are_listed_and_the_others_counted(
    redis: Client, redis_url: str, tmp_path: Path
):
    (tmp_path / "articles").write_text("7\n" * 250)

    found = await put_in(redis_url, tmp_path / "articles")

    assert (found.wrong, len(found.errors)) == (250, articles.LISTED)
    assert await redis.keys("*") == []


async def test_what_comes_before_the_damage_of_an_archive_is_stored(
    redis: Client, redis_url: str, tmp_path: Path
):
    whole = gzip.compress("".join(line(f"/{n}") + "\n" for n in range(1_700)).encode())
    (tmp_path / "articles.gz").write_bytes(whole[: len(whole) // 2])

    found = await put_in(redis_url, tmp_path / "articles.gz")

    assert 0 < found.stored < 1_700
    assert found.wrong == 0
    assert found.damage is not None


async def test_the_command_says_what_it_did_and_which_lines_are_wrong(
    redis: Client, redis_url: str, tmp_path: Path
):
    (tmp_path / "articles.jsonl").write_text(f"{line('/a')}\n{line('/b', url='nowhere')}\n")
    command = ["import", "articles", "articles.jsonl", "--site", SITE, "--redis-url", redis_url]

    ended = run(*command, "--json", cwd=tmp_path)
    again = run(*command, cwd=tmp_path)

    assert ended.returncode == 1
    document = json.loads(ended.stdout)
    assert [document[name] for name in ("lines", "stored", "unchanged", "wrong")] == [2, 1, 0, 1]
    assert [error["line"] for error in document["errors"]] == [2]
    assert "line 2: bad-shape: url: an address begins with http" in ended.stderr
    assert again.returncode == 1
    assert "unchanged" in again.stdout
    assert await catalogued(redis) == ["/a"]


async def test_a_file_of_good_lines_ends_well(redis: Client, redis_url: str, tmp_path: Path):
    (tmp_path / "articles.jsonl").write_text(line("/a"))

    ended = run(
        *("import", "articles", "articles.jsonl", "--site", SITE, "--redis-url", redis_url), cwd=tmp_path
    )

    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_file_that_is_not_there_is_one_clear_line(redis: Client, redis_url: str, tmp_path: Path):
    ended = run(*("import", "articles", "nothing", "--site", SITE, "--redis-url", redis_url), cwd=tmp_path)

    assert (ended.returncode, ended.stderr) == (2, "groundswell: FILE: there is no nothing\n")

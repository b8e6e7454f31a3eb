"""`groundswell dead`, as an operator uses it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.counter.group import ensure_group
from shared import dead, keys, ledger
from shared.connection import Client
from shared.entry import encode
from shared.partition import load_plan
from tests.entries import committing, deliver, entry, totals, view, views_of
from tests.serving import run

DAY_MS = 86_400_000


@pytest.fixture
async def buried(redis: Client) -> list[dead.Letter]:
    """Two letters in partition 0, one of them a day old, and an expired one in partition 1."""
    await load_plan(redis, 2, 1_771_675_200)
    await ensure_group(redis, 0)
    await ensure_group(redis, 1)
    for p, reason in ((0, "unknown-version"), (0, "undecodable"), (1, dead.EXPIRED)):
        await dead.bury(redis, p, encode(entry(view(), view())), reason=reason, detail="so it was")
    # The first one is made a day older.
    (old, fields), *rest = await redis.xrange(keys.dead(0))
    await redis.delete(keys.dead(0))
    aged = f"{int(old.partition(b'-')[0]) - DAY_MS}-0"
    await redis.xadd(keys.dead(0), {**fields, b"at": int(fields[b"at"]) - DAY_MS}, id=aged)
    for other, kept in rest:
        await redis.xadd(keys.dead(0), kept, id=other)
    return [letter for p in (0, 1) async for letter in dead.letters(redis, p)]


class Command:
    """The command against the server of a test."""

    def __init__(self, redis_url: str, cwd: Path) -> None:
        self._redis_url = redis_url
        self._cwd = cwd

    def json(self, *arguments: str) -> Any:
        ended = run("dead", *arguments, "--json", "--redis-url", self._redis_url, cwd=self._cwd)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def text(self, *arguments: str) -> str:
        ended = run("dead", *arguments, "--redis-url", self._redis_url, cwd=self._cwd)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def refused(self, *arguments: str) -> str:
        ended = run("dead", *arguments, "--redis-url", self._redis_url, cwd=self._cwd)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.count("\n") == 1
        return ended.stderr


@pytest.fixture
def command(redis_url: str, tmp_path: Path) -> Command:
    return Command(redis_url, tmp_path)


async def balanced(redis: Client) -> bool:
    return all([(await ledger.read(redis, p)).balanced for p in (0, 1)])


async def test_letters_are_listed_with_partition_and_reason(command: Command, buried: list[dead.Letter]):
    told = command.json("list")

    assert [row["id"] for row in told["letters"]] == [letter.name for letter in buried]
    assert [row["reason"] for row in told["letters"]] == ["unknown-version", "undecodable", "expired"]
    assert {row["views"] for row in told["letters"]} == {2}
    assert command.json("list", "--limit", "1")["not_shown"] == 1
    assert buried[2].name in command.text("list")


async def test_a_letter_is_shown_whole_and_obeyed_by_no_terminal(redis: Client, command: Command):
    fields = {**encode(entry(view("/story"))), b"v": b"\x1b[31m9\xff"}
    await dead.bury(redis, 0, fields, reason="unknown-version", detail="\x1b]0;owned\x07")
    [letter] = [letter async for letter in dead.letters(redis, 0)]

    text = command.text("show", letter.name)

    assert "/story" in text
    assert "\\x1b[31m9\\xff" in text
    assert "\x1b" not in text
    assert "\x1b" not in command.text("list")


async def test_all_are_put_back_but_those_that_expired(
    redis: Client, command: Command, buried: list[dead.Letter]
):
    assert command.json("replay", "--all") == {"replayed": 2, "views": 4, "expired_left": 1}

    await deliver(redis, committing(redis))
    assert await views_of(redis) == 4
    assert await balanced(redis)
    assert command.json("replay", buried[2].name)["views"] == 2
    assert await balanced(redis)


async def test_a_purge_asks_first_and_is_audited(redis: Client, command: Command, buried: list[dead.Letter]):
    assert command.json("purge", "--older-than", "12h") == {"purged": 0, "found": 1, "views": 2}
    assert await redis.xlen(keys.dead(0)) == 2

    told = command.json("purge", "--older-than", "12h", "--yes", "--by", "A. Operator")

    assert told == {"purged": 1, "found": 1, "views": 2}
    assert [letter.name async for letter in dead.letters(redis, 0)] == [buried[1].name]
    assert (await totals(redis))["purged"] == 2
    assert await balanced(redis)
    asked, done = [fields for _, fields in await redis.xrange(keys.AUDIT)]
    assert (asked[b"who"], asked[b"action"], asked[b"older_than"]) == (
        b"A. Operator",
        b"dead-purge",
        b"43200",
    )
    assert (done[b"action"], done[b"letters"], done[b"views"]) == (b"dead-purged", b"1", b"2")


async def test_one_letter_is_purged_by_its_name(redis: Client, command: Command, buried: list[dead.Letter]):
    assert command.json("purge", buried[2].name, "--yes")["purged"] == 1

    assert await redis.xlen(keys.dead(1)) == 0
    assert await redis.xlen(keys.dead(0)) == 2
    assert await balanced(redis)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("purge", "--yes"), "either the ID"),
        (("replay",), "either the ID"),
        (("purge", "--older-than", "soon"), "older-than: a duration"),
        (("show", "nonsense"), "is not PARTITION/ID"),
        (("show", "0/1-0"), "there is no dead letter 0/1-0"),
    ],
)
async def test_what_is_wrong_is_one_line_and_nothing_happens(
    redis: Client, command: Command, buried: list[dead.Letter], arguments: tuple[str, ...], says: str
):
    before = await redis.dump(keys.dead(0)), await redis.dump(keys.total(0))

    assert says in command.refused(*arguments)

    assert (await redis.dump(keys.dead(0)), await redis.dump(keys.total(0))) == before

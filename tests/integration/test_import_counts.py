"""Starting totals: what articles had been read before they were counted here."""

from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from services.cli.importing import counts_file, starting
from services.cli.trouble import Trouble
from shared import keys, ledger
from shared.connection import Client
from tests.entries import SITE, committing, deliver, entry, put, view
from tests.serving import run

CSV = "article,views\n/a,120\n/b,7\n"


def read(tmp_path: Path, text: str) -> counts_file.StartingTotals:
    path = tmp_path / "counts"
    path.write_text(text)
    return counts_file.read(path)


async def put_in(redis: Client, tmp_path: Path, text: str) -> starting.Change:
    found = read(tmp_path, text)
    assert found.faults == []
    return await starting.put(redis, SITE, found.views, lambda article: article)


async def counts(redis: Client) -> dict[str, int]:
    return {k.decode(): int(v) for k, v in (await redis.hgetall(keys.count(0, SITE))).items()}


async def test_starting_totals_are_added_to_what_was_counted(redis: Client, tmp_path: Path) -> None:
    await redis.xgroup_create(keys.views(0), keys.GROUP, id="0", mkstream=True)
    await put(redis, [entry(view("/a"), view("/a"))])
    await deliver(redis, committing(redis))

    change = await put_in(redis, tmp_path, CSV)

    assert change == starting.Change(changed=2, views=127)
    assert await counts(redis) == {"/a": 122, "/b": 7}
    books = await ledger.read(redis, 0)
    assert (books.starting, books.counted) == (127, 2)
    assert books.balanced


async def test_putting_them_in_again_changes_nothing(redis: Client, tmp_path: Path) -> None:
    await put_in(redis, tmp_path, CSV)

    assert await put_in(redis, tmp_path, CSV) == starting.Change(0, 0)
    assert await counts(redis) == {"/a": 120, "/b": 7}


async def test_a_corrected_number_corrects_up_and_down(redis: Client, tmp_path: Path) -> None:
    await put_in(redis, tmp_path, CSV)

    change = await put_in(redis, tmp_path, "/a,100\n/b,10\n/c,1\n")

    assert change == starting.Change(changed=3, views=-16)
    assert await counts(redis) == {"/a": 100, "/b": 10, "/c": 1}
    assert (await ledger.read(redis, 0)).balanced


async def test_what_a_later_file_does_not_name_stays(redis: Client, tmp_path: Path) -> None:
    await put_in(redis, tmp_path, CSV)
    await put_in(redis, tmp_path, "/c,5\n")

    assert await counts(redis) == {"/a": 120, "/b": 7, "/c": 5}


async def test_an_id_that_becomes_an_alias_is_not_put_in_again(redis: Client, tmp_path: Path) -> None:
    await put_in(redis, tmp_path, "/old,40\n")
    await redis.rename(keys.count(0, SITE), "moved")
    await redis.hset(keys.count(0, SITE), "/new", 40)

    again = await starting.put(redis, SITE, {"/old": 45}, {"/old": "/new"}.__getitem__)

    assert again == starting.Change(1, 5)
    assert await counts(redis) == {"/new": 45}


async def test_more_articles_than_fit_one_script_call_are_put_in(redis: Client) -> None:
    many = {f"/{n}": n for n in range(2_500)}

    change = await starting.put(redis, SITE, many, lambda article: article)

    assert change == starting.Change(2_499, sum(many.values()))
    assert (await ledger.read(redis, 0)).balanced


async def test_a_key_of_another_type_stops_it_with_nothing_written(redis: Client) -> None:
    await redis.set(keys.total(0), "no hash")

    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await starting.put(redis, SITE, {"/a": 1}, lambda article: article)

    assert await redis.keys("*") == [keys.total(0).encode()]


@pytest.mark.parametrize(
    "text",
    [
        "/a,3\n/b,4\n",
        "article,views\n/a,3\n/b,4\n",
        "Article, Views\r\n/a , 3\r\n\r\n/b,4",
        '\ufeffarticle,views\n"/a",3\n/b,"4"\n',
        '{"article": "/a", "views": 3}\n\n{"views": 4, "article": "/b"}\n',
        "https://blog.example/a/?utm_source=x,3\n/b/,4\n",
        "/a,1\n/a/,2\n/b,4\n",
    ],
)
def test_csv_and_json_lines_say_the_same(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)

    assert found.faults == []
    assert found.views == {"/a": 3, "/b": 4}


def test_an_id_that_is_no_path_stays_as_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, "story-7,3\nnews:8/,4\n").views == {"story-7": 3, "news:8/": 4}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("/a", "1 columns instead of article,views"),
        ("/a,3,4", "3 columns"),
        ("/a,many", "a whole number"),
        ("/a,-3", "a whole number"),
        ("/a,3.5", "a whole number"),
        ("/a,1000000000001", "a whole number"),
        (",3", "at least one character"),
        ('"/a"x,3', "expected"),
        ("/a\x07b,3", "control character"),
    ],
)
def test_a_wrong_line_of_csv_is_named(tmp_path: Path, wrong: str, said: str) -> None:
    found = read(tmp_path, f"article,views\n/ok,1\n{wrong}\n/fine,2\n")

    assert len(found.faults) == 1
    assert found.faults[0].startswith("line 3: ")
    assert said in found.faults[0]


@pytest.mark.parametrize(
    "wrong",
    [
        "{",
        "[]",
        "7",
        '{"article": "/a"}',
        '{"article": "/a", "views": "3"}',
        '{"article": "/a", "views": true}',
        '{"article": "/a", "views": 3.0}',
        '{"article": "/a", "views": NaN}',
        '{"article": "/a", "views": 3, "title": "x"}',
        '{"article": 5, "views": 3}',
        "[" * 100_000,
    ],
)
def test_a_wrong_line_of_json_is_named(tmp_path: Path, wrong: str) -> None:
    found = read(tmp_path, '{"article": "/ok", "views": 1}\n' + wrong + "\n")

    assert [fault.partition(":")[0] for fault in found.faults] == ["line 2"]


def test_a_file_that_is_no_text_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes(b"\xff\xfe/\x00")

    with pytest.raises(Trouble, match="is not UTF-8"):
        counts_file.read(path)
    with pytest.raises(Trouble, match="cannot be read"):
        counts_file.read(tmp_path / "nothing.csv")


async def test_one_wrong_line_refuses_the_whole_file(redis: Client, redis_url: str, tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text("/a,3\n/b,x\n")
    command = ["import", "counts", "counts.csv", "--site", SITE, "--redis-url", redis_url]

    ended = run(*command, cwd=tmp_path)

    assert ended.returncode == 2
    assert "line 2: views are a whole number" in ended.stderr
    assert await redis.keys("*") == []


async def test_the_command_says_what_it_did(redis: Client, redis_url: str, tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(CSV)

    ended = run(
        *("import", "counts", "counts.csv", "--site", SITE, "--redis-url", redis_url, "--json"), cwd=tmp_path
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == '{"lines": 2, "articles": 2, "changed": 2, "views": 127}\n'
    assert await counts(redis) == {"/a": 120, "/b": 7}

"""What WordPress Popular Posts counted, as starting totals."""

from pathlib import Path

import pytest

from services.cli.importing import counts_file
from services.desk.catalogue import put_articles
from shared import keys
from shared.connection import Client
from tests.desks import SITE
from tests.published import article
from tests.serving import run

COMMAS = 'postid,day,last_viewed,pageviews\n123,2024-01-01 00:00:00,2026-02-21 17:09:00,57\n"7","","","3"\n'
TABS = "postid\tlast_viewed\tpageviews\n123\t2026-02-21 17:09:00\t57\n7\tNULL\t3\n"
SEMICOLONS = '"postid";"pageviews";"last_viewed"\r\n"123";"57";"2026-02-21"\r\n"7";"3";""\r\n'


@pytest.mark.parametrize("text", [COMMAS, TABS, SEMICOLONS], ids=["commas", "tabs", "semicolons"])
def test_the_table_is_read_however_it_was_exported(tmp_path: Path, text: str):
    (tmp_path / "table").write_text(text)

    found = counts_file.read(tmp_path / "table")

    assert (found.views, found.lines, found.faults) == ({"123": 57, "7": 3}, 2, [])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("123,57", "line 2: 2 columns instead of postid,last_viewed,pageviews"),
        ("123,,many", "line 2: views are a whole number from 0 on, not 'many'"),
        (",,57", "line 2: '': an article id is at least one character long"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, wrong: str, said: str):
    (tmp_path / "table").write_text(f"postid,last_viewed,pageviews\n{wrong}\n")

    assert counts_file.read(tmp_path / "table").faults == [said]


async def test_the_number_of_a_post_leads_to_its_article(redis: Client, redis_url: str, tmp_path: Path):
    await put_articles(redis, SITE, [article("/2026/story", aliases=("123",))])
    (tmp_path / "posts.csv").write_text(COMMAS)

    ended = run(*("import", "counts", "posts.csv", "--site", SITE, "--redis-url", redis_url), cwd=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert await redis.hgetall(keys.count(0, SITE)) == {b"/2026/story": b"57", b"7": b"3"}

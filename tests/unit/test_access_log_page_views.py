"""What of a log is a page view, and of which article."""

import re
from pathlib import Path

import pytest

from services.cli.importing.log_line import LogLine
from services.cli.importing.page_view import ASSETS, Rules, article_of
from services.cli.importing.skip import Skip

READER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
BLOG = Rules(match=re.compile("^/(blog|projects)/"))


def line(
    target: str = "/blog/a", *, method: str = "GET", status: int = 200, agent: str | None = READER
) -> LogLine:
    return LogLine("203.0.113.7", 1_431_857_103_000, method, target, status, agent)


@pytest.mark.parametrize("status", [200, 304])
def test_a_get_answered_200_or_304_is_a_page_view(status: int) -> None:
    assert article_of(line(status=status), BLOG) == "/blog/a"


@pytest.mark.parametrize("status", [204, 206, 301, 404, 416, 500])
def test_any_other_answer_is_none(status: int) -> None:
    assert article_of(line(status=status), BLOG) is Skip.STATUS


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "get"])
def test_any_other_method_is_none(method: str) -> None:
    assert article_of(line(method=method), BLOG) is Skip.NOT_GET


@pytest.mark.parametrize("target", ["/", "/about/", "/blog", "//blog/a", "/x?/blog/a"])
def test_a_path_that_does_not_match_is_none(target: str) -> None:
    assert article_of(line(target), BLOG) is Skip.NOT_MATCHED


def test_without_a_pattern_every_path_is_taken() -> None:
    assert article_of(line("/about/"), Rules()) == "/about"
    assert article_of(line("/"), Rules()) == "/"


@pytest.mark.parametrize(
    "name",
    ["x.png", "x.PNG", "x.swf", "a.b.txt", "feed.xml", "index.rss", "x.css?v=3", "x.tar.gz", "x.woff2"],
)
def test_a_static_asset_is_none(name: str) -> None:
    assert article_of(line(f"/blog/{name}"), BLOG) is Skip.ASSET


@pytest.mark.parametrize("name", ["x.html", "x.xhtml", "x.php", "release-1.2", "x.png/", "png", "a.txt.html"])
def test_a_page_is_no_asset(name: str) -> None:
    assert article_of(line(f"/blog/{name}"), BLOG) == f"/blog/{name}".rstrip("/")


def test_slashes_at_the_end_merge() -> None:
    ids = {
        article_of(line(target), BLOG) for target in ("/blog/a", "/blog/a/", "/blog/a//", "/blog/a/?page=2")
    }

    assert ids == {"/blog/a"}


def test_odd_characters_are_encoded_alike() -> None:
    assert article_of(line("/blog/year review"), BLOG) == "/blog/year%20review"
    assert article_of(line("/blog/year%20review"), BLOG) == "/blog/year%20review"
    assert article_of(line("/blog/caf\u00e9"), BLOG) == article_of(line("/blog/caf%c3%a9"), BLOG)
    assert article_of(line("/blog/:("), BLOG) == "/blog/:%28"


def test_a_byte_that_is_no_utf8_is_encoded_as_it_is() -> None:
    assert article_of(line("/blog/caf\udce9"), BLOG) == "/blog/caf%E9"


def test_a_whole_address_as_target_means_its_path() -> None:
    assert article_of(line("http://blog.example/blog/a/?x=1"), BLOG) == "/blog/a"
    assert article_of(line("HTTPS://blog.example"), Rules()) == "/"


@pytest.mark.parametrize("target", ["*", "blog.example:443", "blog/a"])
def test_a_target_that_is_neither_path_nor_address_is_a_broken_request(target: str) -> None:
    assert article_of(line(target), Rules()) is Skip.BROKEN_REQUEST


def test_a_control_character_makes_no_article() -> None:
    assert article_of(line("/blog/a\x00b"), BLOG) is Skip.BAD_ARTICLE_ID


def test_an_address_that_cannot_be_split_makes_no_article() -> None:
    assert article_of(line("http://[blog/a"), Rules()) is Skip.BAD_ARTICLE_ID


def test_query_keys_of_the_site_name_articles() -> None:
    assert article_of(line("/?p=7&utm_source=x"), Rules(query_keys=("p",))) == "/%3Fp%3D7"


@pytest.mark.parametrize("agent", ["Googlebot/2.1 (+http://www.google.com/bot.html)", ""])
def test_a_bot_is_dropped_unless_bots_are_kept(agent: str) -> None:
    assert article_of(line(agent=agent), BLOG) is Skip.BOT
    assert article_of(line(agent=agent), Rules(drop_bots=False)) == "/blog/a"


def test_a_log_without_agents_tells_nothing_about_bots() -> None:
    assert article_of(line(agent=None), BLOG) == "/blog/a"


def test_an_alias_means_its_article() -> None:
    aliases = {"/blog/old": "/blog/a"}
    rules = Rules(resolve=lambda article: aliases.get(article, article))

    assert article_of(line("/blog/old/"), rules) == "/blog/a"


def test_the_first_reason_that_applies_is_given() -> None:
    assert article_of(line("/x.png", method="POST", status=404, agent=""), BLOG) is Skip.NOT_GET
    assert article_of(line("/blog/x.png", agent=""), BLOG) is Skip.ASSET


def test_the_documented_list_of_assets_is_the_one_in_use() -> None:
    text = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    table = text.partition("a static asset:")[2].partition("The article is")[0]
    rows = [line.split("|")[2].split() for line in table.splitlines() if line.startswith("| ")]

    assert sorted(extension for row in rows for extension in row) == sorted(ASSETS)

"""The small things that feeds write in many ways: texts, moments, ids, and how long to wait."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.desk.follow.moments import read_moment
from services.desk.follow.names import names_of
from services.desk.follow.plain_text import cut, from_html
from services.desk.follow.rest import LONGEST, rest

NEW_YORK = ZoneInfo("America/New_York")
FIVE_PAST_FIVE = datetime(2026, 2, 21, 17, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Plain  text\n here", "Plain text here"),
        ("Tom &amp; Jerry&#8217;s", "Tom & Jerry’s"),
        ("a < b & c", "a < b & c"),
        ("<p>One.</p><p>Two<br>three</p>", "One. Two three"),
        ("half a <b>wo</b>rd", "half a word"),
        ("<script>alert(1)</script>seen<style>p{}</style>", "seen"),
        ("<!-- no -->seen", "seen"),
        ("<img src=x onerror=alert(1)>", ""),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("a\x00b\x07c\ud800", "abc"),
        ("", ""),
        ("<", "<"),
    ],
)
def test_html_becomes_what_a_reader_sees(html: str, text: str):
    assert from_html(html) == text


@pytest.mark.parametrize("piece", ["<", "<a ", "&", "<b>", "<!--", "<![CDATA[", "</p>"])
def test_html_made_to_be_slow_is_read_like_any_other(piece: str):
    assert len(from_html(piece * 1_000_000)) <= 20_000


def test_a_text_is_cut_between_words_where_one_ends_near_by():
    assert cut("short", 10) == "short"
    assert cut("nine or ten letters", 12) == "nine or ten…"
    assert cut("one internationalisation", 15) == "one internatio…"
    assert cut("x" * 20, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    "text",
    [
        "Sat, 21 Feb 2026 17:05:00 GMT",
        "Sat, 21 Feb 2026 12:05:00 -0500",
        "21 Feb 2026 12:05 EST",
        "2026-02-21T17:05:00Z",
        "2026-02-21T18:05:00.000+01:00",
        " 2026-02-21 17:05:00+00:00 ",
        "2026-02-21T12:05:00",
        "Sat, 21 Feb 2026 12:05:00",
        "Sat, 21 Feb 2026 12:05:00 -0000",
    ],
)
def test_a_moment_is_read_however_it_is_written(text: str):
    assert read_moment(text, NEW_YORK) == FIVE_PAST_FIVE


@pytest.mark.parametrize(
    "text",
    ["", "now", "21/02/2026", "2026-13-01", "Sat, 99 Feb 2026 17:05:00 GMT", "1771693500", "x" * 1_000],
)
def test_what_is_no_moment_is_none(text: str):
    assert read_moment(text, NEW_YORK) is None


@pytest.mark.parametrize(
    ("guid", "names"),
    [
        ("story-7", ["story-7"]),
        ("tag:news.example,2026:7", ["tag:news.example%2C2026:7"]),
        ("urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6", ["urn:uuid:60a76c80-d399-11d9-b93C-0003939e0af6"]),
        ("https://news.example/2026/a/", ["/2026/a"]),
        ("https://news.example/?p=123", ["123", "/%3Fp%3D123"]),
        ("https://news.example/blog/?p=123", ["123", "/%3Fp%3D123"]),
        ("https://news.example/", []),
        ("https://news.example/?story=9", []),
        ("https://other.example/a", []),
        ("https://[broken/a", []),
        ("two words", []),
        ("ÄÖÜ", []),
        ("x" * 191, []),
        ("/", []),
        ("", []),
    ],
)
def test_an_id_is_kept_when_it_can_name_an_article(guid: str, names: list[str]):
    assert list(names_of([guid], {"news.example"}, ())) == names


def test_what_goes_well_is_asked_again_after_the_interval():
    assert rest(30) == 30


def test_what_fails_is_asked_less_and_less_but_never_forgotten():
    assert [rest(30, failures=n) for n in (1, 2, 3, 4, 5, 6, 60)] == [30, 60, 120, 240, 480, LONGEST, LONGEST]
    assert rest(3_600, failures=5) == 3_600


def test_who_asks_to_be_left_alone_is():
    assert rest(30, failures=1, asked=900) == 900
    assert rest(30, failures=1, asked=5) == 30


def test_more_that_can_be_had_at_once_is_not_waited_for():
    assert rest(30, soon=True) == 1

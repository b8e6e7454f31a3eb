"""How one line of an access log is read, with the odd ones of real life."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.importing.log_line import LogLine, parse
from services.cli.importing.skip import Skip

COMBINED = (
    b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /blog/a?x=1 HTTP/1.1" 200 512 '
    b'"http://elsewhere.example/" "Mozilla/5.0 (X11; Linux x86_64)"'
)


def read(line: bytes) -> LogLine:
    found = parse(line)
    assert isinstance(found, LogLine), found
    return found


def line(request: bytes = b"GET /blog/a HTTP/1.1", at: bytes = b"17/May/2015:10:05:03 +0000") -> bytes:
    return b"203.0.113.7 - - [" + at + b'] "' + request + b'" 200 512 "-" "Mozilla/5.0"'


def test_a_line_of_the_combined_format_is_read() -> None:
    assert read(COMBINED) == LogLine(
        address="203.0.113.7",
        at_ms=int(datetime(2015, 5, 17, 10, 5, 3, tzinfo=UTC).timestamp()) * 1000,
        method="GET",
        target="/blog/a?x=1",
        status=200,
        agent="Mozilla/5.0 (X11; Linux x86_64)",
    )


def test_a_line_of_the_common_format_says_nothing_about_the_agent() -> None:
    found = read(b'203.0.113.7 - frank [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.0" 304 -')

    assert (found.status, found.agent) == (304, None)


def test_an_agent_that_was_not_sent_is_empty() -> None:
    assert read(COMBINED.replace(b"Mozilla/5.0 (X11; Linux x86_64)", b"-")).agent == ""


@pytest.mark.parametrize(
    ("zone", "utc"),
    [(b"+0000", "10:05"), (b"+0530", "04:35"), (b"-0400", "14:05"), (b"-0930", "19:35"), (b"+1400", "20:05")],
)
def test_the_zone_of_a_time_is_taken_off(zone: bytes, utc: str) -> None:
    found = read(line(at=b"17/May/2015:10:05:03 " + zone))

    assert datetime.fromtimestamp(found.at_ms / 1000, UTC).strftime("%H:%M") == utc


def test_a_leap_second_is_the_second_before_it() -> None:
    leap, last = read(line(at=b"30/Jun/2015:23:59:60 +0000")), read(line(at=b"30/Jun/2015:23:59:59 +0000"))

    assert leap.at_ms == last.at_ms


@pytest.mark.parametrize(
    "at",
    [
        b"32/May/2015:10:05:03 +0000",
        b"17/Mai/2015:10:05:03 +0000",
        b"17/May/2015:25:05:03 +0000",
        b"31/Dec/1969:23:59:59 +0000",
        b"01/Jan/2100:00:00:00 +0000",
        b"2015-05-17T10:05:03Z",
        b"",
    ],
)
def test_an_impossible_time_is_told_apart_from_a_broken_line(at: bytes) -> None:
    assert parse(line(at=at)) is Skip.BROKEN_TIME


@pytest.mark.parametrize("request_line", [b"-", b"", b"GET", b"\\x16\\x03\\x01", b"GET  HTTP/1.1"])
def test_a_request_without_method_and_target_is_told_apart_too(request_line: bytes) -> None:
    assert parse(line(request_line)) is Skip.BROKEN_REQUEST


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"hello",
        COMBINED[:-1],
        COMBINED[:60],
        b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 20 5 "-" "x"',
        b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1 200 5',
        b"\x00" * 200,
        b'"' * 5_000,
        b"\\" * 5_000,
    ],
)
def test_what_has_not_the_format_is_a_broken_line(broken: bytes) -> None:
    assert parse(broken) is Skip.BROKEN_LINE


def test_quotes_and_bytes_in_a_request_are_unescaped() -> None:
    found = read(line(rb"GET /caf\xc3\xa9/\"x\"\\y HTTP/1.1"))

    assert found.target == '/café/"x"\\y'


def test_an_escaped_quote_does_not_end_the_agent() -> None:
    assert read(COMBINED.replace(b"X11;", rb"\"X11\";")).agent == r"Mozilla/5.0 (\"X11\"; Linux x86_64)"


def test_a_target_with_spaces_is_kept_whole() -> None:
    assert read(line(b"GET /a b c HTTP/1.1")).target == "/a b c"


def test_a_request_of_the_first_protocol_has_no_version() -> None:
    assert read(line(b"GET /a")).target == "/a"


def test_the_virtual_host_in_front_is_passed_over() -> None:
    assert read(b"www.blog.example:443 " + COMBINED).address == "203.0.113.7"


def test_an_address_of_version_6_is_no_virtual_host() -> None:
    assert read(COMBINED.replace(b"203.0.113.7", b"2001:db8::7")).address == "2001:db8::7"


def test_a_user_with_a_space_does_not_break_the_line() -> None:
    assert read(COMBINED.replace(b"- - [", b"- Jane Doe [")).address == "203.0.113.7"


def test_fields_behind_the_agent_are_passed_over() -> None:
    assert read(COMBINED + b' 0.012 "203.0.113.9"').agent == "Mozilla/5.0 (X11; Linux x86_64)"


@given(st.binary(max_size=300))
def test_no_line_at_all_is_an_error(raw: bytes) -> None:
    assert isinstance(parse(raw), LogLine | Skip)


@given(st.binary(max_size=60), st.integers(0, len(COMBINED)))
def test_no_damaged_line_is_an_error(raw: bytes, at: int) -> None:
    assert isinstance(parse(COMBINED[:at] + raw + COMBINED[at:]), LogLine | Skip)

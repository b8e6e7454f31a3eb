"""One line of an Apache access log, in the combined or the common format.

    203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /blog/a HTTP/1.1" 200 512 "referer" "agent"

What real logs add is read too: a `host:port` of the virtual server in front,
further fields behind, a user with spaces, quotes escaped by a backslash and
bytes written as \\xhh, requests without a protocol.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from services.cli.importing.skip import Skip

_LINE = re.compile(
    r"(?:[\w.-]+:\d+\ )?"
    r"(?P<address>\S+)\ \S+\ [^\[]*?"
    r"\[(?P<time>[^\]]*+)\]\ "
    r'"(?P<request>(?:[^"\\]++|\\.)*+)"\ '
    r"(?P<status>\d{3})\ (?:\d+|-)"
    r'(?:\ "(?:[^"\\]++|\\.)*+"\ "(?P<agent>(?:[^"\\]++|\\.)*+)"(?:\ .*)?|\ [^"]*)?',
    re.VERBOSE,
)
_REQUEST = re.compile(r"(?P<method>[A-Za-z]+) (?P<target>\S.*?)(?: HTTP/\d(?:\.\d)?)?")
_TIME = re.compile(r"(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR_2100 = 4_102_444_800
"""An entry takes no later time."""
_ESCAPED = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)")
_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"v": b"\v", b"f": b"\f"}


class LogLine(NamedTuple):
    """One request, as the server wrote it down."""

    address: str
    at_ms: int
    """Unix milliseconds."""
    method: str
    target: str
    """A path with its query, or a whole address; a byte that is no UTF-8 is half a surrogate pair."""
    status: int
    agent: str | None
    """Empty when the reader sent none, None when the format does not say."""


def parse(raw: bytes) -> LogLine | Skip:
    """Return the request of one line without its line end, or why it cannot be read."""
    line = _LINE.fullmatch(raw.decode("utf-8", "surrogateescape"))
    if line is None:
        return Skip.BROKEN_LINE
    request = _REQUEST.fullmatch(_plain(line["request"]))
    if request is None:
        return Skip.BROKEN_REQUEST
    at = _moment(line["time"])
    if at is None:
        return Skip.BROKEN_TIME
    agent = "" if line["agent"] == "-" else line["agent"]
    return LogLine(
        line["address"], at * 1000, request["method"], request["target"], int(line["status"]), agent
    )


def _moment(text: str) -> int | None:
    """Return the Unix second of `17/May/2015:10:05:03 +0000`, None when it is no time since 1970."""
    found = _TIME.fullmatch(text)
    minute = found and _minute(found[1])
    if not found or minute is None:
        return None
    ahead = (int(found[4]) * 60 + int(found[5])) * 60 * (1 if found[3] == "+" else -1)
    # A leap second is written as the sixtieth.
    moment = minute + min(int(found[2]), 59) - ahead
    return moment if 0 <= moment < _YEAR_2100 else None


@lru_cache(maxsize=1_024)
def _minute(text: str) -> int | None:
    """Return the Unix second at which the minute `17/May/2015:10:05` of UTC began."""
    day, month, rest = text.split("/")
    year, hour, minute = rest.split(":")
    if month not in _MONTHS:
        return None
    try:
        begin = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), tzinfo=UTC)
    except ValueError:
        return None
    return int(begin.timestamp())


def _plain(text: str) -> str:
    """Undo the escapes with which a server writes quotes and bytes."""
    if "\\" not in text:
        return text
    octets = _ESCAPED.sub(_unescaped, text.encode("utf-8", "surrogateescape"))
    return octets.decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[bytes]) -> bytes:
    found = match[1]
    return bytes([int(found[1:], 16)]) if len(found) == 3 else _CONTROL.get(found, found)

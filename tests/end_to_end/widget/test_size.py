"""What a page pays for the widget, in the bytes the service sends."""

import gzip

import brotli
import httpx
import pytest

from tests.end_to_end.widget.newsroom import Newsroom

CEILING = 6_144
PROMISE = {"gzip": 5_760, "br": 5_180}
"""Kept until somebody decides otherwise: a feature that needs more takes something else away."""


@pytest.mark.parametrize(("coding", "expand"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
async def test_it_is_small(newsroom: Newsroom, coding: str, expand):
    async with httpx.AsyncClient(base_url=newsroom.url, trust_env=False) as client:
        plain = await client.get("/widget.v1.js", headers={"accept-encoding": "identity"})
        async with client.stream("GET", "/widget.v1.js", headers={"accept-encoding": coding}) as answer:
            sent = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == coding
    assert expand(sent) == plain.content
    assert len(sent) <= PROMISE[coding] <= CEILING

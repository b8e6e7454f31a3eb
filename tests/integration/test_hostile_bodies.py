"""Whatever is sent to the collector, it answers, forgets, and writes no line that somebody else worded."""

import gc
import logging
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from io import StringIO
from typing import Any

import pytest

from services.cli import logs
from shared.connection import Client
from shared.http import ASGIApp
from tests.collectors import BATCH_KEY, collector_at
from tests.hostile import FORGED, Attack, attacks

NUMBER = int(os.environ.get("GROUNDSWELL_HOSTILE_BODIES", "5000"))
"""`GROUNDSWELL_HOSTILE_BODIES=100000` is the full size."""

WARM = 2_000
"""Requests after which what is remembered on purpose is remembered."""


@pytest.fixture
def log() -> Iterator[StringIO]:
    """The log of a process, as it is written."""
    root = logging.getLogger()
    loggers = [root, logging.getLogger("services"), logging.getLogger("shared")]
    before, levels = root.handlers[:], [logger.level for logger in loggers]
    logs.configure("collector", "debug")
    written = StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = before
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


async def answer(app: ASGIApp, attack: Attack) -> tuple[int, Mapping[bytes, bytes], bytes]:
    """Return status, headers and body of the answer to an attack."""
    told: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": attack.body}

    async def send(message: Mapping[str, Any]) -> None:
        told.append(message)

    scope = {
        "type": "http",
        "method": attack.method,
        "path": attack.path,
        "query_string": attack.query,
        "client": ("203.0.113.9", 1),
        "headers": attack.headers,
    }
    await app(scope, receive, send)
    return told[0]["status"], dict(told[0]["headers"]), told[1]["body"]


async def grown(number: int, ask: Callable[[Attack], Awaitable[object]]) -> float:
    """Return how many blocks of memory one request leaves behind."""
    for attack in attacks(1, WARM, BATCH_KEY):
        await ask(attack)
    gc.collect()
    before = sys.getallocatedblocks()
    for attack in attacks(2, number, BATCH_KEY):
        await ask(attack)
    gc.collect()
    return (sys.getallocatedblocks() - before) / number


async def test_nothing_breaks_nothing_stays_and_nobody_writes_our_log(
    redis: Client, redis_url: str, log: StringIO
) -> None:
    statuses: Counter[int] = Counter()
    async with collector_at(redis_url) as collector:
        assert collector.app is not None
        app = collector.app

        async def ask(attack: Attack) -> None:
            status, headers, body = await answer(app, attack)
            statuses[status] += 1
            assert status < 500, (attack, body)
            assert not any(b"\n" in value or b"\r" in value for value in headers.values()), attack
            if status >= 400:
                assert headers[b"content-type"] == b"application/problem+json"
                assert b"<script" not in body

        left = await grown(NUMBER, ask)

    assert left < 1, left
    assert {202, 200, 400, 401, 413, 415, 422} <= set(statuses), statuses
    assert statuses[202] > NUMBER / 100
    assert FORGED not in log.getvalue()


async def test_a_memory_that_grows_would_be_found() -> None:
    kept: list[list[bytes]] = []

    async def ask(attack: Attack) -> None:
        kept.append([attack.body])

    assert await grown(1_000, ask) > 1


def test_what_a_stranger_words_stays_within_its_line(log: StringIO) -> None:
    cuts = ("\n", "\r\n", "\r", "\x85", "\u2028", "\x0b", "\x1c")
    for cut in cuts:
        logging.getLogger("services").warning("a reader said %s", f"a{cut}{FORGED}")

    lines = log.getvalue().splitlines()
    assert len(lines) == len(cuts)
    assert all(": a reader said a: 2026-" in line for line in lines)

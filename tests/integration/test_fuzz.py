"""Whatever a stranger sends, everything answers, forgets, counts and logs as it should."""

import logging
from typing import Any

from shared.connection import Client
from shared.http import Receive, Scope, Send
from tests.fuzz.answering import Answer
from tests.fuzz.asking import Asked, ask
from tests.fuzz.documents import Documents
from tests.fuzz.hearing import Heard, forged, hearing
from tests.fuzz.running import fuzz
from tests.fuzz.stage import Stage, stage
from tests.fuzz.wire import on_the_wire
from tests.fuzz.words import FORGED

REQUESTS = 2_000
"""`python -m tests.fuzz` sends eighty times as many."""

LEARNS = 5
"""Blocks of memory that may stay for each of so few requests: what is remembered on purpose still grows."""


async def test_no_body_breaks_anything_stays_in_memory_or_words_the_log(
    redis: Client, redis_url: str
) -> None:
    with hearing() as heard:
        async with stage(redis, redis_url) as everything:
            documents = await Documents.of(everything.apps)
            told = await fuzz(everything, REQUESTS, documents=documents, grows=LEARNS)
            told.faults += await on_the_wire(everything, REQUESTS // 40)

    assert [*told.faults, *heard.faults] == []
    assert {200, 202, 400, 401, 404, 405, 409, 413, 415, 422} <= set(told.statuses)
    assert told.series < 10
    assert told.books.accepted > REQUESTS / 50


async def careless(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what was asked, keep it, and give up at what is odd."""
    kept.append([scope])
    logging.getLogger("services").error(scope["path"])
    if scope["method"] == "POST":
        raise ValueError(scope["path"])
    headers = [(b"content-type", b"text/html"), *scope["headers"]]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": scope["path"].encode("utf-8", "replace")})


kept: list[Any] = []


async def test_a_careless_application_would_be_found(redis: Client) -> None:
    kept.clear()
    everything = Stage(dict.fromkeys(("web", "desk", "management"), careless), redis, {})
    with hearing() as heard:
        told = await fuzz(everything, 500)
        told.faults += await on_the_wire(everything, 20)
    kept.clear()

    for what in (
        *("status 500", "ValueError", "a header that is two", "a refusal as", "may be guessed", "told as"),
        *("blocks of memory stay", "answered b'HTTP/1.1 500", "web answers nobody", "desk answers nobody"),
    ):
        assert any(what in fault for fault in told.faults), what
    assert told.growth > LEARNS
    assert heard.faults


async def test_an_answer_that_no_document_tells_of_would_be_found(redis: Client, redis_url: str) -> None:
    asked = Asked(0, "web", "GET", "/v1/counts", b"", [], [b""], False, "127.0.0.1")
    json = {b"content-type": b"application/json"}
    problem = {b"content-type": b"application/problem+json"}
    async with stage(redis, redis_url) as everything:
        documents = await Documents.of(everything.apps)

    for answer, what in (
        (Answer(418, problem, b"{}"), "no document tells of 418"),
        (Answer(200, problem, b"{}"), "not of 'application/problem+json'"),
        (Answer(200, json, b"{}"), "not of the schema"),
        (Answer(200, json, b'{"counts": {"a": "many"}}'), "not of the schema"),
        (Answer(400, problem, b'{"type": "about:blank", "title": "A", "status": 400}'), "not of the schema"),
    ):
        assert [what in fault for fault in documents.faults(asked, answer)] == [True]
    assert list(documents.faults(asked, Answer(200, json, b'{"counts": {"a": 147}}'))) == []


def test_a_request_is_the_same_every_time_it_is_asked_for() -> None:
    assert ask(1, 7, 0.0) == ask(1, 7, 0.0)
    assert ask(1, 7, 0.0) != ask(2, 7, 0.0)


def test_a_record_that_becomes_two_lines_would_be_found() -> None:
    heard = Heard()
    heard.write(f"{FORGED}\n")
    assert heard.broken == []

    heard.write(f"{FORGED}\n{FORGED}\n")
    heard.write(f"a\r{FORGED}\n")
    heard.write(f"{FORGED} \x1b[2K\n")
    assert len(heard.broken) == 3


def test_nobody_but_us_words_a_line_of_the_log() -> None:
    assert forged() == []

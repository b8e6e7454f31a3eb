"""A refused request has a name, in its answer and in the log, by which a reader's report is found."""

import json
import logging
import re
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.cli.log_json import JsonLine
from shared import refusals
from shared.address import spans
from shared.connection import Client
from shared.http import ASGIApp, Request, Response, Routes
from shared.problem import Kind, Problem
from shared.request_id import named_by
from shared.settings import Settings
from shared.tracing import tracing
from tests import collectors, desks
from tests.otlp import Receiver, receiving
from tests.published import SITE, query
from tests.tracing import exporting_to, settings_of, traceparent

MADE = re.compile(r"[0-9a-f]{16}")


async def breaks(request: Request) -> Response:
    """Fail as nobody foresaw."""
    raise RuntimeError("out of paper")


async def away(request: Request) -> Response:
    """Refuse because something is away."""
    raise Problem(Kind.UNAVAILABLE)


async def well(request: Request) -> Response:
    """Answer."""
    return Response(200, b"well")


def routes() -> Routes:
    """Return an application with one address of each kind, behind the proxies that are trusted by default."""
    table = {"/breaks": breaks, "/away": away, "/well": well}
    name_of = named_by(spans(Settings().trusted_proxies))
    return Routes({path: {"GET": handler} for path, handler in table.items()}, name_of=name_of)


def client_of(app: ASGIApp, peer: str = "203.0.113.9") -> httpx.AsyncClient:
    """Return a client at this address."""
    transport = httpx.ASGITransport(app, client=(peer, 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://service.example")


def name_in(answer: httpx.Response) -> str:
    """Return the name of a refused request, which its header and its document agree on."""
    name = str(answer.json()["request_id"])
    assert answer.headers["x-request-id"] == name
    return name


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """What takes the spans of services that begin now."""
    with receiving() as running:
        exporting_to(running.endpoint, monkeypatch)
        yield running


async def test_every_service_names_what_it_refuses_and_lets_pages_read_it(redis: Client, redis_url: str):
    async with (
        collectors.collector_at(redis_url) as collector,
        desks.desk_at(redis_url) as desk,
        query(redis_url) as (_, asking),
        collectors.client_of(collector) as posting,
        desks.client_of(desk) as editing,
    ):
        posted = await posting.post("/v1/views", json={"site": SITE, "article": "a"})
        refused = [
            await posting.post("/v1/views", content=b"{", headers={"content-type": "text/plain"}),
            await posting.post("/v1/views/batch", json=[]),
            await asking.get("/v1/counts"),
            await asking.get("/nowhere"),
            await editing.put("/v1/article", json={}),
        ]

    names = [name_in(answer) for answer in refused]
    assert all(MADE.fullmatch(name) for name in names)
    assert len(set(names)) == len(names)
    assert posted.status_code == 202
    assert "x-request-id" not in posted.headers
    for answer in (refused[0], refused[2]):
        assert "x-request-id" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("peer", "given", "taken"),
    [
        ("127.0.0.1", "edge-4711.A_b", True),
        ("203.0.113.9", "edge-4711.A_b", False),
        ("127.0.0.1", "short", False),
        ("127.0.0.1", "x" * 65, False),
        ("127.0.0.1", 'a"b"c"d"e"f', False),
        ("127.0.0.1", "\x1b[2Kforged", False),
        ("127.0.0.1", "edge-4711\tb", False),
    ],
)
async def test_a_name_is_taken_of_a_trusted_proxy_that_writes_it_well(peer: str, given: str, taken: bool):
    async with client_of(routes(), peer) as client:
        answer = await client.get("/away", headers={"x-request-id": given})

    assert (name_in(answer) == given) is taken
    assert taken or MADE.fullmatch(name_in(answer))


async def test_two_names_are_none():
    async with client_of(routes(), "127.0.0.1") as client:
        both = [("x-request-id", "edge-4711"), ("x-request-id", "edge-4712")]
        answer = await client.get("/away", headers=both)

    assert MADE.fullmatch(name_in(answer))


async def test_a_fault_of_ours_is_in_the_log_under_its_name_each_time(caplog: pytest.LogCaptureFixture):
    async with client_of(routes()) as client:
        answers = [await client.get("/breaks") for _ in range(3)]

    told = [json.loads(JsonLine("web").format(record)) for record in caplog.records]
    failed = [one for one in told if one["level"] == "error"]
    assert [one["request_id"] for one in failed] == [name_in(answer) for answer in answers]
    assert {one["message"] for one in failed} == {"/breaks failed"}
    assert {one["error"] for one in failed} == {"RuntimeError: out of paper"}
    assert "paper" not in answers[0].text


async def test_what_cannot_be_served_is_told_now_and_then(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.INFO, "shared")
    async with client_of(routes()) as client:
        first, *_ = [await client.get("/away") for _ in range(50)]
        monkeypatch.setattr(refusals, "SELDOM", 0.0)
        last = await client.get("/away")

    told = [record for record in caplog.records if record.name == "shared.refusals"]
    assert [record.getMessage() for record in told] == [
        "/away cannot be served: unavailable",
        "/away cannot be served: unavailable, and 49 more since the last line",
    ]
    assert [record.request_id for record in told] == [name_in(first), name_in(last)]  # type: ignore[attr-defined]


async def test_what_is_wrong_with_a_request_is_told_to_who_looks_for_it_and_never_what_it_said(
    caplog: pytest.LogCaptureFixture,
):
    async with client_of(routes()) as client:
        caplog.set_level(logging.INFO, "shared")
        await client.get("/zqNowhere?zqMark")
        quiet = [record for record in caplog.records if record.name == "shared.refusals"]
        caplog.set_level(logging.DEBUG, "shared")
        answer = await client.get("/zqNowhere?zqMark", headers={"user-agent": "zqMark"})
        await client.post("/well")
        await client.get("/well")

    told = [record for record in caplog.records if record.name == "shared.refusals"]
    assert quiet == []
    assert [record.getMessage() for record in told] == [
        "a request is refused: not-found",
        "/well is refused: method-not-allowed",
    ]
    assert told[0].request_id == name_in(answer)  # type: ignore[attr-defined]


async def test_a_line_within_a_trace_that_is_kept_names_it(receiver: Receiver):
    lines: list[dict[str, str]] = []

    class Written(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(JsonLine("web").format(record)))

    log, handler = logging.getLogger("shared.refusals"), Written()
    log.addHandler(handler)
    kept, trace = traceparent()
    settings = settings_of("redis://127.0.0.1:1/0")
    with tracing(settings, "web", CollectorRegistry()) as given:
        app = given["tracing"].requests(routes(), routes().handlers)
        async with client_of(app) as client:
            for parent in (kept, traceparent(sampled=False)[0]):
                await client.get("/breaks", headers={"traceparent": parent})
    log.removeHandler(handler)

    assert [one.get("trace_id") for one in lines] == [trace, None]
    (asked,) = receiver.spans
    assert (asked.trace, asked.failed) == (trace, True)
    assert asked.attributes["groundswell.request_id"] == lines[0]["request_id"]

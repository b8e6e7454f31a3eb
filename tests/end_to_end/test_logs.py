"""What is written to stderr, by all that runs: one JSON object an event, whatever happens to it."""

import asyncio
import json
import re
import signal
from typing import Any
from urllib.parse import urlsplit

import psutil

from shared import keys
from shared.connection import UNAVAILABLE
from tests.end_to_end.conftest import Serve
from tests.serving import PROCESSES, SITE, Serving
from tests.waiting import wait_until

VIEWS = 200
ADDRESS, AGENT = "203.0.113.177", "zqAgentMark"
EVIL = '\x1b[2K\n{"level": "error", "message": "all is lost"}'
READER = {"x-forwarded-for": ADDRESS, "user-agent": f"Mozilla/5.0 Firefox/144.0 {AGENT}"}


async def load(serving: Serving, first: int) -> None:
    """Read articles, and ask for what is wrong in every way there is."""

    async def read(number: int) -> None:
        view = {"site": SITE, "article": f"/{number}"}
        await serving.http.post("/v1/views", json=view, headers=READER)

    for start in range(first, first + VIEWS // 2, 50):
        await asyncio.gather(*(read(number) for number in range(start, start + 50)))
    for body in (b"{", json.dumps({"site": EVIL, "article": EVIL}).encode()):
        await serving.http.post("/v1/views", content=body, headers={**READER, "content-type": "text/plain"})
    await serving.http.get("/v1/counts", params={"site": EVIL, "ids": EVIL}, headers=READER)
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(serving.url).port)
    writer.write(f"NONSENSE {EVIL}\r\n\r\n".encode())
    await reader.read(1_000)
    writer.close()


async def counted(serving: Serving) -> int:
    """Return how many views are counted, 0 while Redis does not say so."""
    try:
        return int(await serving.redis.hget(keys.total(0), "counted") or 0)
    except UNAVAILABLE:
        return 0


async def killed(serving: Serving, name: str) -> None:
    """Kill a process outright, and return once another is in its place."""
    before = json.loads((serving.data_dir / "serve.json").read_text())["pids"][name]
    psutil.Process(before[0]).send_signal(signal.SIGKILL)

    def another() -> bool:
        now = json.loads((serving.data_dir / "serve.json").read_text())["pids"][name]
        return bool(now) and now != before

    await wait_until(another, f"{name} runs again", 60)


async def test_every_line_is_an_event_under_load_and_while_redis_is_away(serve: Serve):
    async with serve("--log-level", "debug") as serving:
        await load(serving, 0)
        await killed(serving, "redis")
        await load(serving, VIEWS)

        async def all_counted() -> bool:
            return await counted(serving) == VIEWS

        await wait_until(all_counted, "everything is counted", 60)
        assert serving.end() == 0
        written = (serving.data_dir / "test.stderr").read_text()

    told: list[dict[str, Any]] = [json.loads(line) for line in written.splitlines()]
    assert {one["service"] for one in told} == {"serve", *PROCESSES}
    for one in told:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", one["time"])
        assert one["level"] in ("debug", "info", "warning", "error", "critical")
        assert isinstance(one["message"], str)
    assert "all is lost" not in {one["message"] for one in told}
    assert len(told) < VIEWS / 2, "no view has a line of its own"
    assert [one for one in told if re.match(r"redis .*signal 9.*; starting it again", one["message"])]
    assert [one for one in told if one["message"].startswith("Groundswell runs. Open http://127.0.0.1:")]
    refused = [one for one in told if one["logger"] == "shared.refusals"]
    assert {one["message"] for one in refused} >= {
        "/v1/views is refused: bad-json",
        "/v1/counts is refused: unknown-site",
    }
    assert all(re.fullmatch(r"[0-9a-f]{16}", one["request_id"]) for one in refused)
    for mark in (ADDRESS, AGENT, "Firefox", "zq"):
        assert mark not in written

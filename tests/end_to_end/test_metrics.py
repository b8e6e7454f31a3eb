"""What a running installation of ten sites tells Prometheus: what is documented, little, and the truth."""

import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from shared import heartbeat
from tests.serving import PROCESSES, SITE, Serving, run
from tests.serving import serve as start
from tests.unit.test_metrics_documented import HEADINGS, registered
from tests.waiting import wait_until

pytestmark = pytest.mark.asyncio(loop_scope="module")

SITES = [SITE, *(f"site-{n}.example" for n in range(9))]
MOST_SERIES = 400
EVERY = {"ProcessMetrics"}
PUBLIC = {*EVERY, "ServerMetrics"}
TELLS = {
    "web": {*PUBLIC, "CollectorMetrics", "SpoolMetrics", "QueryMetrics", "HeartbeatMetrics"},
    "counter": {*EVERY, "MemoryMetrics", "CounterMetrics"},
    "ranker": {*EVERY, "RankerMetrics"},
    "desk": {*PUBLIC, "DeskMetrics", "FollowMetrics"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def beating(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """A running `groundswell serve` of ten sites that sends a heartbeat every second."""
    env = {"GROUNDSWELL_HEARTBEAT_INTERVAL": "1"}
    async with start(tmp_path_factory.mktemp("beating") / "var", sites=SITES, env=env) as running:
        yield running


async def scraped(serving: Serving, process: str) -> dict[str, float]:
    """Return every series of a process by its name and labels, as one scrape of Prometheus sees it."""
    text = (await serving.http.get(f"{serving.management[process]}/metrics")).text
    return {
        sample.name + json.dumps(sample.labels, sort_keys=True): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def value(serving: Serving, process: str, name: str, **labels: str) -> float:
    return (await scraped(serving, process))[f"groundswell_{name}{json.dumps(labels, sort_keys=True)}"]


async def test_a_heartbeat_is_seen_the_whole_way_and_by_nobody_else(beating: Serving):
    async def seen() -> bool:
        return await value(beating, "web", "heartbeat_timestamp_seconds") > 0

    await wait_until(seen, "a heartbeat came through")
    assert await value(beating, "web", "heartbeat_seconds") > 0
    assert await value(beating, "web", "site_views_accepted_total", site=SITE) == 0
    assert await value(beating, "counter", "view_counted_seconds_count") > 0
    audit = run("audit", "--data-dir", str(beating.data_dir), cwd=beating.data_dir)
    assert audit.returncode == 0, audit.stdout
    trending = await beating.http.get("/v1/trending", params={"site": heartbeat.SITE})
    assert trending.headers["x-groundswell-reason"] == "unknown-site"
    board = await beating.http.get(
        "/v1/board", params={"site": heartbeat.SITE}, headers=beating.bearer("newsroom")
    )
    assert board.headers["x-groundswell-reason"] == "unknown-site"
    for shown in (await beating.http.get("/board"), await beating.http.get("/demo/")):
        assert heartbeat.SITE not in shown.text
    kinds = {name.decode().split(":")[1] for name in await beating.redis.keys(f"*{heartbeat.SITE}*")}
    assert kinds == {"count", "board", "hour", "day", "budget"}


@pytest.mark.parametrize("process", PROCESSES)
async def test_a_process_tells_what_is_documented_of_it_and_little(beating: Serving, process: str):
    series = await scraped(beating, process)
    named = {re.sub(r"_(bucket|sum|count)$", "", name) for name in (one.partition("{")[0] for one in series)}
    documented = {(name, kind) for cls in TELLS[process] for name, kind, _, _ in registered(cls)}

    assert set(HEADINGS) >= TELLS[process]
    assert {name for name in named if name.startswith("groundswell_")} <= {name for name, _ in documented}
    # A label that comes with what is seen may not have been seen yet.
    assert {name for name, _ in documented if not _comes_late(name)} <= named
    assert len(series) < MOST_SERIES


def _comes_late(name: str) -> bool:
    late = {
        row[0]
        for cls in HEADINGS
        for row in registered(cls)
        if set(row[2]) & {"site", "partition", "half_life"}
    }
    return name in late


async def test_every_process_says_what_runs_and_that_redis_answers_it(beating: Serving):
    for process in PROCESSES:
        series = await scraped(beating, process)

        assert [one for one in series if one.startswith("groundswell_build_info{")]
        assert series["groundswell_redis_up{}"] == 1


async def test_the_counter_says_how_full_redis_is(beating: Serving):
    told = await beating.redis.info("memory")

    assert await value(beating, "counter", "redis_memory_limit_bytes") == told["maxmemory"]
    assert 0 < await value(beating, "counter", "redis_memory_bytes") < told["maxmemory"]


async def test_requests_are_told_by_their_outcome_with_their_time_and_size(beating: Serving):
    async def asked(outcome: str) -> float:
        return await value(beating, "web", "collector_requests_total", endpoint="view", outcome=outcome)

    before = {outcome: await asked(outcome) for outcome in ("dropped", "refused")}
    bodies = await value(beating, "web", "collector_body_bytes_count", endpoint="view")
    view = {"site": SITE, "article": "a"}

    await beating.http.post("/v1/views", json=view, headers={"user-agent": "curl/8.0"})
    await beating.http.post("/v1/views", json={**view, "site": "nobody.example"})
    await beating.http.post("/v1/views", json=view)

    assert await asked("dropped") == before["dropped"] + 1
    assert await asked("refused") == before["refused"] + 1
    assert await value(beating, "web", "site_views_accepted_total", site=SITE) == 1
    assert await value(beating, "web", "collector_body_bytes_count", endpoint="view") >= bodies + 3
    assert await value(beating, "web", "query_requests_in_flight") == 0


async def test_lists_are_told_by_how_long_they_take_and_how_much_they_change(beating: Serving):
    async def ranked() -> bool:
        return await value(beating, "ranker", "view_listed_seconds_count") > 0

    await wait_until(ranked, "lists were ranked twice")
    assert await value(beating, "ranker", "list_certified_depth", list="trending") > 0
    assert await value(beating, "ranker", "list_entered_total", list="trending") == 0

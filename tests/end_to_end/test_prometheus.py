"""A real Prometheus beside everything that runs: its alerts see what breaks, and dashboards have answers.

The rules are the real ones, sixty times as fast (tests/scaled_rules.py): what
takes them a minute takes a second here. All tests are of one stack; the last
one takes its Prometheus away.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared import dead, keys
from tests.dashboards import NAMES, asked
from tests.end_to_end.watched import ANOTHER, Watched, watched
from tests.integration.test_alerts import ALERTS
from tests.serving import PROCESSES, SITE
from tests.waiting import wait_until

FASTER = 60
AS_GRAFANA_DOES = {"$__rate_interval": "5s", "$site": ".+", "1w": "1s"}
"""What stands for what in an expression: Grafana fills in the first two, and no test runs for a week."""

OF_DAYS = {"GroundswellIngestBurnsSlowly", "GroundswellFreshnessBurnsSlowly"}
"""Alerts that look at days, which are long here too: minutes after the end they still fire."""


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    """Everything there is, with readers, and a Prometheus that watches."""
    async with watched(tmp_path_factory.mktemp("watched"), FASTER) as running:
        yield running


def filled_in(expression: str) -> str:
    """Return an expression as Grafana sends it."""
    for name, value in AS_GRAFANA_DOES.items():
        expression = expression.replace(name, value)
    assert "$" not in expression
    return expression


async def test_every_rule_can_be_evaluated(stack: Watched):
    async def rules() -> list[dict[str, Any]]:
        groups = (await stack.prometheus.told("rules"))["groups"]
        return [rule for group in groups for rule in group["rules"]]

    async def all_were_looked_at() -> bool:
        return all(rule["health"] != "unknown" for rule in await rules())

    await wait_until(all_were_looked_at, "every rule was evaluated")
    assert [(rule["name"], rule["lastError"]) for rule in await rules() if rule["health"] != "ok"] == []


async def test_a_healthy_stack_raises_no_alert(stack: Watched):
    await stack.silent(*ALERTS)


async def test_a_redis_that_is_away_fills_the_spool_and_is_seen(stack: Watched):
    redis = stack.process("redis")
    seen = (
        "GroundswellRedisDown",
        "GroundswellRedisRefusesWrites",
        "GroundswellSpoolFails",
        "GroundswellSpoolNotDraining",
        "GroundswellFreshnessBurnsFast",
        "GroundswellIngestBurnsFast",
    )

    redis.suspend()
    try:
        await stack.fires(*seen)
    finally:
        redis.resume()

    await stack.silent(
        "GroundswellRedisRefusesWrites", "GroundswellSpoolFails", "GroundswellSpoolNotDraining"
    )


async def test_a_counter_that_hangs_is_seen(stack: Watched):
    counter = stack.process("counter")

    counter.suspend()
    try:
        await stack.fires("GroundswellServiceDown", "GroundswellServiceMissing")
    finally:
        counter.resume()

    await stack.silent("GroundswellServiceDown", "GroundswellServiceMissing")


async def test_an_entry_that_nobody_can_count_is_seen(stack: Watched):
    redis = stack.serving.redis
    await redis.xadd(keys.views(0), {"v": "1", "e": "poison", "b": b"\xff no views"})
    await stack.fires("GroundswellDeadLetters")

    for letter in await dead.first(redis, 0, 10):
        await dead.purge(redis, letter)
    await stack.silent("GroundswellDeadLetters")


async def test_a_collector_that_was_killed_is_seen(stack: Watched):
    await asyncio.to_thread(stack.collector.kill)
    await stack.fires("GroundswellServiceDown")
    assert not await stack.prometheus.answers(ANOTHER)

    stack.collector.start()
    await stack.silent("GroundswellServiceDown")


@pytest.mark.parametrize("name", NAMES)
async def test_every_panel_shows_something(stack: Watched, name: str):
    missing: list[str] = []

    async def something() -> bool:
        answers = await asyncio.gather(
            *(stack.prometheus.over(filled_in(expression), seconds=30) for _, expression in asked(name))
        )
        missing[:] = [
            f"{title}: {expression}"
            for (title, expression), series in zip(asked(name), answers, strict=True)
            if not any(value != "NaN" for one in series for _, value in one["values"])
        ]
        return not missing

    try:
        await wait_until(something, "every panel shows something")
    except AssertionError:
        pytest.fail("these show nothing:\n" + "\n".join(missing))


async def test_all_of_it_is_over_when_it_is_over(stack: Watched):
    await stack.silent(*(name for name in ALERTS if name not in OF_DAYS))


async def test_readers_notice_nothing_of_a_prometheus_that_ends(stack: Watched):
    await stack.prometheus.stop()

    http = stack.serving.http
    taken = await http.post("/v1/views", json={"site": SITE, "article": "/unwatched"})
    assert taken.headers["x-groundswell-outcome"] == "accepted"

    async def counted() -> bool:
        answer = await http.get("/v1/counts", params={"site": SITE, "ids": "/unwatched"})
        return bool(answer.json()["counts"]["/unwatched"] == 1)

    await wait_until(counted, "the view is counted")
    assert all([await stack.serving.ready(name) for name in PROCESSES])

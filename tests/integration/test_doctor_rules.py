"""What `groundswell doctor` finds in a Prometheus."""

from dataclasses import replace
from pathlib import Path

from services.cli.doctor.finding import Finding, Level
from services.cli.doctor.rules import rules
from tests.conftest import free_port
from tests.doctors import case_of, here
from tests.real_prometheus import prometheus
from tests.waiting import wait_until

FASTER = 60
LIVE = {"targets": ["127.0.0.1:1"], "labels": {"process": "counter"}}


async def found(url: str) -> list[Finding]:
    return await here(rules, replace(case_of(), prometheus=url))


async def test_without_one_nothing_is_told():
    assert [finding async for finding in rules(case_of())] == []


async def test_alerts_that_fire_lead_to_their_runbooks(tmp_path: Path):
    async with prometheus(tmp_path / "watching", [LIVE], FASTER) as watching:

        async def fires() -> bool:
            return "GroundswellServiceDown" in await watching.firing()

        await wait_until(fires, "a process that is not there is missed", 60)
        [down] = [one for one in await found(watching.url) if "ServiceDown" in one.what]

    assert down.level is Level.WARNING
    assert down.remedy.endswith("/GroundswellServiceDown.md")


async def test_one_that_has_no_rules_and_asks_nobody_is_wrong(tmp_path: Path):
    async with prometheus(tmp_path / "idle", [], FASTER) as idle:
        [asks, *_] = await found(idle.url)
        (tmp_path / "idle" / "prometheus.yml").write_text("global: {}\n")
        idle.process.send_signal(1)

        async def forgotten() -> bool:
            return not (await idle.told("rules"))["groups"]

        await wait_until(forgotten, "it has no rules any more")
        [_, none] = await found(idle.url)

    assert (asks.level, asks.what) == (Level.WRONG, "Prometheus asks none of our processes")
    assert (none.level, none.what) == (Level.WRONG, "Prometheus has none of our alerts")


async def test_what_does_not_answer_or_is_no_prometheus_is_wrong():
    [away] = await found(f"http://127.0.0.1:{free_port()}")
    [odd] = await found("localhost:9090")

    assert (away.level, odd.level) == (Level.WRONG, Level.WRONG)
    assert "does not answer" in away.what
    assert "no Prometheus" in odd.what

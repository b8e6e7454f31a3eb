"""`groundswell doctor`, as an operator runs it."""

import asyncio
import json
from pathlib import Path

from services.cli.doctor.checks import HERE, IN_REDIS
from services.cli.doctor.examine import examine
from services.counter.group import ensure_group
from shared.connection import Client, connect
from shared.partition import load_plan
from shared.settings import Settings
from tests.own_redis import OwnRedis
from tests.serving import SITE, run
from tests.waiting import wait_until


async def test_what_is_wrong_is_told_with_what_to_do_and_exit_1(
    redis: Client, redis_url: str, tmp_path: Path
) -> None:
    await load_plan(redis, 1, 1_771_675_200)
    await ensure_group(redis, 0)

    ended = run("doctor", "--site", SITE, "--redis-url", redis_url, cwd=tmp_path)

    assert ended.returncode == 1, ended.stderr
    lines = ended.stdout.splitlines()
    [line] = [number for number, line in enumerate(lines) if "nobody reads gs:views:{0}" in line]
    assert lines[line].split()[:2] == ["WRONG", "streams"]
    assert lines[line + 1].split()[0] == "->"
    assert " WRONG, " in lines[-1]
    assert all(line == line.rstrip() for line in lines)


async def test_programs_get_every_check_with_its_level(redis: Client, redis_url: str, tmp_path: Path) -> None:
    ended = run("doctor", "--site", SITE, "--redis-url", redis_url, "--json", cwd=tmp_path)

    told = json.loads(ended.stdout)
    assert (ended.returncode, told["well"]) == (1, False)
    # Of the rules only where a Prometheus is named.
    assert {finding["name"] for finding in told["findings"]} == {*HERE, *IN_REDIS} - {"rules"}
    assert all(set(finding) == {"name", "level", "what", "remedy"} for finding in told["findings"])
    levels = [finding["level"] for finding in told["findings"]]
    assert {level: levels.count(level) for level in ("ok", "warning", "wrong", "unknown")} == {
        level: told[level] for level in ("ok", "warning", "wrong", "unknown")
    }
    assert await redis.keys("*") == [], "looking changes nothing"


def test_a_redis_that_is_away_is_found_and_not_an_end(tmp_path: Path) -> None:
    ended = run(
        *("doctor", "--site", SITE, "--redis-url", "redis://:secret@127.0.0.1:1/0", "--json"), cwd=tmp_path
    )

    findings = {finding["name"]: finding for finding in json.loads(ended.stdout)["findings"]}
    assert ended.returncode == 1
    assert findings["redis"]["level"] == "wrong"
    assert "127.0.0.1:1" in findings["redis"]["what"]
    assert {findings[name]["level"] for name in IN_REDIS} == {"unknown"}
    assert "secret" not in ended.stdout + ended.stderr


def test_where_nothing_runs_that_is_what_is_wrong(tmp_path: Path) -> None:
    ended = run("doctor", cwd=tmp_path)

    assert ended.returncode == 1
    assert "nothing runs on var" in ended.stdout
    assert "no Redis is known: latency, " in ended.stdout


def test_a_wrong_setting_is_one_line_and_exit_2(tmp_path: Path) -> None:
    (tmp_path / "groundswell.toml").write_text('dedupe_window = "often"\n')

    ended = run("doctor", cwd=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("groundswell: dedupe_window: ")
    assert ended.stderr.count("\n") == 1


async def test_a_redis_that_still_reads_its_data_is_to_be_waited_for(tmp_path: Path) -> None:
    server = OwnRedis(tmp_path, enable_debug_command="yes", loading_process_events_interval_bytes=1_024)
    await server.start()
    for number in range(1_000):
        await server.client.set(f"gs:{number}", "x" * 1_000)
    await server.client.config_set("key-load-delay", 20_000)
    patient = connect(server.url, deadline=60, name="test")
    reading = asyncio.create_task(patient.execute_command("DEBUG", "RELOAD"))
    try:

        async def loading() -> bool:
            findings = await examine(Settings(redis_url=server.url))
            return any("loading" in one.what and one.remedy.startswith("wait ") for one in findings)

        await wait_until(loading, "it is told that Redis reads its data")
        await server.client.config_set("key-load-delay", 0)
        await reading
    finally:
        await patient.aclose()
        await server.stop()

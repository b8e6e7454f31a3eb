"""A collector that is killed with views in its spool, and the next one, which brings them back."""

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.conftest import free_port
from tests.own_redis import OwnRedis
from tests.posting import BROWSER, SITE
from tests.serving import GROUNDSWELL, environment, run
from tests.spooling import count_all, own_redis
from tests.waiting import wait_until


class Process:
    """One `groundswell collector` of its own."""

    def __init__(self, redis: OwnRedis, data_dir: Path) -> None:
        self.port, self.management = free_port(), free_port()
        command = [str(GROUNDSWELL), "collector", "--site", SITE, "--redis-url", redis.url]
        command += ["--data-dir", str(data_dir), "--port", str(self.port)]
        command += ["--management-port", str(self.management)]
        self.process = subprocess.Popen(command, env=environment(), cwd=data_dir, stdin=subprocess.DEVNULL)

    async def readiness(self) -> dict[str, object]:
        """Return what /readyz says, nothing before it listens."""
        async with httpx.AsyncClient(trust_env=False) as http:
            try:
                return dict((await http.get(f"http://127.0.0.1:{self.management}/readyz")).json())
            except httpx.HTTPError:
                return {}

    async def ready(self) -> bool:
        return self.process.poll() is None and (await self.readiness()).get("ready") is True

    async def post(self, first: int, count: int) -> list[int]:
        """Post views of as many readers, and return the statuses."""
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=BROWSER, trust_env=False, timeout=20
        ) as http:
            answers = await asyncio.gather(
                *(
                    http.post(
                        "/v1/views",
                        json={"site": SITE, "article": "/a"},
                        headers={"user-agent": f"Mozilla/5.0 Firefox/144.0 reader/{n}"},
                    )
                    for n in range(first, first + count)
                )
            )
        return [answer.status_code for answer in answers]

    def end(self, signum: signal.Signals = signal.SIGTERM) -> None:
        """End it with a signal, and wait until it has."""
        self.process.send_signal(signum)
        self.process.wait(30)


@asynccontextmanager
async def collecting(redis: OwnRedis, data_dir: Path) -> AsyncIterator[Process]:
    """Run a collector that is ready."""
    started = Process(redis, data_dir)
    try:
        await wait_until(started.ready, "the collector is ready", 60)
        yield started
    finally:
        if started.process.poll() is None:
            started.end()


async def test_what_a_killed_collector_had_spooled_is_counted_after_its_restart(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    data_dir.mkdir()
    async with own_redis(tmp_path / "redis", appendfsync="always") as redis:
        async with collecting(redis, data_dir) as first:
            assert await first.post(0, 20) == [202] * 20
            redis.kill()
            assert await first.post(20, 30) == [202] * 30
            told = await first.readiness()
            first.end(signal.SIGKILL)
        left = [path.name for path in (data_dir / "spool").glob("*.sqlite3")]
        await redis.start()
        audits = [run("audit", "--redis-url", redis.url, "--data-dir", str(data_dir), "--json", cwd=tmp_path)]

        async with collecting(redis, data_dir) as second:
            await wait_until(lambda: not list((data_dir / "spool").iterdir()), "the spool is empty")
            assert await second.post(50, 1) == [202]
        counted = await count_all(redis.client)
        audits.append(
            run("audit", "--redis-url", redis.url, "--data-dir", str(data_dir), "--json", cwd=tmp_path)
        )

    assert told["ready"] is True
    assert "wait in the spool" in str(told["notes"])
    assert len(left) == 1
    assert counted == 51
    before, after = (json.loads(ended.stdout) for ended in audits)
    assert [ended.returncode for ended in audits] == [0, 0]
    assert (before["partitions"][0]["accepted"], before["partitions"][0]["spooled_views"]) == (50, 30)
    assert (after["partitions"][0]["accepted"], after["partitions"][0]["spooled_views"]) == (51, 0)

"""Everything there is, with readers who never stop, watched by a real Prometheus."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from shared.repeat import every
from shared.settings import Settings
from shared.tasks import end
from tests.chaos.service import Service
from tests.conftest import free_port
from tests.end_to_end.readers import ARTICLES, Readers
from tests.feeds import LOOPBACK, item, publisher, rss
from tests.real_prometheus import FOLDER, Prometheus, prometheus
from tests.serving import PROCESSES, SITE, Serving, serve
from tests.waiting import wait_until

ANOTHER = "another collector"
SPOOL = "32kb"
"""How much a collector keeps on disk, so that little fills it."""

_PAUSE = 0.25
"""Seconds between two looks at the alerts, which Prometheus reckons once a second."""


@dataclass
class Watched:
    """A running serve with another collector beside it, and the Prometheus that watches."""

    serving: Serving
    collector: Service
    """The other collector, which nobody starts again."""
    prometheus: Prometheus

    def process(self, name: str) -> psutil.Process:
        """Return a process of serve, or its Redis."""
        [pid] = json.loads((self.serving.data_dir / "serve.json").read_text())["pids"][name]
        return psutil.Process(pid)

    async def fires(self, *alerts: str) -> None:
        """Return once each of these alerts has fired."""
        left = set(alerts)

        def not_seen(firing: set[str]) -> set[str]:
            left.difference_update(firing)
            return left

        await self._until(not_seen, "alerts fire")

    async def silent(self, *alerts: str) -> None:
        """Return once none of these alerts fires."""
        await self._until(lambda firing: set(alerts) & firing, "alerts are silent")

    async def _until(self, missing: Callable[[set[str]], set[str]], description: str) -> None:
        left: set[str] = set()

        async def none_is_left() -> bool:
            nonlocal left
            await asyncio.sleep(_PAUSE)
            left = missing(await self.prometheus.firing())
            return not left

        try:
            await wait_until(none_is_left, description, seconds=60)
        except AssertionError as error:
            raise AssertionError(f"{error}, but for {', '.join(sorted(left))}") from None


@asynccontextmanager
async def watched(directory: Path, faster: float) -> AsyncIterator[Watched]:
    """Run all of it, with rules so many times as fast, from when every process was asked."""
    async with publisher() as press:
        feed = press.publish("/feed", rss(*(item(article) for article in ARTICLES)))
        env = {
            "GROUNDSWELL_FEED_NETWORKS": LOOPBACK,
            "GROUNDSWELL_FEED_INTERVAL": "5",
            "GROUNDSWELL_SPOOL_MAX_BYTES": SPOOL,
        }
        async with serve(directory / "var", "--feed", f"{SITE}={feed}", env=env) as serving:
            settings = Settings(
                site=(SITE,),
                redis_url=serving.document["redis_url"],
                data_dir=directory / "another",
                port=free_port(),
                management_port=free_port(),
            )
            another = Service("collector", settings, directory / "another.log")
            readers = Readers(serving)
            tasks: list[asyncio.Task[None]] = []
            another.start()
            try:
                targets = [*asked_by_default(serving), target(ANOTHER, settings.management_port)]
                async with prometheus(directory / "prometheus", targets, faster) as server:
                    await readers.crowd()
                    tasks.append(
                        asyncio.create_task(every(0.1, "nobody reads", readers.look), name="readers")
                    )
                    await wait_until(lambda: server.answers(*PROCESSES, ANOTHER), "everything is asked", 60)
                    yield Watched(serving, another, server)
            finally:
                await end(tasks)
                if another.runs:
                    await asyncio.to_thread(another.kill)


def asked_by_default(serving: Serving) -> list[dict[str, Any]]:
    """Return what the tool of deploy/prometheus says is to be asked of a running serve."""
    command = [sys.executable, str(FOLDER / "targets.py"), str(serving.data_dir)]
    said = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    groups: list[dict[str, Any]] = json.loads(said)
    return groups


def target(process: str, port: int) -> dict[str, Any]:
    """Return a process on this machine as a group of targets."""
    return {"targets": [f"127.0.0.1:{port}"], "labels": {"process": process}}

"""A real Prometheus with the configuration and the rules of deploy/prometheus, faster."""

import asyncio
import json
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.conftest import free_port
from tests.programs import need
from tests.scaled_rules import faster_rules
from tests.waiting import wait_until

FOLDER = Path(__file__).parents[1] / "deploy" / "prometheus"
INTERVAL = "1s"
"""How often it asks and looks at its rules."""

Sample = dict[str, Any]
"""A series as the API has it: `metric`, its labels, and its `values`."""


class Prometheus:
    """One server, and what it is asked."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, http: httpx.AsyncClient) -> None:
        self.process = process
        self.url = url
        self._http = http

    async def asked(self, path: str, **parameters: str) -> Any:
        """Return what the API answers. Fails with its error."""
        answer = await self._http.post(f"{self.url}/api/v1/{path}", data=parameters)
        document = answer.json()
        assert document["status"] == "success", f"{parameters}: {document.get('error')}"
        return document["data"]

    async def told(self, what: str) -> Any:
        """Return what it says of itself: `alerts`, `rules` or `targets`."""
        return (await self._http.get(f"{self.url}/api/v1/{what}")).json()["data"]

    async def over(self, expression: str, seconds: int) -> list[Sample]:
        """Return the series of an expression over the last seconds, as a panel asks for them."""
        now = time.time()
        found = await self.asked(
            "query_range", query=expression, start=str(now - seconds), end=str(now), step="1"
        )
        return list(found["result"])

    async def firing(self) -> set[str]:
        """Return the names of the alerts that fire now."""
        alerts = (await self.told("alerts"))["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    async def answers(self, *processes: str) -> bool:
        """Return whether these processes are asked and answer."""
        targets = (await self.told("targets"))["activeTargets"]
        well = {target["labels"]["process"] for target in targets if target["health"] == "up"}
        return well >= set(processes)

    async def stop(self) -> None:
        """End it."""
        self.process.terminate()
        await asyncio.to_thread(self.process.wait, 30)


@asynccontextmanager
async def prometheus(
    directory: Path, targets: Sequence[dict[str, Any]], divisor: float
) -> AsyncIterator[Prometheus]:
    """Run a Prometheus that asks these groups of targets, with rules so many times as fast."""
    rules = directory / "rules"
    rules.mkdir(parents=True)
    faster_rules(FOLDER / "rules", rules, divisor)
    (directory / "targets.json").write_text(json.dumps(targets))
    given: dict[str, Any] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    given["global"] |= {
        "scrape_interval": INTERVAL,
        "scrape_timeout": INTERVAL,
        "evaluation_interval": INTERVAL,
    }
    given["rule_files"] = [str(rules / "*.yml")]
    given["scrape_configs"][0]["file_sd_configs"][0]["files"] = [str(directory / "targets.json")]
    (directory / "prometheus.yml").write_text(yaml.safe_dump(given))
    port, log = free_port(), directory / "prometheus.log"
    command = [need("prometheus"), f"--config.file={directory / 'prometheus.yml'}"]
    command += [f"--storage.tsdb.path={directory / 'data'}", f"--web.listen-address=127.0.0.1:{port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    try:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as http:
            server = Prometheus(process, f"http://127.0.0.1:{port}", http)

            async def ready() -> bool:
                assert process.poll() is None, log.read_text()
                try:
                    return (await http.get(f"{server.url}/-/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await wait_until(ready, "Prometheus is ready")
            yield server
    finally:
        process.kill()
        process.wait()

"""Two processes behind one public port tell each of itself, and together the truth."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from services.cli.single import RESOLVED
from shared import keys
from shared.connection import Client
from shared.service import bind
from shared.settings import Settings
from tests.collectors import FIREFOX, SITE
from tests.conftest import free_port
from tests.serving import environment
from tests.waiting import wait_until

VIEWS = 60


@asynccontextmanager
async def collector(public: socket.socket, redis_url: str, directory: Path) -> AsyncIterator[str]:
    """A collector process on a socket that is handed to it; gives the address of its management port."""
    port = free_port()
    directory.mkdir()
    settings = Settings(site=(SITE,), redis_url=redis_url, data_dir=directory, management_port=port)  # type: ignore[arg-type]
    tether = ["-P", "-m", "services.cli.tether", "--parent", str(os.getpid()), "--listen"]
    command = [
        f"http={public.fileno()}",
        "--",
        sys.executable,
        "-P",
        "-m",
        "services.cli.single",
        "collector",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *tether,
        *command,
        env=environment({RESOLVED: settings.model_dump_json()}),
        pass_fds=[public.fileno()],
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def accepted(http: httpx.AsyncClient, management: str) -> tuple[float, float]:
    """Return the views that a process took, as it tells them, and of its site."""
    text = (await http.get(f"{management}/metrics")).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return tuple(  # type: ignore[return-value]
        sum(sample.value for sample in samples if sample.name == name)
        for name in ("groundswell_views_accepted_total", "groundswell_site_views_accepted_total")
    )


async def test_what_two_processes_on_one_port_tell_adds_up_to_what_came(
    redis: Client, redis_url: str, tmp_path: Path
):
    async with AsyncExitStack() as stack:
        public = stack.enter_context(bind("127.0.0.1", 0))
        url = f"http://127.0.0.1:{public.getsockname()[1]}"
        managed = [
            await stack.enter_async_context(collector(public, redis_url, tmp_path / name))
            for name in ("one", "two")
        ]
        http = await stack.enter_async_context(
            httpx.AsyncClient(trust_env=False, timeout=10, headers={"user-agent": FIREFOX})
        )

        async def ready() -> bool:
            try:
                answers = [await http.get(f"{one}/readyz") for one in managed]
            except httpx.HTTPError:
                return False
            return all(answer.status_code == 200 for answer in answers)

        await wait_until(ready, "both are ready", 60)

        async def post(article: int) -> None:
            view = {"site": SITE, "article": f"/{article}"}
            # A connection stays with the process that took it, so each view has one of its own.
            answer = await http.post(f"{url}/v1/views", json=view, headers={"connection": "close"})
            assert answer.status_code == 202

        told, posted = [(0.0, 0.0)], 0
        while 0 in [took for took, _ in told]:
            await asyncio.gather(*(post(n) for n in range(VIEWS)))
            posted += VIEWS
            told = [await accepted(http, one) for one in managed]

    assert sum(took for took, _ in told) == posted
    assert sum(of_site for _, of_site in told) == posted
    assert int(await redis.hget(keys.total(0), "accepted")) == posted

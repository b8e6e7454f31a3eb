"""What a scrape of each process costs, with ten sites."""

from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from tests.bench.report import Line
from tests.bench.requests import SITE
from tests.bench.sizes import Sizes
from tests.bench.stage import Started, Unmeasured, service, valkey

LIMIT = 10.0
"""Milliseconds of processor: a scrape holds up whatever the process is asked meanwhile."""

LEAST = 50
"""Scrapes: the time of a processor is told in hundredths of a second."""

SITES = (SITE, *(f"site-{n}.example" for n in range(9)))
PROCESSES = {"web": True, "counter": False, "ranker": False}
"""What runs, and whether it has a public port."""


async def measure(sizes: Sizes, directory: Path) -> list[Line]:
    """Return the line of the dearest process. Raises Unmeasured for a scrape that is not answered."""
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(valkey(directory))
        started = {
            name: await stack.enter_async_context(
                service(name, server, directory, public=public, sites=SITES)
            )
            for name, public in PROCESSES.items()
        }
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=10))
        cost = {name: await _cost(http, one, max(sizes.probes, LEAST)) for name, one in started.items()}
    dearest = max(cost.values())
    return [
        Line(
            name="scrape: the dearest process",
            unit="ms",
            measured=dearest,
            ratio=dearest / LIMIT,
            limit=LIMIT,
            met=dearest <= LIMIT,
            notes=cost,
        )
    ]


async def _cost(http: httpx.AsyncClient, process: Started, times: int) -> float:
    """Return the milliseconds of processor that a scrape takes, others of its work included."""
    before = process.cpu
    for _ in range(times):
        answer = await http.get(f"http://127.0.0.1:{process.management}/metrics")
        if answer.status_code != 200:
            raise Unmeasured(f"a scrape was answered {answer.status_code}")
    return 1_000 * (process.cpu - before) / times

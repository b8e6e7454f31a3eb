"""python -m tests.bench [--json] [--tiny] [--only collector,query,counter,freshness,scrape]."""

import argparse
import os
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import uvloop

from tests.bench import collecting, counting, freshness, querying, report, scraping
from tests.bench.report import Line
from tests.bench.sizes import FULL, TINY, Sizes
from tests.bench.stage import Unmeasured

ROOMS = ("collector", "query", "counter", "freshness", "scrape")


async def measure(sizes: Sizes, directory: Path, rooms: Collection[str]) -> list[Line]:
    """Return the lines of the rooms. Raises Unmeasured."""
    lines: list[Line] = []
    full = 0.0
    # A quarter of full load cannot be told before full load is.
    if "collector" in rooms or "freshness" in rooms:
        _say("the collector")
        found = await collecting.measure(sizes, directory)
        full = found[0].measured
        lines += found if "collector" in rooms else []
    if "query" in rooms:
        _say("the query service")
        lines += await querying.measure(sizes, directory)
    if "counter" in rooms:
        _say("the counter")
        lines += await counting.measure(sizes, directory)
    if "freshness" in rooms:
        _say("the way of a view")
        lines += await freshness.measure(sizes, directory, full)
    if "scrape" in rooms:
        _say("the scrapes")
        lines += await scraping.measure(sizes, directory)
    return lines


def main() -> int:
    """Measure and tell; the status is 0 when everything was measured, however fast it is."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure speed, as ratios.")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes: shows that it works, says nothing")
    parser.add_argument("--only", default=",".join(ROOMS), help=f"some of {', '.join(ROOMS)}")
    given = parser.parse_args()
    rooms = given.only.split(",")
    if unknown := set(rooms) - set(ROOMS):
        parser.error(f"--only: {', '.join(sorted(unknown))}: one of {', '.join(ROOMS)}")
    load_average = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="groundswell-bench-") as directory:
        try:
            lines = uvloop.run(measure(TINY if given.tiny else FULL, Path(directory), rooms))
        except Unmeasured as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
    if given.json:
        print(report.document(lines, load_average))
    else:
        print(f"{os.cpu_count()} cores, load average {load_average[0]:.2f} before\n")
        print(report.table(lines))
    return 0


def _say(what: str) -> None:
    print(f"measures {what} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""How many single views a second the collector takes, each durable before its 202."""

from pathlib import Path

from shared import keys
from tests.bench.pairs import compare
from tests.bench.report import Line
from tests.bench.sizes import Sizes
from tests.bench.stage import Unmeasured, noop, service, valkey


async def measure(sizes: Sizes, directory: Path) -> list[Line]:
    """Return the line of the collector. Raises Unmeasured unless every view was accepted."""
    async with (
        valkey(directory) as server,
        service("collector", server, directory) as collector,
        noop(directory) as reference,
    ):
        line, seen = await compare("collector: POST /v1/views", "views", collector, reference, sizes)
        accepted = int(await server.redis.hget(keys.total(0), "accepted"))
    answered = seen.statuses.total()
    if not seen.statuses["202"] == answered == seen.marked == accepted:
        raise Unmeasured(
            f"{answered} answers, {dict(seen.statuses)}, {seen.marked} say accepted, {accepted} in Redis"
        )
    return [line]

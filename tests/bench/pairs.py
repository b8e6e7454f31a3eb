"""A server against the reference, in turns: noise that both meet cancels in their ratio."""

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from tests.bench.load import Result, Spec
from tests.bench.report import Line
from tests.bench.sizes import Sizes
from tests.bench.stage import Started, load


@dataclass
class Seen:
    """What the loads of one server saw together."""

    rates: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    """Seconds of the server's processor a request, of each load."""
    statuses: Counter[str] = field(default_factory=Counter)
    marked: int = 0
    busy: list[float] = field(default_factory=list)
    """How much of a core each load took itself."""

    def add(self, result: Result, cpu: float) -> None:
        """Add one load during which the server took `cpu` seconds of processor."""
        self.rates.append(result.rate)
        self.cpus.append(cpu / sum(result.statuses.values()))
        self.statuses.update(result.statuses)
        self.marked += result.marked
        self.busy.append(result.busy)


async def compare(
    name: str, kind: str, subject: Started, reference: Started, sizes: Sizes
) -> tuple[Line, Seen]:
    """Load both in turns with requests of a kind; the promise is half of the reference.

    Returns the line and what the subject's loads saw.
    """
    ours, theirs = Seen(), Seen()
    for n in range(sizes.rounds):
        for server, seen in ((reference, theirs), (subject, ours)):
            before = server.cpu
            result = await load(_spec(kind, server.port, sizes, seed=n))
            seen.add(result, server.cpu - before)
    ratio = median(one / other for one, other in zip(ours.rates, theirs.rates, strict=True))
    by_cpu = median(other / one for one, other in zip(ours.cpus, theirs.cpus, strict=True))
    line = Line(
        name=name,
        unit="/s",
        measured=median(ours.rates),
        reference=median(theirs.rates),
        ratio=ratio,
        limit=0.5,
        met=ratio >= 0.5,
        notes={
            "ratio by processor time": by_cpu,
            "us a request": median(ours.cpus) * 1e6,
            "of the reference": median(theirs.cpus) * 1e6,
            "cores of the load": median(ours.busy),
            "of that on the reference": median(theirs.busy),
        },
    )
    return line, ours


def _spec(kind: str, port: int, sizes: Sizes, seed: int) -> Spec:
    return Spec(
        port=port,
        kind=kind,
        seconds=sizes.seconds,
        connections=sizes.connections,
        requests=sizes.requests,
        articles=sizes.catalogue if kind == "counts" else sizes.articles,
        readers=sizes.readers,
        seed=seed,
        warming=sizes.warming,
    )

"""How much is measured: the real sizes, and tiny ones that only show that everything is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """The sizes of one run."""

    rounds: int
    """Pairs of reference and subject, of which the median ratio counts."""
    seconds: float
    """How long one side of a pair is loaded."""
    warming: float
    """Seconds of load before those that are measured."""
    connections: int
    """Keep-alive connections of a load.

    So many that nobody's rate is set by waiting: with 64, each of which asks
    again only once it is answered, the collector's group commit of 3 ms keeps
    it idle a third of the time.
    """
    readers: int
    """Addresses that views come from."""
    requests: int
    """Requests prepared for one load; a faster server gets the first ones again."""
    catalogue: int
    """Articles in the catalogue."""
    articles: int
    """Articles that views are of."""
    views_read: int
    """Views behind the counts and lists that are read."""
    backlog: int
    """Views that wait for the counter."""
    probes: int
    """Views whose way to `/v1/counts` is timed."""
    probe_every: float
    """Seconds between two of them."""


FULL = Sizes(
    rounds=3,
    seconds=2.5,
    warming=0.5,
    connections=256,
    readers=40_000,
    requests=30_000,
    catalogue=1_000,
    articles=2_000,
    views_read=20_000,
    backlog=300_000,
    probes=120,
    probe_every=0.1,
)

TINY = Sizes(
    rounds=1,
    seconds=0.6,
    warming=0.1,
    connections=4,
    readers=100,
    requests=500,
    catalogue=20,
    articles=30,
    views_read=200,
    backlog=3_000,
    probes=5,
    probe_every=0.05,
)

"""The load, in a process of its own: connections that ask again as soon as they are answered.

python -m tests.bench.load SPEC, a Spec as JSON; prints a Result as JSON.

Without a rate the loop is closed: each connection sends its next request when
an answer is whole. With one it is open: requests go out at their rate whatever
the answers do, and wait for a free connection when there is none.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter, deque
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import uvloop

from tests.bench.requests import KINDS
from tests.bench.wire import Connection, status_of

MARK = b"x-groundswell-outcome: accepted"
"""What the answer to an admitted view carries."""

_TICK = 0.002
_LONGEST_DRAIN = 10.0


@dataclass(frozen=True)
class Spec:
    """What a load is."""

    port: int
    kind: str
    seconds: float
    connections: int
    requests: int
    articles: int
    readers: int
    seed: int
    warming: float = 0.0
    rate: float | None = None
    """Requests a second, None for as many as are answered."""


@dataclass
class Result:
    """What a load saw."""

    answers: int = 0
    """Answers within the measured seconds."""
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    """Answers by status, before and after the measured seconds as well."""
    marked: int = 0
    """Those of them that say `accepted`."""
    lost: int = 0
    """Connections that the server closed."""
    unanswered: int = 0
    busy: float = 0.0
    """How much of a core the load took itself: near 1 it measured no server."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Load:
    """One load while it runs."""

    def __init__(self, spec: Spec, requests: list[bytes]) -> None:
        self._spec = spec
        self._requests = requests
        self._next = 0
        self._idle: deque[Connection] = deque()
        self._connections: list[Connection] = []
        self._under_way = 0
        self._quiet = asyncio.Event()
        self._owed = 0
        self._statuses: Counter[int] = Counter()
        self._begins = self._ends = 0.0
        self._result = Result()

    async def run(self) -> Result:
        """Load the server, wait for the last answers, and return what was seen."""
        loop = asyncio.get_running_loop()
        for _ in range(self._spec.connections):
            _, connection = await loop.create_connection(
                lambda: Connection(self._answered, self._lost), "127.0.0.1", self._spec.port
            )
            self._connections.append(connection)
        self._idle.extend(self._connections)
        began = time.perf_counter()
        self._begins = began + self._spec.warming
        self._ends = self._begins + self._spec.seconds
        cpu = _cpu()
        if self._spec.rate is None:
            while self._idle:
                self._send(self._idle.popleft())
            await asyncio.sleep(self._ends - time.perf_counter())
        else:
            await self._keep_rate(self._spec.rate, began)
        # What was sent is waited for, so that books can be compared.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), _LONGEST_DRAIN)
        self._result.busy = (_cpu() - cpu) / (time.perf_counter() - began)
        self._result.seconds = self._spec.seconds
        self._result.statuses = {str(status): n for status, n in self._statuses.items()}
        self._result.unanswered = self._under_way
        for connection in self._connections:
            connection.close()
        return self._result

    async def _keep_rate(self, rate: float, began: float) -> None:
        sent = 0
        while (now := time.perf_counter()) < self._ends:
            due = int(rate * (now - began))
            self._owed += due - sent
            sent = due
            while self._owed and self._idle:
                self._owed -= 1
                self._send(self._idle.popleft())
            await asyncio.sleep(_TICK)
        self._owed = 0

    def _send(self, connection: Connection) -> None:
        connection.send(self._requests[self._next])
        self._next = (self._next + 1) % len(self._requests)
        self._under_way += 1
        self._quiet.clear()

    def _answered(self, connection: Connection, answer: bytes) -> None:
        self._under_way -= 1
        self._statuses[status_of(answer)] += 1
        if MARK in answer:
            self._result.marked += 1
        now = time.perf_counter()
        if self._begins <= now < self._ends:
            self._result.answers += 1
        if self._owed:
            self._owed -= 1
            self._send(connection)
        elif self._spec.rate is None and now < self._ends:
            self._send(connection)
        else:
            self._idle.append(connection)
            if not self._under_way:
                self._quiet.set()

    def _lost(self, connection: Connection) -> None:
        self._result.lost += 1


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(spec: Spec) -> None:
    """Run a load and print what it saw."""
    requests = KINDS[spec.kind](spec.requests, spec.articles, spec.readers, spec.seed, spec.port)
    print(json.dumps(asdict(uvloop.run(Load(spec, requests).run()))))


if __name__ == "__main__":
    main(Spec(**json.loads(sys.argv[1])))

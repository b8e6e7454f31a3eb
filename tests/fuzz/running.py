"""Many requests of a stranger, and all that came of them."""

import asyncio
import gc
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil

from shared.ledger import Ledger
from shared.problem import Kind
from tests.fuzz.answering import Answer, answer_of, faults
from tests.fuzz.asking import Asked, ask
from tests.fuzz.documents import Documents
from tests.fuzz.stage import Stage
from tests.fuzz.words import MARK
from tests.waiting import wait_until

AT_ONCE = 16
_SETTLED = 0.2
"""The part after which caches are filled, and memory is no more to grow."""


@dataclass(frozen=True)
class Memory:
    """What the process holds at a moment."""

    bytes: int
    """Of the machine's memory."""
    blocks: int
    """Of Python's allocator, reachable ones."""

    @classmethod
    def now(cls) -> "Memory":
        """Return what there is once the garbage is collected."""
        gc.collect()
        return cls(psutil.Process().memory_info().rss, sys.getallocatedblocks())


@dataclass
class Told:
    """What came of it."""

    asked: int
    bodies: int = 0
    """How many had one."""
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    settled: Memory = field(default_factory=Memory.now)
    """When a fifth had been asked."""
    end: Memory = field(default_factory=Memory.now)
    series: int = 0
    """How many series the metrics gained after that."""
    books: Ledger = field(default_factory=lambda: Ledger(0))

    @property
    def unavailable(self) -> int:
        """How many were told to come again."""
        return self.statuses[Kind.UNAVAILABLE.status]

    @property
    def growth(self) -> float:
        """Blocks of memory that stayed for each request after the first fifth."""
        return (self.end.blocks - self.settled.blocks) / (self.asked * (1 - _SETTLED))

    def note(self, answer: Answer) -> None:
        """Count an answer."""
        self.statuses[answer.status] += 1
        if reason := answer.headers.get(b"x-groundswell-reason"):
            self.reasons[reason.decode()] += 1


async def fuzz(
    stage: Stage,
    number: int,
    *,
    documents: Documents | None = None,
    seed: int = 1,
    first: int = 0,
    grows: float = 0.1,
) -> Told:
    """Ask so many questions, and return what came of them, of the books and of the memory.

    `grows` is how many blocks of memory may stay for each request; what is
    remembered on purpose is at its limit after some ten thousand of them.
    """
    told = Told(number)
    began, now = time.monotonic(), time.time()
    numbers = iter(range(first, first + number))
    series: list[bytes] = []

    async def stranger() -> None:
        for one in numbers:
            if one - first == int(number * _SETTLED):
                told.settled = Memory.now()
                series.extend(stage.series())
            asked = ask(seed, one, now)
            answer = await answer_of(stage.apps[asked.app], asked)
            told.note(answer)
            if answer.status == Kind.UNAVAILABLE.status:
                answer = await _once_available(stage, asked)
            told.bodies += any(asked.parts)
            told.faults += [f"{fault}: {asked}" for fault in faults(asked, answer)]
            if documents is not None:
                told.faults += [f"{fault}: {asked}" for fault in documents.faults(asked, answer)]
            # Who is answered without having to wait lets others have their turn.
            await asyncio.sleep(0)

    await asyncio.gather(*(stranger() for _ in range(AT_ONCE)))
    told.seconds = time.monotonic() - began
    told.books = await stage.at_rest()
    told.end = Memory.now()
    names = stage.series()
    told.series = len(names) - len(series)
    told.faults += [f"a metric of a stranger: {name!r}" for name in names if MARK.encode() in name]
    if told.growth > grows:
        told.faults.append(f"{told.growth:.2f} blocks of memory stay for each request")
    if not told.books.balanced:
        told.faults.append(f"the books do not balance: {told.books}")
    return told


async def _once_available(stage: Stage, asked: Asked) -> Answer:
    """Ask again until it can be told: a busy machine may keep Redis from answering in time, for a while."""
    answer = Answer()

    async def told() -> bool:
        nonlocal answer
        answer = await answer_of(stage.apps[asked.app], asked)
        return answer.status != Kind.UNAVAILABLE.status

    await wait_until(told, f"what is unavailable is so for a while only: {asked}", 60)
    return answer

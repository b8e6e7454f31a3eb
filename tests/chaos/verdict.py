"""What became of the events of one fault: the books with equality, and every count."""

from contextlib import suppress
from dataclasses import dataclass

from shared import keys, ledger
from shared.connection import Client
from shared.ledger import Ledger
from tests.chaos.load import Load
from tests.chaos.stage import PARTITIONS
from tests.entries import SITE
from tests.waiting import wait_until


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table."""

    fault: str
    times: int
    events: int
    difference: int
    """Events that were taken and are not counted; negative when something was counted twice."""
    books: int = 0
    """How far the equation of the audit is off, over all partitions."""
    note: str = ""
    allowed: int = 0
    """Of the difference, the events that may be lost, because they were taken just before a kill."""
    late: tuple[str, ...] = ()
    """What took longer than it may, in words."""

    @property
    def exact(self) -> bool:
        """Whether nothing is lost that may not be, nothing counted twice, and the books say the same."""
        return self.difference == self.allowed and self.books == 0

    @property
    def holds(self) -> bool:
        """Whether it is as the table of faults expects: exact, and nothing of it late."""
        return self.exact and not self.late


async def books_of(redis: Client, partitions: int = PARTITIONS) -> list[Ledger]:
    """Return the ledgers, as `groundswell audit` computes them."""
    return [await ledger.read(redis, p) for p in range(partitions)]


async def counts_of(redis: Client, partitions: int = PARTITIONS) -> int:
    """Return the views that pages show, of all articles."""
    return sum(
        [sum(int(views) for views in await redis.hvals(keys.count(p, SITE))) for p in range(partitions)]
    )


async def judge(
    redis: Client,
    fault: str,
    times: int,
    load: Load | int,
    *,
    partitions: int = PARTITIONS,
    patience: float = 60,
    allowed: int = 0,
) -> Row:
    """Wait until everything rests, then until it is exact or patience ends; return what there is then.

    Dead letters are events that are kept, so they are not missing.
    """
    events = load if isinstance(load, int) else load.sent

    async def row() -> Row:
        books = await books_of(redis, partitions)
        kept = await counts_of(redis, partitions) + sum(book.dead for book in books)
        off = sum(abs(book.difference) + abs(book.counts_difference) for book in books)
        return Row(fault, times, events, events - kept, off, allowed=allowed)

    async def rests() -> bool:
        books = await books_of(redis, partitions)
        return not any(b.pending_views or b.undelivered_views for b in books)

    async def exact() -> bool:
        return await rests() and (await row()).exact

    await wait_until(rests, f"{fault}: everything rests", 120)
    with suppress(AssertionError):
        await wait_until(exact, f"{fault}: everything is counted once", patience)
    return await row()

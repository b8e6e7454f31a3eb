"""The seen sets of one commit: its windows, their buckets, and what is looked for in them."""

from collections.abc import Iterator, Mapping

from services.counter.seen import Window
from shared import keys

ABSENT = 0
"""The number of buckets of a window that nobody has begun, and that is only asked, never written."""


class UnknownWindow(LookupError):
    """The number of buckets of a window is needed; `write` says whether it will be written."""

    def __init__(self, window: Window, *, write: bool) -> None:
        super().__init__(window)
        self.window = window
        self.write = write


class SeenSets:
    """Numbers windows, sets and slots from 1 as they are needed. Every list is in the order of its numbers.

    A slot is one member of one set, however many views ask for it. Its number
    is its place among the members of all sets one after the other, so the
    script needs nothing else to find what it knows of it; that is known at the
    end only, and until then slots have tickets.
    """

    def __init__(self, partition: int, buckets: Mapping[Window, int]) -> None:
        """`buckets` has the number of buckets of each window as far as known."""
        self._partition = partition
        self._buckets = buckets
        self._numbers: dict[Window, int] = {}
        self._masks = [0]
        self._written: set[Window] = set()
        self._tickets: dict[int, dict[int, int]] = {}
        self._last_ticket = 0
        self.keys: list[str] = []
        self.window_of_set: list[int] = []

    def to_write(self, window: Window) -> int:
        """Return the number of a window that will be written. Raises UnknownWindow."""
        if self._buckets.get(window, ABSENT) == ABSENT:
            raise UnknownWindow(window, write=True)
        self._written.add(window)
        return self._number(window)

    def to_ask(self, window: Window) -> int:
        """Return the number of a window that is only asked, 0 where nobody has begun it.

        Raises UnknownWindow.
        """
        if window not in self._buckets:
            raise UnknownWindow(window, write=False)
        number = self._number(window)
        return 0 if self._buckets[window] == ABSENT else number

    def find(self, number: int, hashed: int, member: int) -> int:
        """Return the ticket of a member in the numbered window."""
        bucket = (hashed >> 32) & self._masks[number]
        tickets = self._tickets.get(number << 20 | bucket)
        if tickets is None:
            tickets = self._tickets[number << 20 | bucket] = self._new_set(number, bucket)
        ticket = tickets.get(member)
        if ticket is None:
            ticket = tickets[member] = self._last_ticket = self._last_ticket + 1
        return ticket

    def slots(self) -> list[int]:
        """Return the slot of each ticket; the ticket 0, which stands for none, has slot 0."""
        slots = [0] * (self._last_ticket + 1)
        slot = 0
        for tickets in self._tickets.values():
            for ticket in tickets.values():
                slot += 1
                slots[ticket] = slot
        return slots

    def members(self) -> list[int]:
        """Return the member of each slot."""
        return [member for tickets in self._tickets.values() for member in tickets]

    def sizes(self) -> list[int]:
        """Return the number of members looked for in each set."""
        return [len(tickets) for tickets in self._tickets.values()]

    def windows(self) -> Iterator[tuple[str, int, int]]:
        """Yield header key, buckets and lifetime of each window; the lifetime is 0 if it is only asked."""
        for window in self._numbers:
            header = keys.seen_header(self._partition, window.kind, window.number)
            yield header, self._buckets[window], window.lifetime if window in self._written else 0

    @property
    def every_window(self) -> list[Window]:
        """The windows that have a number."""
        return list(self._numbers)

    def _number(self, window: Window) -> int:
        number = self._numbers.get(window)
        if number is None:
            number = self._numbers[window] = len(self._numbers) + 1
            self._masks.append(self._buckets[window] - 1)
        return number

    def _new_set(self, number: int, bucket: int) -> dict[int, int]:
        window = list(self._numbers)[number - 1]
        self.keys.append(keys.seen(self._partition, window.kind, window.number, bucket))
        self.window_of_set.append(number)
        return {}

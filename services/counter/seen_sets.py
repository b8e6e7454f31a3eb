"""The seen sets of one commit: its windows, their buckets, and what is looked for in them."""

from collections.abc import Iterator, Mapping

from services.counter import seen
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
    """Numbers windows and sets from 1 as they are needed. Every list is in the order of its numbers."""

    def __init__(self, partition: int, buckets: Mapping[Window, int]) -> None:
        """`buckets` has the number of buckets of each window as far as known."""
        self._partition = partition
        self._buckets = buckets
        self._numbers: dict[Window, int] = {}
        self._masks = [0]
        self._sets: dict[int, int] = {}
        self._asked_sets: dict[tuple[Window, int], int] = {}
        self.windows: list[Window] = []
        self.asked: dict[Window, int] = {}
        self.keys: list[str] = []
        self.window_of_set: list[int] = []
        self.members: list[list[int]] = []

    def number(self, window: Window) -> int:
        """Return the number of a window that will be written. Raises UnknownWindow."""
        found = self._numbers.get(window)
        if found is None:
            buckets = self._buckets.get(window, ABSENT)
            if buckets == ABSENT:
                raise UnknownWindow(window, write=True)
            self.windows.append(window)
            self._masks.append(buckets - 1)
            found = self._numbers[window] = len(self.windows)
        return found

    def find(self, number: int, hashed: int, member: int) -> int:
        """Return the set in which a member is remembered in a numbered window."""
        bucket = (hashed >> 32) & self._masks[number]
        at = self._sets.get(number << 20 | bucket)
        if at is None:
            at = self._sets[number << 20 | bucket] = self._new_set(self.windows[number - 1], bucket, number)
        self.members[at - 1].append(member)
        return at

    def find_asked(self, window: Window, hashed: int, member: int) -> int:
        """Return the set of a window that is only asked, 0 where nobody has begun it.

        Raises UnknownWindow.
        """
        buckets = self.asked.get(window)
        if buckets is None:
            buckets = self._buckets.get(window)
            if buckets is None:
                raise UnknownWindow(window, write=False)
            self.asked[window] = buckets
        if buckets == ABSENT:
            return 0
        bucket = seen.bucket(hashed, buckets)
        at = self._asked_sets.get((window, bucket))
        if at is None:
            at = self._asked_sets[window, bucket] = self._new_set(window, bucket, 0)
        self.members[at - 1].append(member)
        return at

    def headers(self) -> Iterator[tuple[Window, str]]:
        """Yield each window with the key of its header."""
        for window in {**dict.fromkeys(self.windows), **self.asked}:
            yield window, keys.seen_header(self._partition, window.kind, window.number)

    def _new_set(self, window: Window, bucket: int, number: int) -> int:
        self.keys.append(keys.seen(self._partition, window.kind, window.number, bucket))
        self.window_of_set.append(number)
        self.members.append([])
        return len(self.keys)

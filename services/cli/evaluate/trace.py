"""A trace of real attention, read from a file.

CSV, plain or gzipped: the number of an item, then how often it had been read
(or shared) by the end of each slice of 20 minutes after its publication, -1
before anything was seen. When items were published such a trace does not say.
So they come in the order of their numbers, as a Poisson process.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from services.cli.evaluate.attention import SLICE, Attention
from services.cli.evaluate.chance import seeded
from services.cli.trouble import Trouble
from shared.hours import DAY, HOUR

ITEMS_A_DAY = 150
WARM_UP = 200
"""Slices."""

MOST_ITEMS = 50_000
MOST_SLICES = 300
MOST_CELLS = 3_000_000
"""Slices of items that were read in; what is kept of one takes about 100 bytes."""
_MOST_VIEWS = 10**9
_EPOCH = 1_767_225_600
"""When the first slice is said to begin: a UTC midnight. Nothing depends on it."""

_ONE_BREAKS_IN = 50
_AT_ITS_HEIGHT = 2 * HOUR // SLICE

Item = tuple[int, list[int]]
"""Its number, and the views of each slice since its publication."""


def read(path: Path, seed: int) -> Attention:
    """Return the attention of a trace, with publication times drawn from a seed.

    The draws are those of Python's own generator (Mersenne Twister,
    `random.Random(seed).expovariate`). A breaking story is one in fifty: those
    read most within two hours; it breaks when these begin. Raises Trouble
    with the line that is wrong.
    """
    items = sorted(_items(path))
    random = seeded(seed)
    at = 0.0
    published: dict[str, float] = {}
    slices: list[dict[str, int]] = []
    height: list[tuple[int, str, float]] = []
    for number, views in items:
        at += random.expovariate(ITEMS_A_DAY / DAY)
        first, article = int(at // SLICE), str(number)
        slices.extend({} for _ in range(first + len(views) - len(slices)))
        for n, count in enumerate(views):
            if count:
                slices[first + n][article] = count
        published[article] = _EPOCH + first * SLICE
        most, begins = _height(views)
        height.append((most, article, published[article] + begins * SLICE))
    height.sort(reverse=True)
    breaking = {article: begins for _, article, begins in height[: len(height) // _ONE_BREAKS_IN]}
    return Attention(path.name, _EPOCH, published, slices, breaking, WARM_UP)


def _height(views: Sequence[int]) -> tuple[int, int]:
    """Return the most views of any two hours, and the slice in which these begin."""
    sums = ((sum(views[n : n + _AT_ITS_HEIGHT]), -n) for n in range(len(views)))
    most, begins = max(sums)
    return most, -begins


def _items(path: Path) -> Iterator[Item]:
    """Yield the items of a file. Raises Trouble."""
    seen: set[int] = set()
    width = cells = 0
    try:
        with _open(path) as file:
            for line, row in enumerate(csv.reader(file), start=1):
                if line == 1:
                    width = _width(row)
                elif row:
                    number, views = _item(row, line, width)
                    if number in seen:
                        raise Trouble(f"PATH: line {line}: the item {number} comes twice")
                    seen.add(number)
                    cells += sum(map(bool, views))
                    if len(seen) > MOST_ITEMS or cells > MOST_CELLS:
                        raise Trouble(f"PATH: more than {MOST_ITEMS:,} items, or than memory should hold")
                    yield number, views
    except (OSError, EOFError, zlib.error) as error:
        raise Trouble(f"PATH: {path} cannot be read: {error}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise Trouble(f"PATH: {path} is no CSV: {error}") from None
    if not seen:
        raise Trouble(f"PATH: {path} holds no items")


def _open(path: Path) -> IO[str]:
    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    if gzipped:
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def _width(header: Sequence[str]) -> int:
    slices = len(header) - 1
    if slices < 1 or header[:2] != ["IDLink", "TS1"]:
        raise Trouble(f"PATH: line 1: the columns are IDLink, TS1, TS2 ..., not {','.join(header)[:40]!r}")
    if slices > MOST_SLICES:
        raise Trouble(f"PATH: line 1: {slices:,} slices, which is more than {MOST_SLICES:,}")
    return slices


def _item(row: Sequence[str], line: int, width: int) -> Item:
    if len(row) != width + 1:
        raise Trouble(f"PATH: line {line}: {len(row)} values where the header has {width + 1}")
    try:
        number, *totals = (int(value) for value in row)
    except ValueError as error:
        raise Trouble(f"PATH: line {line}: {error}") from None
    if not 0 <= number <= _MOST_VIEWS or not all(-1 <= total <= _MOST_VIEWS for total in totals):
        raise Trouble(f"PATH: line {line}: a value below -1 or above {_MOST_VIEWS:,}")
    views, so_far = [], 0
    for total in totals:
        # A total that falls again was corrected by whoever counted; nobody unread anything.
        views.append(max(0, total - so_far))
        so_far = max(so_far, total)
    return number, views

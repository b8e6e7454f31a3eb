"""Access logs for tests, and what an import of one must come to, found without the importer."""

import gzip
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import keys
from shared.connection import Client
from shared.entry import Entry, decode

BEGIN = datetime(2015, 5, 17, 10, 0, tzinfo=UTC)
READER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def real_log() -> Path:
    """Return the log of real life, or skip the test where it is not there."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    path = Path(os.environ.get("GROUNDSWELL_TEST_DATA", beside)) / "access_log_2015.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there; GROUNDSWELL_TEST_DATA names its directory")
    return path


def line(number: int, target: str | None = None, agent: str = READER) -> str:
    """Return a line: the `number`th second, one of 97 readers, and one of 13 articles unless told."""
    at = (BEGIN + timedelta(seconds=number)).strftime("%d/%b/%Y:%H:%M:%S +0000")
    reader, article = f"203.0.113.{number % 97}", target or f"/blog/{number % 13}"
    return f'{reader} - - [{at}] "GET {article} HTTP/1.1" 200 512 "-" "{agent}"\n'


def views(count: int, start: int = 0) -> str:
    """Return so many lines that are page views, and after every second one a line that is none."""
    return "".join(line(n) + (line(n, "/style.css") if n % 2 else "") for n in range(start, start + count))


def expected(count: int) -> Counter[str]:
    """Return the views of each article in `views(count)`."""
    return Counter(f"/blog/{n % 13}" for n in range(count))


def distinct(count: int, window: int) -> int:
    """Return how many of `views(count)` are a reader's first of an article within a window, in seconds."""
    began = int(BEGIN.timestamp())
    return len({(n % 97, n % 13, (began + n) // window) for n in range(count)})


def write(path: Path, text: str) -> Path:
    """Write a log, gzipped if it is named so."""
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


async def entries_on(redis: Client, partitions: int) -> list[Entry]:
    """Return every entry on the streams."""
    return [
        decode(fields) for p in range(partitions) for _, fields in await redis.xrange(keys.views(p), "-", "+")
    ]


async def views_on(redis: Client, partitions: int) -> Counter[str]:
    """Return the views of each article on the streams, entries of one id once."""
    once = {entry.entry_id: entry for entry in await entries_on(redis, partitions)}
    return Counter(view.article for entry in once.values() for view in entry.views)

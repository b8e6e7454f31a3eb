"""Traces of attention for tests."""

import gzip
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest


def real_trace() -> Path:
    """Return the trace of real life, or skip the test where it is not there."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    path = Path(os.environ.get("GROUNDSWELL_TEST_DATA", beside)) / "news_attention_facebook.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there; GROUNDSWELL_TEST_DATA names its directory")
    return path


def csv(items: Mapping[int, Sequence[int]]) -> str:
    """Return a trace of items, given as number -> its total by the end of each slice."""
    width = max(map(len, items.values()))
    header = ",".join(['"IDLink"', *(f'"TS{n}"' for n in range(1, width + 1))])
    return "\n".join([header, *(",".join(map(str, [n, *totals])) for n, totals in items.items()), ""])


def write(path: Path, text: str, *, gzipped: bool = False) -> Path:
    """Write a trace and return its path."""
    path.write_bytes(gzip.compress(text.encode()) if gzipped else text.encode())
    return path

"""What readers behind one address lose, as docs/addresses.md tells it."""

import random
import re
from pathlib import Path

import pytest

from services.collector.visitor import visitor_hash
from tests import agents
from tests.agents import Draw

PAGE = Path(__file__).parents[2] / "docs" / "addresses.md"
ROW = re.compile(r"^\| (\d+) \| (\d+)% \| (\d+)% \| (\d+)% \|$", re.MULTILINE)


def share_counted(readers: int, draw: Draw) -> int:
    """Return how many of a hundred readers of one article, window and address are counted, on average."""
    chance = random.Random(7)
    rounds = max(40, 4_000 // readers)
    counted = 0
    for _ in range(rounds):
        crowd = {
            visitor_hash(b"salt" * 8, "news.example", "203.0.113.9", draw(chance)) for _ in range(readers)
        }
        counted += len(crowd)
    return round(100 * counted / (rounds * readers))


def told(column: int) -> dict[int, int]:
    rows = ROW.findall(PAGE.read_text())
    assert len(rows) == 5
    return {int(row[0]): int(row[column]) for row in rows}


@pytest.mark.parametrize(("column", "draw"), [(1, agents.today), (3, agents.one_browser)])
def test_the_page_tells_what_is_measured(column: int, draw: Draw):
    for readers, share in told(column).items():
        assert share_counted(readers, draw) == pytest.approx(share, abs=2)


@pytest.mark.skipif(not agents.LOG.exists(), reason="the log of 2015 is not beside the project")
def test_the_page_tells_what_is_measured_with_the_readers_of_a_real_log():
    draw = agents.in_2015()

    for readers, share in told(2).items():
        assert share_counted(readers, draw) == pytest.approx(share, abs=2)

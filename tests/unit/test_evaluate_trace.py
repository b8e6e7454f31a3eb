"""How a trace of attention is read, and which are refused."""

from pathlib import Path

import pytest

from services.cli.evaluate import trace
from services.cli.evaluate.attention import SLICE
from services.cli.trouble import Trouble
from tests.traces import csv, write

THREE = {30: [-1, 2, 2], 7: [5, 9, 8], 100: [0, 0, 0]}


def first_slice(found: trace.Attention, article: str) -> int:
    return int(found.published[article] - found.begins) // SLICE


@pytest.mark.parametrize("gzipped", [False, True])
def test_the_growth_of_a_total_is_the_views_of_its_slice(tmp_path: Path, gzipped: bool) -> None:
    found = trace.read(write(tmp_path / "t.csv", csv(THREE), gzipped=gzipped), seed=1)

    views = {n: one["7"] for n, one in enumerate(found.slices) if "7" in one}
    seven, thirty = first_slice(found, "7"), first_slice(found, "30")
    assert views == {seven: 5, seven + 1: 4}, "a total that falls was a correction"
    assert {n: one["30"] for n, one in enumerate(found.slices) if "30" in one} == {thirty + 1: 2}
    assert not any("100" in one for one in found.slices)
    assert set(found.published) == {"7", "30", "100"}


def test_items_are_published_in_the_order_of_their_numbers_150_a_day(tmp_path: Path) -> None:
    items = {n: [1] for n in range(3_000, 0, -1)}

    found = trace.read(write(tmp_path / "t.csv", csv(items)), seed=7)

    moments = [found.published[str(n)] for n in range(1, 3_001)]
    assert moments == sorted(moments)
    assert (moments[-1] - found.begins) / 86_400 == pytest.approx(20, rel=0.1)


def test_the_seed_decides_when_items_are_published(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", csv({n: [n] for n in range(1, 100)}))

    assert trace.read(path, 7) == trace.read(path, 7)
    assert trace.read(path, 7).published != trace.read(path, 8).published


def test_one_in_fifty_breaks_when_its_two_best_hours_begin(tmp_path: Path) -> None:
    quiet = {n: [1] * 12 for n in range(1, 50)}
    # 40 views in the fourth slice and 10 in the ninth: the two hours from the fourth on have them all.
    broke = {50: [0, 0, 0, 40, 40, 40, 40, 40, 50, 50, 50, 50]}

    found = trace.read(write(tmp_path / "t.csv", csv(quiet | broke)), seed=7)

    assert found.breaking == {"50": found.published["50"] + 3 * SLICE}


WRONG = [
    ("", "holds no items"),
    ("IDLink,TS1\n", "holds no items"),
    ("a,b\n1,2\n", "line 1: the columns are IDLink"),
    ("IDLink\n1\n", "line 1: the columns are IDLink"),
    ("IDLink,TS1,TS2\n1,2\n", "line 2: 2 values where the header has 3"),
    ("IDLink,TS1\n1,2\n2,x\n", "line 3: invalid literal"),
    ("IDLink,TS1\n1,nan\n", "line 2: invalid literal"),
    ("IDLink,TS1\n1,-2\n", "line 2: a value below -1"),
    ("IDLink,TS1\n1,9999999999\n", "line 2: a value below -1 or above"),
    ("IDLink,TS1\n1,2\n\n1,3\n", "line 4: the item 1 comes twice"),
    ("IDLink," + ",".join(f"TS{n}" for n in range(1, 400)) + "\n", "line 1: 399 slices"),
    ("IDLink,TS1\n1,\x00\n", "line 2"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_file_that_is_no_trace_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Trouble, match=said) as caught:
        trace.read(write(tmp_path / "t.csv", text), seed=7)

    assert str(caught.value).startswith("PATH: ")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    cut_off = write(tmp_path / "cut.csv.gz", csv(THREE), gzipped=True)
    cut_off.write_bytes(cut_off.read_bytes()[:-20])
    latin = tmp_path / "latin.csv"
    latin.write_bytes(b"IDLink,TS1\n1,\xff\n")

    for path in (tmp_path / "nothing", tmp_path, cut_off, latin):
        with pytest.raises(Trouble, match="PATH: "):
            trace.read(path, seed=7)


@pytest.mark.parametrize("limit", ["MOST_ITEMS", "MOST_CELLS"])
def test_what_memory_should_not_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    path = write(tmp_path / "t.csv", csv(THREE))
    assert trace.read(path, seed=7).published

    monkeypatch.setattr(trace, limit, 2)

    with pytest.raises(Trouble, match="more than"):
        trace.read(path, seed=7)

"""A small share of the fault suite: nothing is lost or counted twice, and the oracle would have seen it."""

from pathlib import Path

import pytest

from tests.chaos.faults import FAULTS


@pytest.mark.parametrize("name", FAULTS)
async def test_whatever_breaks_every_view_is_counted_once(name: str, tmp_path: Path):
    fault = FAULTS[name]

    for row in await fault.run(tmp_path, *fault.TENTH):
        assert row.holds, row
        assert row.events > 0


@pytest.mark.parametrize("name", FAULTS)
async def test_what_is_done_wrong_is_caught(name: str, tmp_path: Path):
    row = await FAULTS[name].control(tmp_path)

    assert not row.holds, row

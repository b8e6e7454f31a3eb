"""What is believed of a clock that jumps."""

import pytest

from shared.clock import PATIENCE, TOLERANCE, Steady

NOON = 1_771_675_200.0
DAY = 86_400.0


class Machine:
    """A machine whose clock can be set while its time goes on."""

    def __init__(self) -> None:
        self.up = 100.0
        self.clock = NOON
        self.steady = Steady(lambda: self.up)
        self.believed()

    def believed(self, after: float = 0.0) -> float:
        self.up += after
        self.clock += after
        return self.steady.settle(self.clock)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_clock_that_goes_is_believed(machine: Machine):
    assert machine.believed(after=5) == NOON + 5
    assert machine.believed(after=3 * DAY) == NOON + 3 * DAY + 5


@pytest.mark.parametrize("jump", [DAY, -DAY, TOLERANCE + 1, -TOLERANCE - 1])
def test_a_jump_is_not_followed_while_time_goes_on(machine: Machine, jump: float):
    machine.clock += jump

    assert machine.believed(after=1) == pytest.approx(NOON + 1)
    assert machine.believed(after=PATIENCE - 2) == pytest.approx(NOON + PATIENCE - 1)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_that_is_taken_back_leaves_no_trace(machine: Machine, jump: float):
    machine.clock += jump
    machine.believed(after=PATIENCE - 1)
    machine.clock -= jump

    assert machine.believed(after=1) == pytest.approx(NOON + PATIENCE)
    machine.clock += jump
    assert machine.believed(after=PATIENCE - 1) == pytest.approx(NOON + 2 * PATIENCE - 1)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_a_jump_that_lasts_is_believed_in_the_end(machine: Machine, jump: float):
    machine.clock += jump
    machine.believed()

    assert machine.believed(after=PATIENCE) == NOON + PATIENCE + jump
    assert machine.believed(after=1) == NOON + PATIENCE + jump + 1


def test_small_corrections_are_followed_at_once(machine: Machine):
    for _ in range(10):
        machine.clock -= TOLERANCE
        machine.believed(after=TOLERANCE)

    assert machine.believed() == NOON

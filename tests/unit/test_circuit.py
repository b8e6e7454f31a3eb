"""When a stream that is away is tried again."""

from services.collector.circuit import FIRST_PAUSE, LONGEST_PAUSE, TRY, Circuit


class Clock:
    """A clock that is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_stream_that_takes_everything_is_always_tried() -> None:
    circuit = Circuit(Clock())

    assert [circuit.may_try() for _ in range(3)] == [True] * 3
    assert circuit.closed


def test_after_a_failure_nobody_tries_before_the_pause_is_over_and_then_one_does() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    circuit.failed(ConnectionError())

    assert not circuit.may_try()
    clock.now += FIRST_PAUSE
    assert [circuit.may_try() for _ in range(3)] == [True, False, False]
    assert not circuit.closed


def test_who_tries_and_never_says_how_it_went_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    circuit = Circuit(clock)
    circuit.failed(ConnectionError())
    clock.now += FIRST_PAUSE
    circuit.may_try()

    clock.now += TRY

    assert circuit.may_try()


def test_pauses_grow_up_to_the_longest_and_begin_anew_after_a_success() -> None:
    clock = Clock()
    circuit = Circuit(clock)

    def pause() -> float:
        circuit.failed(ConnectionError())
        began = clock.now
        while not circuit.may_try():
            clock.now += 0.01
        return round(clock.now - began, 1)

    pauses = [pause() for _ in range(6)]
    circuit.succeeded()

    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert circuit.closed
    assert pause() == FIRST_PAUSE

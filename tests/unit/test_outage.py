"""What fails again and again is said once, once a minute, and once when it is over."""

import logging

import pytest

from shared.outage import Outage


class Clock:
    """Seconds that go on as a test says."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outage(clock: Clock) -> Outage:
    return Outage("nothing is read", "what comes waits", now=clock)


def fail_for(outage: Outage, clock: Clock, seconds: int) -> None:
    """Fail twice a second for so long."""
    for _ in range(2 * seconds):
        outage.failed(ConnectionError("refused"))
        clock.at += 0.5


def test_it_is_said_when_it_begins_each_minute_and_when_it_is_over(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
):
    fail_for(outage, clock, 200)
    outage.well()
    outage.well()

    assert caplog.messages == [
        "nothing is read: refused; what comes waits",
        "nothing is read, for 60 s now: refused",
        "nothing is read, for 2 min now: refused",
        "nothing is read, for 3 min now: refused",
        "over after 3 min: nothing is read",
    ]
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_what_goes_well_is_not_said(outage: Outage, caplog: pytest.LogCaptureFixture):
    for _ in range(5):
        outage.well()

    assert caplog.messages == []


def test_one_that_comes_and_goes_fills_no_log(outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture):
    for _ in range(60):
        fail_for(outage, clock, 1)
        outage.well()
        clock.at += 1

    assert len(caplog.messages) <= 2 * (120 / 10 + 1)
    assert caplog.messages[0].startswith("nothing is read: refused")
    assert caplog.messages[1] == "over after 1 s: nothing is read"


def test_one_that_comes_again_later_is_said_again(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
):
    for _ in range(2):
        fail_for(outage, clock, 2)
        outage.well()
        clock.at += 100

    assert [text.split(":")[0] for text in caplog.messages] == ["nothing is read", "over after 2 s"] * 2


def test_an_error_without_words_is_told_by_its_name(outage: Outage, caplog: pytest.LogCaptureFixture):
    outage.failed(TimeoutError())

    assert caplog.messages == ["nothing is read: TimeoutError; what comes waits"]


def test_of_a_failure_nobody_foresaw_the_first_line_says_where(
    outage: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
):
    for _ in range(2):
        outage.failed(ZeroDivisionError("by nothing"), unforeseen=True)
        clock.at += 61

    assert [bool(record.exc_info) for record in caplog.records] == [True, False]
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]

"""What the simulated readers of the demo read, and how fast."""

import itertools
from collections import Counter
from random import Random

import pytest

from services.cli.demo.interest import EVERY, RATE, RISE, SURGE, Interest
from services.cli.demo.readers import Readers
from services.collector.bots import is_bot

ARTICLES = [f"/{n}" for n in range(9)]


@pytest.fixture
def interest() -> Interest:
    return Interest(ARTICLES, Random(7))


def test_the_last_of_the_list_break_first(interest: Interest) -> None:
    height = interest.at(RISE).rates
    assert height.index(max(height)) == 8

    height = interest.at(EVERY + RISE).rates
    assert height.index(max(height)) == 7


def test_every_article_breaks_in_its_turn(interest: Interest) -> None:
    assert sorted(interest.breaking(number) for number in range(9)) == list(range(9))


def test_every_article_always_has_readers_and_never_too_many(interest: Interest) -> None:
    for seconds in range(0, 2_000, 7):
        moment = interest.at(seconds)
        assert min(moment.rates) > 0
        assert RATE <= moment.rate < RATE + 2 * SURGE


def test_readings_come_as_fast_as_the_interest_says_and_follow_it(interest: Interest) -> None:
    readers = Readers(interest, Random(7))
    passed, read = 0.0, Counter[str]()
    while passed < EVERY:
        pause, reading = readers.next(passed)
        passed += pause
        read[reading.article] += 1

    assert read.most_common(1)[0][0] == "/8"
    assert 2 * EVERY < read.total() < 12 * EVERY


def test_readers_are_many_some_reload_and_a_few_are_bots(interest: Interest) -> None:
    readers = Readers(interest, Random(7))
    readings = [readers.next(1)[1] for _ in range(3_000)]

    assert len({(reading.address, reading.agent) for reading in readings}) > 2_500
    reloads = sum(one == other for one, other in itertools.pairwise(readings))
    assert 50 < reloads < 250
    bots = sum(is_bot(reading.agent) for reading in readings)
    assert 10 < bots < 150
    assert all(reading.address.startswith(("198.18.", "198.19.")) for reading in readings)

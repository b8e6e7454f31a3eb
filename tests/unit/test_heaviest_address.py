"""How much of a site's views the heaviest address carries."""

import random
from itertools import islice

import pytest

from services.collector.address import FEWEST, HeaviestAddress


def told(*addresses: str, seconds_each: float = 0.0) -> list[float]:
    """Return what is told while views come from these addresses."""
    counter = HeaviestAddress()
    shares = [counter.add(address, n * seconds_each) for n, address in enumerate(addresses)]
    return [share for share in shares if share is not None]


def readers(count: int) -> list[str]:
    return [f"198.51.{n // 256}.{n % 256}" for n in range(count)]


def test_nothing_is_told_before_a_thousand_views():
    assert told(*["192.0.2.1"] * (FEWEST - 1)) == []
    assert told(*["192.0.2.1"] * FEWEST) == [1.0]


def test_readers_with_an_address_each_carry_next_to_nothing():
    assert max(told(*readers(5_000))) < 0.01


@pytest.mark.parametrize("share", [0.15, 0.25, 0.6])
def test_the_share_of_one_address_is_told_within_half_a_percent_and_never_too_high(share: float):
    chance = random.Random(7)
    heavy = round(20_000 * share)
    views = ["192.0.2.1"] * heavy + readers(20_000 - heavy)
    chance.shuffle(views)

    last = told(*views)[-1]

    assert share - 0.006 < last <= share


def test_memory_is_bounded_whoever_comes():
    counter = HeaviestAddress()
    for n in range(50_000):
        counter.add(f"2001:db8::{n:x}", 0.0)
        assert len(counter._by) <= 200


def test_what_was_mended_is_forgotten_within_two_hours():
    before, after = ["192.0.2.1"] * 3_700, list(islice(readers(10_000), 3_600))

    shares = told(*before, *after, seconds_each=1.0)

    assert shares[0] == 1.0
    assert shares[-1] < 0.01


def test_no_address_is_kept():
    one, other = HeaviestAddress(), HeaviestAddress()
    one.add("192.0.2.1", 0.0)
    other.add("192.0.2.1", 0.0)

    assert "192.0.2.1" not in repr(vars(one))
    assert one._by.keys() != other._by.keys()

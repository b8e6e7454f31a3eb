"""How many requests an address, or its network, is let in with."""

import re
from ipaddress import ip_network

import pytest

from shared.address import spans
from shared.problem import Kind, Problem
from shared.rate_limit import ADDRESS, NETWORK, Buckets, RateLimits
from shared.setting_types import Rate
from shared.settings import WrongSettings, load

PROXIES = spans((ip_network("127.0.0.0/8"), ip_network("::1/128")))
NEVER_AGAIN = 1_000_000
"""A window in which no test sees a token come back."""


def limits(address: int | None = None, network: int | None = None, most: int = 1_000) -> RateLimits:
    rates = {ADDRESS: address, NETWORK: network}
    return RateLimits(
        {name: None if quota is None else Rate(quota, NEVER_AGAIN) for name, quota in rates.items()},
        PROXIES,
        most,
    )


def let_in(limit: RateLimits, *addresses: str) -> list[bool]:
    """Return of each address, in order, whether it was let in."""

    def admitted(address: str) -> bool:
        try:
            limit.demand(address)
        except Problem:
            return False
        return True

    return [admitted(address) for address in addresses]


def test_a_bucket_gives_what_it_holds_and_then_what_flows_in():
    buckets = Buckets(Rate(60, 60))

    assert [buckets.take(1, now=100.0) for _ in range(60)] == [0.0] * 60
    assert buckets.take(1, now=100.0) == pytest.approx(1.0)
    assert buckets.take(1, now=100.4) == pytest.approx(0.6)
    assert buckets.take(1, now=101.0) == 0.0
    assert buckets.take(1, now=101.0) == pytest.approx(1.0)


def test_what_is_refused_takes_nothing():
    buckets = Buckets(Rate(1, 10))
    buckets.take(1, now=0.0)
    for _ in range(1_000):
        buckets.take(1, now=5.0)

    assert buckets.take(1, now=10.0) == 0.0


def test_a_bucket_that_was_left_alone_is_full_and_no_fuller():
    buckets = Buckets(Rate(3, 30))
    for _ in range(3):
        buckets.take(1, now=0.0)

    assert [buckets.take(1, now=5_000.0) > 0 for _ in range(4)] == [False, False, False, True]


def test_addresses_have_buckets_of_their_own():
    assert let_in(limits(address=1), "192.0.2.1", "192.0.2.2", "192.0.2.1") == [True, True, False]


@pytest.mark.parametrize(
    ("one", "same", "other"),
    [
        ("192.0.2.1", "192.0.2.254", "192.0.3.1"),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::1"),
        ("::ffff:192.0.2.1", "192.0.2.9", "::192.0.2.1"),
    ],
)
def test_a_network_is_a_24_of_ipv4_and_a_64_of_ipv6(one: str, same: str, other: str):
    assert let_in(limits(network=1), one, same, other) == [True, False, True]


def test_rotating_through_the_addresses_of_a_64_does_not_help():
    many = [f"2001:db8::{n:x}" for n in range(1, 5_000)]

    assert sum(let_in(limits(address=10, network=100, most=50), *many)) == 100


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "", "no address"])
def test_a_program_beside_us_is_never_refused(address: str):
    assert all(let_in(limits(address=1, network=1), *[address] * 10))


def test_without_limits_all_are_let_in():
    assert all(let_in(limits(), *["192.0.2.1"] * 10))


def test_memory_is_bounded_and_a_busy_address_is_not_forgotten_for_quiet_ones():
    buckets = Buckets(Rate(1, NEVER_AGAIN), most=100)
    busy, quiet = -1, -2
    let_in = [buckets.take(busy, now=0.0), buckets.take(quiet, now=0.0)]
    for n in range(10_000):
        let_in.append(buckets.take(n, now=0.0))
        assert len(buckets) <= 200
        assert n % 50 or buckets.take(busy, now=0.0) > 0

    assert not any(let_in)
    assert buckets.take(quiet, now=0.0) == 0.0, "who was not seen for long is let in anew"


def test_no_address_can_be_found_in_what_is_kept():
    kept = []
    for _ in range(2):
        limit = limits(address=5)
        limit.demand("192.0.2.77")
        [(_, _, buckets)] = limit._limits
        kept += list(buckets._young)

    assert len(set(kept)) == 2, "another process has another key"


def test_a_refusal_says_which_limit_it_was_and_how_long_to_wait():
    limit = limits(address=3, network=100)
    for _ in range(3):
        limit.demand("192.0.2.1")
    with pytest.raises(Problem) as refused:
        limit.demand("192.0.2.1")

    problem = refused.value
    told = dict(problem.headers)
    assert (problem.kind, problem.kind.status) == (Kind.TOO_MANY_REQUESTS, 429)
    assert told[b"ratelimit-policy"] == b'"address";q=3;w=1000000, "network";q=100;w=1000000'
    assert re.fullmatch(rb'"address";r=0;t=(\d+)', told[b"ratelimit"])[1] == told[b"retry-after"]  # type: ignore[index]
    assert 333_000 < int(told[b"retry-after"]) <= 333_334
    assert b"192.0.2.1" not in problem.document()


@pytest.mark.parametrize(
    ("written", "rate"),
    [("3000/1m", Rate(3_000, 60)), ("5/1s", Rate(5, 1)), ("7/90", Rate(7, 90)), ("off", None), ("0", None)],
)
def test_a_limit_is_written_as_a_number_in_a_time(written: str, rate: Rate | None):
    settings = load({"address_limit": written})

    assert settings.address_limit == rate
    assert type(settings).model_validate_json(settings.model_dump_json()).address_limit == rate


@pytest.mark.parametrize("written", ["many", "3/", "0/1m", "3/0s", "-1/1m", "5/1w", "1.5/1m", "/1m"])
def test_a_limit_that_cannot_be_read_is_named(written: str):
    with pytest.raises(WrongSettings, match=r"^address_limit: .*such as"):
        load({"address_limit": written})


def test_a_lecture_hall_of_honest_readers_behind_one_address_is_let_in_at_the_defaults():
    settings = load({})
    assert settings.address_limit is not None
    assert settings.network_limit is not None
    limit = RateLimits({ADDRESS: settings.address_limit, NETWORK: settings.network_limit}, PROXIES)

    # A thousand people who open three articles in the same minute.
    assert all(let_in(limit, *["203.0.113.9"] * 3_000))

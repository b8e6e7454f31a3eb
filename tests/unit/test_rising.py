"""Rising: what is read more than its own past foretells, and what only looks like it."""

from math import log, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decay import HALF_LIVES, Decay
from shared.rising import LEAST_WEIGHT, rise, rising, site_ratio

NOW = 1_771_700_000.0
HOUR = 3_600.0
MINUTE = 60.0

weights = st.floats(0, 1e9)
ratios = st.floats(1, 2)


def steady(rate: float) -> tuple[float, float]:
    """Return both weights of an article that was always read so often a second."""
    return rate * HALF_LIVES["15m"] / log(2), rate * HALF_LIVES["4h"] / log(2)


def weighed(moments: list[float], now: float = NOW) -> tuple[float, float]:
    """Return both weights of views at some moments."""
    short, long = (Decay(HALF_LIVES[name]) for name in ("15m", "4h"))
    return sum(2 ** ((t - now) / short.half_life) for t in moments), sum(
        2 ** ((t - now) / long.half_life) for t in moments
    )


def growing(doubling: float) -> tuple[float, float]:
    """Return both weights of a stream that doubles in so many seconds, at a view a second."""
    return tuple(  # type: ignore[return-value]
        1 / (log(2) / HALF_LIVES[name] + log(2) / doubling) for name in ("15m", "4h")
    )


@pytest.mark.parametrize("rate", [0.1, 1.0, 100.0])
def test_a_steady_stream_is_what_its_own_past_foretells(rate: float) -> None:
    short, long = steady(rate)

    assert site_ratio(short, long) == pytest.approx(1, abs=0.02)
    assert rise(short, long, 1.0).expected == pytest.approx(rise(short, long, 1.0).present, rel=0.02)
    assert abs(rise(short, long, 1.0).r) < 0.1


def test_a_story_without_a_past_rises_with_its_first_views() -> None:
    first = weighed([NOW - n * MINUTE for n in range(3)])

    assert rise(*first, ratio=1.0).listed
    assert rise(*first, ratio=2.0).listed, "however the site grows"


def test_two_views_are_chance() -> None:
    short, long = weighed([NOW - MINUTE, NOW - 2 * MINUTE])

    assert short < LEAST_WEIGHT
    assert not rise(short, long, 1.0).listed


def test_however_well_read_an_article_has_to_about_double() -> None:
    short, long = steady(rate=1_000)

    assert not rise(1.9 * short, long + 0.9 * short, 1.0).listed
    assert rise(2.6 * short, long + 1.6 * short, 1.0).listed


def test_an_article_that_holds_still_while_the_site_falls_asleep_does_not_rise() -> None:
    short, long = steady(rate=1.0)
    asleep = (short / 10, long)

    found = rising({"held": short, "others": 50 * asleep[0]}, {"held": long, "others": 50 * asleep[1]})

    assert found.ratio == 1.0
    assert found.values == {}


def test_a_morning_on_which_everything_grows_alike_is_no_news() -> None:
    short, long = growing(doubling=2.5 * HOUR)
    site = {f"article-{n}": n for n in range(1, 60)}

    found = rising({i: n * short for i, n in site.items()}, {i: n * long for i, n in site.items()})

    assert found.ratio == 2.0
    assert found.values == {}


def test_a_story_that_is_most_of_the_site_does_not_hide_itself() -> None:
    """Its own rise is the rise of the site, which counts for no more than double."""
    short, long = weighed([NOW - n for n in range(0, 600, 2)])

    assert list(rising({"story": short}, {"story": long}).values) == ["story"]


def test_what_is_left_of_a_past_that_was_trimmed_is_no_rise_without_views() -> None:
    assert rise(0.0, 0.0, 1.0).r < 0
    assert rising({}, {}).values == {}
    assert rising({}, {}).ratio == 1.0


def test_r_is_the_signed_root_of_the_likelihood_ratio() -> None:
    """Worked out by hand: A_s = 10, A_l = 40, D = 1.5."""
    n_s, n_b = 20.0, 2 * 30 * (15 + 240) / (240 - 15)
    mu = 1.5 * (15 / 255) * (n_b + 3)
    deviance = 2 * (n_s * log(n_s / mu) - (n_s + 9) * log((n_s + 9) / (mu + 9)))

    found = rise(10, 40, 1.5)

    assert (found.present, found.expected) == pytest.approx((n_s, mu))
    assert found.r == pytest.approx(sqrt(deviance))
    assert rise(1, 100, 1.0).r < 0 < found.r


@given(weights, weights, ratios)
def test_more_views_now_never_make_an_article_rise_less(short: float, more: float, ratio: float) -> None:
    past = 40.0
    one, other = rise(short, short + past, ratio), rise(short + more, short + more + past, ratio)

    assert other.r >= one.r - 1e-6


@given(weights, weights, ratios)
def test_every_pair_of_weights_has_an_r(short: float, long: float, ratio: float) -> None:
    found = rise(short, long, ratio)

    assert found.expected > 0
    assert (found.r >= 0) == (found.present >= found.expected) or abs(found.r) < 1e-6
    assert 1 <= site_ratio(short, long) <= 2


def test_chance_alone_lists_a_quiet_article_less_than_one_time_in_a_thousand() -> None:
    """Looked at every ten minutes for 200 days; it is read six times an hour."""
    random = Random(7)
    short, long = (Decay(HALF_LIVES[name]) for name in ("15m", "4h"))
    at, now = 0.0, 24 * HOUR
    scores = [short.score(1, 0.0), long.score(1, 0.0)]
    listed = looks = 0
    while looks < 28_800:
        at += random.expovariate(6 / HOUR)
        while now < at:
            looks += 1
            listed += rise(short.weight(scores[0], now), long.weight(scores[1], now), 1.0).listed
            now += 600
        scores = [decay.add(s, at) for decay, s in zip((short, long), scores, strict=True)]

    assert listed < looks / 1_000

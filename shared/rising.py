"""Rising: read more than its own past foretells, by more than chance and the time of day explain.

The weights of an article at two half-lives, h_s = 15m and h_l = 4h, hold its
present and its past. A steady stream of views has a sum of weights whose
variance is half of its mean, so twice the weight behaves like a count (mean
and variance are the same); the difference of two weights needs a factor of
its own. That gives counts of the present, of the past, and what the past
foretells for the present:

    n_s = 2 A_s
    n_b = 2 (A_l - A_s) (h_l + h_s) / (h_l - h_s)
    mu  = D rho (n_b + n_0),    rho = h_s / (h_l + h_s),    n_0 = 3

(N. Campbell, "The study of discontinuous phenomena", 1909: mean and variance
of shot noise; the factor of each count is mean over variance.) D is the same
ratio for the whole site, so that the morning is not news.

How surprising n_s is when mu was foretold says the signed root of the
likelihood ratio, about N(0, 1) for an article nothing happens to:

    r = sign(n_s - mu) sqrt(2 (n_s ln(n_s / mu) - (n_s + k) ln((n_s + k) / (mu + k))))

(O. Barndorff-Nielsen, "Inference on full or partial parameters based on the
standardized signed log likelihood ratio", 1986; the deviance is that of the
negative binomial distribution, McCullagh and Nelder, "Generalized linear
models", 1989, chapters 6 and 11.) Without k it is the deviance of Poisson,
which trusts an article of 1,000 views to keep still within 30. Readers are
more restless than that: by a third or so they come and go though nothing has
happened. With k = 9 the variance is mu + (mu / 3) ** 2. docs/adr/0011-rising.md
has what was measured with and without.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import copysign, log, sqrt
from typing import NamedTuple

from shared.decay import HALF_LIVES

SHORT = "15m"
LONG = "4h"
"""The boards that hold the present and the past."""

LEAST_RISE = 3.0
"""The r from which an article is listed."""

LEAST_WEIGHT = 2.0
"""The weight on the short board from which an article is listed."""

_H_S = HALF_LIVES[SHORT]
_H_L = HALF_LIVES[LONG]
_RHO = _H_S / (_H_L + _H_S)
_PAST = 2 * (_H_L + _H_S) / (_H_L - _H_S)
_N_0 = 3.0
_SPREAD = 1 / 3
_K = _SPREAD**-2

_RATIOS = (1.0, 2.0)
"""Bounds of D. A site that falls asleep makes no article rise, so not below 1; nor may one story that is
most of the site hide itself."""


class Rise(NamedTuple):
    """How an article stands against its past."""

    present: float
    """n_s, a count that behaves like views."""
    expected: float
    """mu, the count that its past foretells."""
    r: float
    """How surprising that is, in standard deviations."""

    @property
    def listed(self) -> bool:
        """Whether it is a rise to speak of."""
        return self.r >= LEAST_RISE and self.present >= 2 * LEAST_WEIGHT


@dataclass(frozen=True, slots=True)
class Rising:
    """What rises: article -> r, and the ratio D of the whole site it was measured against."""

    values: Mapping[str, float]
    ratio: float


def rising(short: Mapping[str, float], long: Mapping[str, float]) -> Rising:
    """Return what rises of the articles whose weights are given, at both half-lives.

    Who is left out of both changes D alone.
    """
    ratio = site_ratio(sum(short.values()), sum(long.values()))
    rises = {
        article_id: rise(weight, long.get(article_id, 0.0), ratio)
        for article_id, weight in short.items()
        if weight >= LEAST_WEIGHT
    }
    return Rising({article_id: one.r for article_id, one in rises.items() if one.listed}, ratio)


def rise(short: float, long: float, ratio: float) -> Rise:
    """Return how an article stands whose weights are `short` and `long`, on a site whose ratio is D."""
    present = 2 * short
    expected = ratio * _RHO * (_past(short, long) + _N_0)
    # The smallest weights there are divide to nothing, which has no logarithm.
    surprise = present * (log(present) - log(expected)) if present else 0.0
    surprise -= (present + _K) * log((present + _K) / (expected + _K))
    # Rounding may leave a hair less than nothing where both are the same.
    return Rise(present, expected, copysign(sqrt(2 * max(0.0, surprise)), present - expected))


def site_ratio(short: float, long: float) -> float:
    """Return D, given the weights of all articles together."""
    lowest, highest = _RATIOS
    return min(highest, max(lowest, 2 * short / (_RHO * (_past(short, long) + _N_0))))


def _past(short: float, long: float) -> float:
    """Return n_b; the weight of what the long board has trimmed already is no past."""
    return _PAST * max(0.0, long - short)

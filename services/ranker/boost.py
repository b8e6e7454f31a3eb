"""What rises when the newsroom makes some articles weigh more."""

from collections.abc import Mapping

from services.ranker.candidates import Weights
from shared.rising import LEAST_WEIGHT, Rising, rise, rising


def rises(weights: Weights, factors: Mapping[str, float]) -> Rising:
    """Return what rises of the articles whose weights are given.

    One with a factor stands as if each of its views had been so many, in the
    present and in the past. D, by which the site is measured, is that of the
    readers: it knows no factor.
    """
    found = rising(weights.short, weights.long)
    values = dict(found.values)
    for article_id, factor in factors.items():
        short, long = (board.get(article_id, 0.0) * factor for board in (weights.short, weights.long))
        one = rise(short, long, found.ratio)
        if short >= LEAST_WEIGHT and one.listed:
            values[article_id] = one.r
        else:
            values.pop(article_id, None)
    return Rising(values, found.ratio)

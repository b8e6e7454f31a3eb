"""The chance of everything that is drawn here: the same seed gives the same draws."""

from random import Random


def seeded(seed: int | str) -> Random:
    """Return a generator of draws that come again with the same seed."""
    return Random(seed)  # noqa: S311 - what is drawn must come again, so it cannot be a secret

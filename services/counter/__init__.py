"""The counter: a batch of entries becomes counts and scores, once."""

from services.counter.service import Counter, build

__all__ = ["Counter", "build"]

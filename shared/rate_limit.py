"""How many requests an address, or its network, is let in with: token buckets in bounded memory.

A bucket holds `quota` tokens and is filled up within `window`; a request takes
one. What is kept of a bucket is the moment at which it will be full again, so
an address costs one number, and one that is full costs nothing. No address is
kept: a bucket is found by a hash under a key that this process made up.

Buckets are in two generations. When the young one is full the old one is
forgotten, and with it who was not seen for as long as it took so many others
to come. To be forgotten is to be let in, never to be refused.
"""

import os
from collections.abc import Mapping
from math import ceil
from socket import AF_INET, inet_pton
from time import monotonic

from shared.address import Spans, read_address, trusts
from shared.problem import Kind, Problem
from shared.setting_types import Rate

ADDRESS, NETWORK = "address", "network"
"""What a limit is for: each address, or each /24 of IPv4 and /64 of IPv6."""

_MOST = 50_000
"""Buckets of one generation."""

_NETWORK_BYTES = {4: 3, 16: 8}
"""How many bytes of an address are its network's."""


class Buckets:
    """The buckets of one limit, by a number that stands for whose they are."""

    def __init__(self, rate: Rate, most: int = _MOST) -> None:
        self._step = rate.window / rate.quota
        self._window = rate.window
        self._most = most
        self._young: dict[int, float] = {}
        self._old: dict[int, float] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._young) + len(self._old)

    def take(self, whose: int, now: float) -> float:
        """Take a token, and return 0; where there is none, return the seconds until there is one."""
        full = self._young.get(whose) or self._old.get(whose, now)
        full = full if full > now else now
        wait = full + self._step - now - self._window
        # What is added to a moment and taken off again is a little less, or more.
        refused = wait > 1e-6
        self._young[whose] = full if refused else full + self._step
        if len(self._young) >= self._most:
            self._old, self._young = self._young, {}
        return wait if refused else 0.0


class RateLimits:
    """What addresses may do, by limits that stand side by side."""

    def __init__(self, rates: Mapping[str, Rate | None], trusted: Spans, most: int = _MOST) -> None:
        """`rates` are those of ADDRESS and NETWORK; None lets in all.

        A trusted proxy is never refused: what has its own address is a program
        beside us, or many readers whom it does not tell apart.
        """
        self._limits = [(name, rate, Buckets(rate, most)) for name, rate in rates.items() if rate is not None]
        self._policy = ", ".join(f'"{name}";q={rate.quota};w={rate.window}' for name, rate, _ in self._limits)
        self._trusted = trusted
        self._key = os.urandom(16)

    def demand(self, address: str) -> None:
        """Let one request of an address in. Raises Problem when it sends too many."""
        packed = _packed(address)
        if packed is None:
            return
        now = monotonic()
        for name, rate, buckets in self._limits:
            own = packed if name == ADDRESS else packed[: _NETWORK_BYTES[len(packed)]]
            wait = buckets.take(hash(self._key + own), now)
            if wait and not trusts(self._trusted, address):
                raise self._refusal(name, rate, wait)

    def _refusal(self, name: str, rate: Rate, wait: float) -> Problem:
        """Return the problem, with the fields of the IETF's draft of RateLimit headers."""
        seconds = max(1, ceil(wait))
        detail = f"one {name} may send {rate.quota:,} in {rate.window} s"
        problem = Problem(Kind.TOO_MANY_REQUESTS, detail, limit=name)
        problem.headers = (
            (b"retry-after", b"%d" % seconds),
            (b"ratelimit", f'"{name}";r=0;t={seconds}'.encode()),
            (b"ratelimit-policy", self._policy.encode()),
            # Beside the names that every answer tells; a browser takes them together.
            (b"access-control-expose-headers", b"retry-after, ratelimit, ratelimit-policy"),
        )
        return problem


def _packed(address: str) -> bytes | None:
    """Return the 4 or 16 bytes of an address, None for what is none."""
    try:
        return inet_pton(AF_INET, address)
    except (OSError, ValueError):
        read = read_address(address)
    return None if read is None else read[2].to_bytes(4 if read[1] == 4 else 16)

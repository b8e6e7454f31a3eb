"""The user agents of readers: a mix of today, assumed, and that of a real log of 2015."""

import gzip
import random
import re
from collections.abc import Callable
from pathlib import Path

from services.collector.bots import is_bot

LOG = Path(__file__).parents[2] / "shared" / "data" / "access_log_2015.gz"
_LINE = re.compile(r'^(\S+) .* "([^"]*)"$')

# Browsers say less than they did: of desktop and Android Chrome only the major version is left.
_VERSIONS = (0.62, 0.18, 0.07, 0.04, 0.03, 0.02, 0.02, 0.02)
"""How much of a browser's readers have the newest version, the one before, and so on."""
_FAMILIES: dict[str, float] = {
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/{}.0.0.0 Mobile Safari/537.36": 0.34,
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) Version/{} Mobile/15E148 Safari/604.1": 0.22,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36": 0.18,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/{0}.0.0.0 Safari/537.36 Edg/{0}.0.0.0": 0.06,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/{}.0.0.0 Safari/537.36": 0.05,
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/{} Safari/605.1.15": 0.05,
    "Mozilla/5.0 (Linux; Android 10; K) SamsungBrowser/{}.0 Chrome/136.0.0.0 Mobile Safari/537.36": 0.05,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0": 0.05,
}

Draw = Callable[[random.Random], str]
"""Gives the user agent of one more reader."""


def today(chance: random.Random) -> str:
    """Return a user agent of the assumed mix of today."""
    [family] = chance.choices([*_FAMILIES], [*_FAMILIES.values()])
    [age] = chance.choices(range(len(_VERSIONS)), _VERSIONS)
    return family.format(144 - age)


def one_browser(chance: random.Random) -> str:
    """Return the user agent of an office or a school where all have the same machine."""
    return "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/144.0.0.0 Safari/537.36"


def in_2015(log: Path = LOG) -> Draw:
    """Return what draws from the readers of the log, one for each address and user agent that is no bot's."""
    with gzip.open(log, "rt", errors="replace") as lines:
        readers = {match.groups() for match in map(_LINE.match, lines) if match is not None}
    agents = sorted(agent for _, agent in readers if agent != "-" and not is_bot(agent))
    return lambda chance: chance.choice(agents)

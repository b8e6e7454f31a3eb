"""Simulated readers: they post views over HTTP as browsers do, so that counts and ranks move."""

import asyncio
import json
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

from services.cli.demo.interest import Interest

DEADLINE = 5.0
"""Seconds an answer may take before a reader gives up."""

_BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
_BROWSERS = (
    "Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36",
    "Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Mobile Safari/537.36",
    "Windows NT 10.0; Win64; x64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
    "iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/{}.0.0.0 "
    "Mobile/15E148 Safari/604.1",
)


class Reading(NamedTuple):
    """One page opened by one reader."""

    article: str
    address: str
    agent: str


class Readers:
    """A crowd that reads what interests it, one page after the other."""

    def __init__(self, interest: Interest, random: Random) -> None:
        self._interest = interest
        self._random = random
        self._last: Reading | None = None

    def next(self, seconds: float) -> tuple[float, Reading]:
        """Return the next reading and how many seconds pass before it, so long after the beginning."""
        moment = self._interest.at(seconds)
        pause = self._random.expovariate(moment.rate)
        chance = self._random.random()
        if self._last is not None and chance < 0.04:
            return pause, self._last  # somebody reloads: a duplicate
        [article] = self._random.choices(self._interest.articles, moment.rates)
        agent = _BOT if chance > 0.98 else "Mozilla/5.0 (" + self._random.choice(_BROWSERS)
        # Addresses of 198.18.0.0/15, which is set aside for tests and belongs to nobody.
        host = self._random.randrange(1 << 17)
        address = f"198.{18 + (host >> 16)}.{host >> 8 & 255}.{host & 255}"
        self._last = Reading(article, address, agent.format(self._random.randint(128, 141)))
        return pause, self._last


async def read(url: str, site: str, readers: Readers) -> None:
    """Post views to the service at `url` until cancelled; while it is away, knock again every second."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    while True:
        pause, reading = readers.next(loop.time() - begin)
        await asyncio.sleep(pause)
        try:
            async with asyncio.timeout(DEADLINE):
                await _post(url, site, reading)
        except (OSError, TimeoutError):
            await asyncio.sleep(1)


async def _post(url: str, site: str, reading: Reading) -> None:
    """Post one view, as the page of the article would through a proxy on this machine."""
    at = urlsplit(url)
    body = json.dumps({"site": site, "url": f"https://{site}{reading.article}"}).encode()
    head = (
        "POST /v1/views HTTP/1.1",
        f"Host: {at.netloc}",
        f"Origin: https://{site}",
        f"Referer: https://{site}/",
        f"X-Forwarded-For: {reading.address}",
        f"User-Agent: {reading.agent}",
        "Content-Type: text/plain;charset=UTF-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    answers, requests = await asyncio.open_connection(at.hostname, at.port)
    try:
        requests.write("\r\n".join(head).encode() + b"\r\n\r\n" + body)
        await answers.read()
    finally:
        requests.close()

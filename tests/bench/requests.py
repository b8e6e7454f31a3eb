"""The requests that browsers make, whole, before any clock runs."""

import json
import random
from collections.abc import Callable, Sequence
from urllib.parse import quote

SITE = "news.example"

_SYSTEMS = (
    "Windows NT 10.0; Win64; x64",
    "Macintosh; Intel Mac OS X 10_15_7",
    "X11; Linux x86_64",
    "Linux; Android 10; K",
)
_PHONES = ("iPhone; CPU iPhone OS {0}_{1} like Mac OS X", "iPad; CPU OS {0}_{1} like Mac OS X")


def user_agents() -> list[str]:
    """Return some hundred user agents as browsers send them."""
    found = []
    for system in _SYSTEMS:
        for version in range(100, 140):
            found.append(
                f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) "
                f"Chrome/{version}.0.0.0 {'Mobile ' if 'Android' in system else ''}Safari/537.36"
            )
            found.append(f"Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0")
    for phone in _PHONES:
        for major in range(15, 19):
            for minor in range(8):
                found.append(
                    f"Mozilla/5.0 ({phone.format(major, minor)}) AppleWebKit/605.1.15 "
                    f"(KHTML, like Gecko) Version/{major}.{minor} Mobile/15E148 Safari/604.1"
                )
    return found


def article_ids(count: int) -> list[str]:
    """Return article ids, the most read first."""
    return [f"/2026/02/21/story-{n}" for n in range(count)]


def zipf(count: int) -> list[float]:
    """Return how much more some articles are read than others, the most read first."""
    return [1 / (rank + 1) for rank in range(count)]


def _head(line: str, user_agent: str, address: str, port: int) -> str:
    """Return the head of a request as a browser's fetch() makes it and a proxy passes it on."""
    return (
        f"{line} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n"
        f"x-forwarded-for: {address}\r\nx-forwarded-proto: https\r\n"
        f"user-agent: {user_agent}\r\naccept: */*\r\naccept-language: en-GB,en;q=0.7\r\n"
        f"accept-encoding: gzip, deflate, br, zstd\r\norigin: https://{SITE}\r\nreferer: https://{SITE}/\r\n"
        "sec-fetch-dest: empty\r\nsec-fetch-mode: cors\r\nsec-fetch-site: cross-site\r\n"
    )


def view(article: str, event: str, address: str, user_agent: str, port: int) -> bytes:
    """Return a page's post of one view."""
    body = json.dumps({"site": SITE, "article": article, "event_id": event}).encode()
    head = _head("POST /v1/views", user_agent, address, port)
    told = f"content-type: text/plain;charset=UTF-8\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + told).encode() + body


def question(path: str, port: int) -> bytes:
    """Return a page's question."""
    return (_head(f"GET {path}", user_agents()[0], "198.51.100.7", port) + "\r\n").encode()


def counts_path(ids: Sequence[str]) -> str:
    """Return the path that asks for the counts of articles."""
    return f"/v1/counts?site={SITE}&ids={','.join(quote(one, safe='') for one in ids)}"


def views(count: int, articles: int, readers: int, seed: int, port: int) -> list[bytes]:
    """Return posts of views: many readers, each with a browser, a Zipf of articles, no event id twice."""
    chance = random.Random(seed)
    agents = user_agents()
    addresses = [".".join(str(chance.randrange(1, 223)) for _ in range(4)) for _ in range(readers)]
    read = chance.choices(article_ids(articles), zipf(articles), k=count)
    requests = []
    for article in read:
        reader = chance.randrange(readers)
        event = f"{chance.getrandbits(128):032x}"
        # A reader keeps her browser.
        requests.append(view(article, event, addresses[reader], agents[reader % len(agents)], port))
    return requests


def trending(count: int, articles: int, readers: int, seed: int, port: int) -> list[bytes]:
    """Return questions for lists, as the pages of a site ask them."""
    paths = [
        f"/v1/trending?site={SITE}{more}"
        for more in (
            "",
            "&limit=5",
            "&limit=20",
            "&section=world",
            "&tag=politics&limit=5",
            "&published_within=48h",
            "&list=most-read",
            "&list=most-read&window=1h&limit=5",
        )
    ]
    return [question(path, port) for path in paths]


def counts(count: int, articles: int, readers: int, seed: int, port: int) -> list[bytes]:
    """Return questions for the counts of ten articles, in two hundred combinations."""
    chance = random.Random(seed)
    ids = article_ids(articles)
    return [question(counts_path(chance.sample(ids, k=10)), port) for _ in range(200)]


KINDS: dict[str, Callable[[int, int, int, int, int], list[bytes]]] = {
    "views": views,
    "trending": trending,
    "counts": counts,
}
"""What a load can be of."""

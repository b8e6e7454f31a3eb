"""How many lists and counts a second the query service answers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.desk.catalogue import put_articles
from shared import keys
from shared.article import Article
from shared.listing import NAMES
from tests.bench.backlog import fill, tally
from tests.bench.pairs import compare
from tests.bench.report import Line
from tests.bench.requests import SITE, article_ids
from tests.bench.sizes import Sizes
from tests.bench.stage import Unmeasured, Valkey, noop, service, valkey
from tests.waiting import wait_until

_SECTIONS = ("world", "politics", "business", "science", "sport")


async def measure(sizes: Sizes, directory: Path) -> list[Line]:
    """Return the lines of lists and of counts. Raises Unmeasured unless every answer was a 200."""
    async with valkey(directory) as server:
        await _print(server, sizes, directory)
        lines = []
        async with (
            service("query", server, directory) as query,
            noop(directory) as reference,
        ):
            for path, kind in (("/v1/trending", "trending"), ("/v1/counts", "counts")):
                line, seen = await compare(f"query: GET {path}", kind, query, reference, sizes)
                if seen.statuses["200"] != seen.statuses.total():
                    raise Unmeasured(f"{path} answered {dict(seen.statuses)}")
                lines.append(line)
    return lines


async def _print(server: Valkey, sizes: Sizes, directory: Path) -> None:
    """Have a catalogue, counts and published lists, as the other services make them."""
    await put_articles(server.redis, SITE, _catalogue(sizes.catalogue))
    await fill(server.redis, sizes.views_read, sizes.articles, 1)

    async def counted() -> bool:
        return await tally(server.redis, 1, "counted", "duplicates") >= sizes.views_read

    async def published() -> bool:
        return await server.redis.exists(*(keys.listing(SITE, name) for name in NAMES)) == len(NAMES)

    async with service("counter", server, directory, public=False):
        await wait_until(counted, "every view is counted", seconds=60)
    async with service("ranker", server, directory, public=False):
        await wait_until(published, "every list is published", seconds=60)


def _catalogue(count: int) -> list[Article]:
    """Return articles of the last two weeks, shaped like those of a news site."""
    now = datetime.now(UTC)
    return [
        Article(
            id=article_id,
            url=f"https://{SITE}{article_id}",
            title=f"What the council decided on the bridge, part {n}, and what comes of it now",
            summary="Three readings, two delays and one vote later there is a date: " * 3,
            image_url=f"https://images.{SITE}/{n}/large.jpg",
            thumbnail_url=f"https://images.{SITE}/{n}/small.jpg",
            section=_SECTIONS[n % len(_SECTIONS)],
            tags=(_SECTIONS[n % 3], f"topic-{n % 40}"),
            authors=(f"Reporter {n % 25}",),
            published_at=now - timedelta(minutes=20 * n),
        )
        for n, article_id in enumerate(article_ids(count))
    ]

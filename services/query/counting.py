"""GET /v1/counts: the number beside the headline."""

from services.query.answers import STALE, Answers, compact
from services.query.parameters import article_id, ids_of, site_of, wrong
from services.query.read.counts import Counts
from shared import heartbeat
from shared.answer import Answer
from shared.catalogue import Catalogue
from shared.http import Header, Request, Response

PARAMETERS = ("site", "ids")
_CACHE: tuple[Header, ...] = (
    (b"cache-control", b"public, max-age=0, s-maxage=1, stale-while-revalidate=2, stale-if-error=86400"),
)


class Counting:
    """Answers with counts."""

    def __init__(self, catalogue: Catalogue, counts: Counts) -> None:
        self._catalogue = catalogue
        self._counts = counts
        self._answers = Answers()

    async def answer(self, request: Request) -> Response:
        """Answer one request. Raises Problem, and what redis-py raises without any data."""
        return await self._answers.reply(request, self._make)

    async def _make(self, request: Request) -> Answer:
        given = request.parameters(PARAMETERS)
        if given.get("site") == heartbeat.SITE:  # it is in no catalogue, and has no aliases
            site, resolve = heartbeat.SITE, _itself
        else:
            site = site_of(given, self._catalogue)
            resolve = self._catalogue[site].resolve
        asked = ids_of(request, "ids")
        if not asked:
            raise wrong("ids", "at least one id must be given")
        ids = [resolve(article_id(raw, "ids")) for raw in asked]
        views, stale = await self._counts.read(site, ids)
        headers = (*_CACHE, *STALE) if stale else _CACHE
        return Answer.of(compact({"counts": dict(zip(asked, views, strict=True))}), headers)


def _itself(article_id: str) -> str:
    return article_id

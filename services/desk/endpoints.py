"""What the desk answers under /v1/article and /v1/articles."""

from services.desk import catalogue, reading
from services.desk.answers import BulkAnswer, BulkError, Changed, MergeAnswer, Moved, StoredArticle, answer
from services.desk.merge import merge
from shared import keys
from shared.article import Article
from shared.connection import Client
from shared.http import Request, Response
from shared.metrics import DeskMetrics
from shared.problem import Kind, Problem
from shared.settings import Settings


class Articles:
    """The endpoints of the catalogue; each raises Problem for what it refuses."""

    def __init__(self, redis: Client, settings: Settings, metrics: DeskMetrics) -> None:
        self._redis = redis
        self._sites = settings.sites
        self._metrics = metrics

    async def get(self, request: Request) -> Response:
        """Answer the article of an id, alias or address as it is stored, and every alias it has."""
        site, article_id = reading.site_and_named(request, self._sites)
        named = await self._redis.hget(keys.alias(site), article_id)
        if named is not None:
            article_id = named.decode()
        fields = await self._redis.hgetall(keys.article(site, article_id))
        if not fields:
            raise Problem(Kind.UNKNOWN_ARTICLE, repr(article_id))
        article = Article.from_hash(fields).model_dump(exclude_none=True)
        also = {alias.decode() for name in (b"held", b"merged") for alias in fields.get(name, b"").split()}
        return answer(StoredArticle(site=site, **article, also_known_as=tuple(sorted(also))))

    async def put(self, request: Request) -> Response:
        """Store one article."""
        body, _ = await reading.body_of(request, reading.MAX_BODY, reading.JSON_TYPE)
        site, article = reading.read_article(body, self._sites)
        [outcome] = await self._store([(site, article)])
        if isinstance(outcome, Problem):
            raise outcome
        return answer(Changed(site=site, id=article.id, outcome=outcome))

    async def put_many(self, request: Request) -> Response:
        """Store the good articles of a bulk and list the others by index."""
        default = request.parameters(("site",)).get("site")
        if default is not None:
            reading.known_site(default, self._sites)
        body, content_type = await reading.body_of(
            request, reading.MAX_BULK, reading.JSON_TYPE, *reading.NDJSON_TYPES
        )
        shared_site, items = reading.read_bulk(body, content_type)
        if shared_site is not None:
            default = reading.known_site(shared_site, self._sites)
        read = [reading.try_place(item, self._sites, default) for item in items]
        placed = {index: article for index, article in enumerate(read) if not isinstance(article, Problem)}
        outcomes = await self._store(list(placed.values()))
        became = {**dict(enumerate(read)), **dict(zip(placed, outcomes, strict=True))}
        put = catalogue.Put.of(outcomes)
        errors = [self._bulk_error(i, what) for i, what in became.items() if isinstance(what, Problem)]
        return answer(BulkAnswer(stored=put.stored, unchanged=put.unchanged, errors=tuple(errors)))

    async def delete(self, request: Request) -> Response:
        """Take one article out of the catalogue."""
        site, article_id = reading.site_and_id(request, self._sites)
        await catalogue.delete_article(self._redis, site, article_id)
        self._metrics.changes.labels("delete").inc()
        return answer(Changed(site=site, id=article_id, outcome="deleted"))

    async def merge(self, request: Request) -> Response:
        """Make two ids one."""
        body, _ = await reading.body_of(request, reading.MAX_BODY, reading.JSON_TYPE)
        wanted = reading.read_merge(body, self._sites)
        merged = await merge(self._redis, wanted.site, wanted.from_id, wanted.into)
        self._metrics.changes.labels("merge").inc()
        self._metrics.moved.inc(merged.moved.views)
        moved = Moved(views=merged.moved.views, reader_days=merged.moved.readers)
        return answer(MergeAnswer(site=wanted.site, id=wanted.into, aliases=merged.aliases, moved=moved))

    def _bulk_error(self, index: int, problem: Problem) -> BulkError:
        self._metrics.refused.labels(problem.kind.slug).inc()
        at_fault = problem.extra.get("field")
        return BulkError(index=index, reason=problem.kind.slug, detail=str(problem), field=at_fault)

    async def _store(self, placed: list[tuple[str, Article]]) -> list[catalogue.Outcome]:
        outcomes = await catalogue.put_each(
            self._redis, placed, query_keys=lambda site: self._sites[site].query_keys
        )
        self._metrics.changes.labels("put").inc(outcomes.count("stored"))
        return outcomes

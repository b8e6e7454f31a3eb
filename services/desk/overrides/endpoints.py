"""What the desk answers under /v1/override and /v1/overrides."""

from datetime import UTC, datetime

from services.desk import reading
from services.desk.answers import Changed, answer
from services.desk.overrides import writing as override
from services.desk.overrides.answers import ListedOverride, OverridesAnswer
from services.desk.overrides.reading import read_lifting, read_override
from shared import keys
from shared.connection import Client
from shared.http import Request, Response
from shared.metrics import DeskMetrics
from shared.override import in_force
from shared.problem import Kind, Problem
from shared.settings import Settings


class Overrides:
    """The endpoints of overrides; each raises Problem for what it refuses."""

    def __init__(self, redis: Client, settings: Settings, metrics: DeskMetrics) -> None:
        self._redis = redis
        self._sites = settings.sites
        self._metrics = metrics

    async def put(self, request: Request) -> Response:
        """Set the override of one article."""
        body, _ = await reading.body_of(request, reading.MAX_BODY, reading.JSON_TYPE)
        now = await override.now_of(self._redis)
        asked, wanted = read_override(body, self._sites, now)
        stored = await override.put(self._redis, asked.site, asked.id, wanted, now)
        self._metrics.changes.labels(asked.action).inc()
        return answer(Changed(site=asked.site, id=stored.article_id, outcome=stored.outcome))

    async def delete(self, request: Request) -> Response:
        """Take the override of one article away."""
        site, article_id, by, reason = read_lifting(request, self._sites)
        now = await override.now_of(self._redis)
        found = await override.lift(self._redis, site, article_id, by=by, reason=reason, now=now)
        self._metrics.changes.labels("lift").inc()
        return answer(Changed(site=site, id=found, outcome="lifted"))

    async def get(self, request: Request) -> Response:
        """Answer the overrides of a site that are in force, by article."""
        given = request.parameters(("site",))
        if "site" not in given:
            raise Problem(Kind.BAD_PARAMETER, "site: it must be given", field="site")
        site = reading.known_site(given["site"], self._sites)
        stored = await override.stored(self._redis, site)
        aliases = await self._resolved(site, list(stored))
        standing = in_force(stored, lambda i: aliases.get(i, i), await override.now_of(self._redis))
        titles = await self._titles(site, list(standing.overrides))
        found = [
            ListedOverride(
                id=article_id,
                title=titles.get(article_id),
                action=one.action,
                position=one.position,
                factor=one.factor,
                label=one.label,
                since=datetime.fromtimestamp(one.since, UTC),
                until=datetime.fromtimestamp(one.until, UTC),
                by=one.by,
                reason=one.reason,
            )
            for article_id, one in standing.overrides.items()
        ]
        found.sort(key=lambda one: (one.until, one.id))
        return answer(OverridesAnswer(site=site, overrides=tuple(found)))

    async def _titles(self, site: str, ids: list[str]) -> dict[str, str]:
        """Return the titles of those articles that the catalogue has."""
        async with self._redis.pipeline(transaction=False) as pipe:
            for article_id in ids:
                pipe.hget(keys.article(site, article_id), "title")
            found = await pipe.execute()
        return {i: title.decode() for i, title in zip(ids, found, strict=True) if title is not None}

    async def _resolved(self, site: str, ids: list[str]) -> dict[str, str]:
        """Return the articles of those ids that are aliases."""
        if not ids:
            return {}
        owners = await self._redis.hmget(keys.alias(site), ids)
        return {i: owner.decode() for i, owner in zip(ids, owners, strict=True) if owner is not None}

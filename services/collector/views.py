"""The collector's endpoints: a request becomes admitted views on a stream."""

import asyncio
import json
import time
from collections.abc import Mapping
from functools import lru_cache

from services.collector.admission import BATCH_STEPS, PAGE_STEPS, Attempt, Dropped, admit, known_site
from services.collector.arrivals import Arrivals
from services.collector.attempts import attempt_of
from services.collector.callers import Callers
from services.collector.group_commit import GroupCommit
from services.collector.heartbeats import Heartbeats
from services.collector.metered import DROPPED
from services.collector.readings import BatchReading, Reading, read, read_json
from services.collector.salts import Salts
from services.collector.visitor import event_hash, given_visitor_hash, visitor_hash
from shared import heartbeat, hours
from shared.bearer import Keys
from shared.catalogue import Catalogue
from shared.clock import Steady
from shared.connection import UNAVAILABLE
from shared.entry import View
from shared.http import JSON, NO_STORE, Header, Request, Response
from shared.metrics import CollectorMetrics
from shared.partition import PartitionPlan, partition_of
from shared.problem import Kind, Problem
from shared.settings import Settings
from shared.strict_json import loads

MAX_VIEW_BODY = 8 * 1024
MAX_BATCH_BODY = 2 * 1024 * 1024
MAX_BATCH_VIEWS = 10_000

_VIEW_TYPES = (b"text/plain", b"application/json")
_BATCH_TYPES = (b"application/json", b"application/x-ndjson")
_GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b")

_ACCEPTED: Header = (b"x-groundswell-outcome", b"accepted")
_IMAGE: tuple[Header, ...] = (
    (b"content-type", b"image/gif"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    NO_STORE,
)
# Headers cost as much as all of admission, so a 202 has no more than a page can use.
_TAKEN = Response(202, b"", (_ACCEPTED,))


class Endpoints:
    """The handlers of the collector's routes."""

    def __init__(
        self,
        settings: Settings,
        metrics: CollectorMetrics,
        catalogue: Catalogue,
        salts: Salts,
        group: GroupCommit,
        *,
        arrivals: Arrivals,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._catalogue = catalogue
        self._salts = salts
        self._group = group
        self._arrivals = arrivals
        self._callers = Callers(settings, metrics, arrivals)
        self._batch_keys = Keys.parse(settings.batch_key)
        self._view_bytes = metrics.body_bytes.labels("view")
        self._batch_bytes = metrics.body_bytes.labels("batch")
        self._clock = Steady()
        self.plan: PartitionPlan | None = None
        """Set once Redis has told it; until then nothing is taken."""
        self.heartbeats = Heartbeats()

    async def view(self, request: Request) -> Response:
        """`POST /v1/views`: one reading."""
        _demand_type(request, _VIEW_TYPES)
        body = await request.body(MAX_VIEW_BODY)
        self._view_bytes.observe(len(body))
        try:
            reading = read_json(body)
            await self._accept(request, reading)
        except Dropped as drop:
            return Response(202, b"", (DROPPED, self._dropped(request, reading.site, drop)))
        except Problem as problem:
            self._arrivals.refused(_site_named(body), problem.kind)
            raise
        return _TAKEN

    async def pixel(self, request: Request) -> Response:
        """`GET /v1/view.gif?site=&article=`: one reading, from a page without scripts."""
        fields = request.parameters(("site", "article", "url", "via", "token"))
        try:
            reading = read(Reading, fields)
            if request.scope["method"] == "HEAD":
                return Response(200, _GIF, _IMAGE)
            await self._accept(request, reading)
        except Dropped as drop:
            return Response(200, _GIF, (*_IMAGE, DROPPED, self._dropped(request, reading.site, drop)))
        except Problem as problem:
            self._arrivals.refused(fields.get("site"), problem.kind)
            raise
        return Response(200, _GIF, (*_IMAGE, _ACCEPTED))

    async def batch(self, request: Request) -> Response:
        """`POST /v1/views/batch`: up to 10,000 readings from a server with a key."""
        key = self._batch_keys.demand(request)
        content_type = _demand_type(request, _BATCH_TYPES)
        body = await request.body(MAX_BATCH_BODY)
        self._batch_bytes.observe(len(body))
        items = _lines(body) if content_type == b"application/x-ndjson" else _array(body)
        errors: list[dict[str, object]] = []
        waiting: list[tuple[str, asyncio.Future[None]]] = []
        dropped = 0
        for index, item in enumerate(items):
            if index % 500 == 499:
                await asyncio.sleep(0)  # a page's beacon need not wait for a whole batch
            try:
                if isinstance(item, Problem):
                    raise item
                reading = read(BatchReading, item)
                waiting.append((reading.site, await self._accept_batched(reading, key)))
            except Problem as problem:
                self._arrivals.refused(_site_in(item), problem.kind)
                if problem.kind.status == 503:
                    raise
                self._metrics.refused.labels(problem.kind.slug).inc()
                errors.append(_told(index, problem))
            except Dropped as drop:
                self._dropped(request, reading.site, drop)
                dropped += 1
        for site, durable in waiting:
            try:
                await durable
            except Problem as problem:
                self._arrivals.refused(site, problem.kind)
                raise
            self._arrivals.accepted(site, time.time_ns() // 1_000_000)
        answer = {"accepted": len(waiting), "dropped": dropped, "errors": errors}
        return Response(202, json.dumps(answer).encode(), (JSON, _ACCEPTED, NO_STORE))

    def _now_ms(self) -> int:
        return int(self._clock.settle(time.time()) * 1000)

    async def _accept(self, request: Request, reading: Reading) -> None:
        """Admit a reading of a page, and return once its view is durable."""
        settings = self._settings
        if reading.site == heartbeat.SITE:
            await self._accept_heartbeat(request, reading)
            return
        site = known_site(reading, settings)
        address = self._callers.address(request, reading.site)
        received_ms = self._now_ms()
        attempt = attempt_of(request, reading, site, received_ms, address)
        article = admit(attempt, settings, PAGE_STEPS, self._aliases(reading.site))
        self._callers.admitted(reading.site, address)
        day = hours.day_stamp(received_ms / 1000)
        visitor = event = None
        if settings.tells_visitors_apart(reading.site):
            salt = self._salts.known(day) or await self._salt(day)
            visitor = visitor_hash(salt, reading.site, address, attempt.user_agent)
        if reading.event_id is not None:
            scope = b"" if visitor is None else visitor.to_bytes(8)
            event = event_hash(reading.site, scope, reading.event_id)
        weight = 1.0 if reading.via is None else site.via_weight
        view = View(reading.site, article, received_ms, received_ms, visitor, event, weight, reading.via)
        await self._add(view, day)
        self._arrivals.accepted(reading.site, received_ms)

    async def _accept_heartbeat(self, request: Request, reading: Reading) -> None:
        """Admit the view that proves the way, by the same steps; it is no news to anybody's newsroom."""
        site = self.heartbeats.site_of(reading, self._settings)
        now_ms = self._now_ms()
        article = admit(attempt_of(request, reading, site, now_ms), self._settings, PAGE_STEPS, {})
        await self._add(View(reading.site, article, now_ms, now_ms), hours.day_stamp(now_ms / 1000))

    async def _accept_batched(self, reading: Reading, key: bytes) -> asyncio.Future[None]:
        """Admit a reading of a batch, and return a future that is done once its view is durable."""
        assert isinstance(reading, BatchReading)  # noqa: S101 - read() was given the model
        received_ms = self._now_ms()
        site = known_site(reading, self._settings)
        attempt = Attempt(reading, site, received_ms)
        article = admit(attempt, self._settings, BATCH_STEPS, self._aliases(reading.site))
        occurred = reading.occurred_at
        occurred_ms = round(occurred.timestamp() * 1000) if occurred else received_ms
        day = hours.day_stamp(min(occurred_ms, received_ms) / 1000)
        visitor = event = None
        if reading.visitor is not None and self._settings.tells_visitors_apart(reading.site):
            salt = self._salts.known(day) or await self._salt(day)
            visitor = given_visitor_hash(salt, reading.site, reading.visitor)
        if reading.event_id is not None:
            event = event_hash(reading.site, key, reading.event_id)
        weight = 1.0 if reading.via is None else site.via_weight
        return self._add(
            View(reading.site, article, occurred_ms, received_ms, visitor, event, weight, reading.via), day
        )

    def _add(self, view: View, day: str) -> asyncio.Future[None]:
        if self.plan is None:
            raise Problem(Kind.UNAVAILABLE)
        return self._group.add(partition_of(view.visitor, view.event, self.plan.on(day)), view)

    def _aliases(self, site: str) -> Mapping[str, str]:
        if self.plan is None:
            raise Problem(Kind.UNAVAILABLE)
        return self._catalogue[site].aliases

    async def _salt(self, day: str) -> bytes:
        try:
            return await self._salts.of(day)
        except UNAVAILABLE:
            raise Problem(Kind.UNAVAILABLE) from None

    def _dropped(self, request: Request, site: str, drop: Dropped) -> Header:
        """Count what was dropped, and return the header that says why."""
        reason = drop.reason.value
        self._metrics.dropped.labels(reason).inc()
        page = request.header(b"origin") or request.header(b"referer") or b""
        self._arrivals.dropped(site, drop.reason, page)
        return (b"x-groundswell-reason", reason.encode())


def _told(index: int, problem: Problem) -> dict[str, object]:
    """Return what the answer to a batch says of a view that was refused."""
    told = {"index": index, "reason": problem.kind.slug, "detail": problem.detail}
    return {**told, "field": problem.extra["field"]} if "field" in problem.extra else told


def _site_named(body: bytes) -> object:
    """Return the site that the body of a refused request names, None if it names none."""
    try:
        return _site_in(loads(body))
    except Problem:
        return None


def _site_in(item: object) -> object:
    return item.get("site") if isinstance(item, dict) else None


def _demand_type(request: Request, allowed: tuple[bytes, ...]) -> bytes:
    """Return the media type without its parameters. Raises Problem unless it is one of those allowed."""
    given = _media_type(request.header(b"content-type") or b"")
    if given not in allowed:
        listed = ", ".join(kind.decode() for kind in allowed)
        raise Problem(Kind.UNSUPPORTED_CONTENT_TYPE, f"send one of {listed}")
    return given


@lru_cache(maxsize=100)
def _media_type(content_type: bytes) -> bytes:
    return content_type.partition(b";")[0].strip().lower()


def _array(body: bytes) -> list[object]:
    items = loads(body)
    if not isinstance(items, list):
        raise Problem(Kind.BAD_SHAPE, "a batch is a JSON array of readings")
    return _bounded(items)


def _lines(body: bytes) -> list[object]:
    """Return the readings of NDJSON; a line that is no JSON stands as its problem."""
    items: list[object] = []
    for line in _bounded([line for line in body.splitlines() if line.strip()]):
        try:
            items.append(loads(line))  # type: ignore[arg-type]
        except Problem as problem:
            items.append(problem)
    if not items:
        raise Problem(Kind.EMPTY_BODY)
    return items


def _bounded(items: list[object] | list[bytes]) -> list[object]:
    if len(items) > MAX_BATCH_VIEWS:
        raise Problem(Kind.TOO_MANY_VIEWS, f"{len(items)} views; the limit is {MAX_BATCH_VIEWS}")
    return list(items)

"""The collector's endpoints: a request becomes admitted views on a stream."""

import asyncio
import json
import time
from collections.abc import Mapping

from services.collector.address import client_address
from services.collector.admission import BATCH_STEPS, PAGE_STEPS, Attempt, Dropped, admit, known_site
from services.collector.bots import MAX_USER_AGENT
from services.collector.group_commit import GroupCommit
from services.collector.readings import BatchReading, Reading, read
from services.collector.salts import Salts
from services.collector.visitor import event_hash, given_visitor_hash, visitor_hash
from shared import hours
from shared.bearer import Keys
from shared.catalogue import Catalogue
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

ACCEPTED: tuple[Header, ...] = ((b"x-groundswell-outcome", b"accepted"), NO_STORE)


class Endpoints:
    """The handlers of the collector's routes."""

    def __init__(
        self,
        settings: Settings,
        metrics: CollectorMetrics,
        catalogue: Catalogue,
        salts: Salts,
        group: GroupCommit,
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._catalogue = catalogue
        self._salts = salts
        self._group = group
        self._batch_keys = Keys.parse(settings.batch_key)
        self._views = metrics.requests.labels("view")
        self._batches = metrics.requests.labels("batch")
        self._pixels = metrics.requests.labels("pixel")
        self.plan: PartitionPlan | None = None
        """Set once Redis has told it; until then nothing is taken."""

    async def view(self, request: Request) -> Response:
        """`POST /v1/views`: one reading."""
        self._views.inc()
        _demand_type(request, _VIEW_TYPES)
        reading = read(Reading, loads(await request.body(MAX_VIEW_BODY)))
        try:
            await self._accept(request, reading)
        except Dropped as drop:
            return Response(202, b"", self._dropped(drop))
        return Response(202, b"", ACCEPTED)

    async def pixel(self, request: Request) -> Response:
        """`GET /v1/view.gif?site=&article=`: one reading, from a page without scripts."""
        self._pixels.inc()
        image: Header = (b"content-type", b"image/gif")
        fields = request.parameters(("site", "article", "url", "via", "token"))
        reading = read(Reading, fields)
        if request.scope["method"] == "HEAD":
            return Response(200, _GIF, (image, NO_STORE))
        try:
            await self._accept(request, reading)
        except Dropped as drop:
            return Response(200, _GIF, (image, *self._dropped(drop)))
        return Response(200, _GIF, (image, *ACCEPTED))

    async def batch(self, request: Request) -> Response:
        """`POST /v1/views/batch`: up to 10,000 readings from a server with a key."""
        self._batches.inc()
        key = self._batch_keys.demand(request)
        content_type = _demand_type(request, _BATCH_TYPES)
        body = await request.body(MAX_BATCH_BODY)
        items = _lines(body) if content_type == b"application/x-ndjson" else _array(body)
        errors: list[dict[str, object]] = []
        waiting: list[asyncio.Future[None]] = []
        dropped = 0
        for index, item in enumerate(items):
            if index % 500 == 499:
                await asyncio.sleep(0)  # a page's beacon need not wait for a whole batch
            try:
                if isinstance(item, Problem):
                    raise item
                waiting.append(await self._accept_batched(read(BatchReading, item), key))
            except Problem as problem:
                if problem.kind is Kind.UNAVAILABLE:
                    raise
                self._metrics.refused.labels(problem.kind.slug).inc()
                errors.append({"index": index, "reason": problem.kind.slug, "detail": problem.detail})
            except Dropped as drop:
                self._metrics.dropped.labels(drop.reason.value).inc()
                dropped += 1
        await asyncio.gather(*set(waiting))
        answer = {"accepted": len(waiting), "dropped": dropped, "errors": errors}
        return Response(202, json.dumps(answer).encode(), (JSON, *ACCEPTED))

    async def _accept(self, request: Request, reading: Reading) -> None:
        """Admit a reading of a page, and return once its view is durable."""
        settings = self._settings
        site = known_site(reading, settings)
        fields: Mapping[bytes, bytes] = dict(request.scope["headers"])
        address = client_address(request.peer, request.headers(b"x-forwarded-for"), settings.trusted_proxies)
        user_agent = _text(fields.get(b"user-agent", b"")[:MAX_USER_AGENT])
        received_ms = time.time_ns() // 1_000_000
        attempt = Attempt(
            reading=reading,
            site=site,
            received_ms=received_ms,
            address=address,
            user_agent=user_agent,
            origin=_text(fields[b"origin"]) if b"origin" in fields else None,
            referer=_text(fields[b"referer"]) if b"referer" in fields else None,
            purpose=_text(fields.get(b"sec-purpose", b"") + fields.get(b"purpose", b"")).lower(),
            privacy_signal=fields.get(b"sec-gpc") == b"1" or fields.get(b"dnt") == b"1",
        )
        article = admit(attempt, settings, PAGE_STEPS, self._aliases(reading.site))
        visitor = visitor_hash(await self._salt(received_ms), reading.site, address, user_agent)
        event = None
        if reading.event_id is not None:
            event = event_hash(reading.site, visitor.to_bytes(8), reading.event_id)
        view = View(reading.site, article, received_ms, received_ms, visitor, event, 1.0, reading.via)
        await asyncio.shield(self._add(view))

    async def _accept_batched(self, reading: Reading, key: bytes) -> asyncio.Future[None]:
        """Admit a reading of a batch, and return a future that is done once its view is durable."""
        assert isinstance(reading, BatchReading)  # noqa: S101 - read() was given the model
        received_ms = time.time_ns() // 1_000_000
        attempt = Attempt(reading, known_site(reading, self._settings), received_ms)
        article = admit(attempt, self._settings, BATCH_STEPS, self._aliases(reading.site))
        occurred = reading.occurred_at
        occurred_ms = round(occurred.timestamp() * 1000) if occurred else received_ms
        visitor = event = None
        if reading.visitor is not None:
            salt = await self._salt(min(occurred_ms, received_ms))
            visitor = given_visitor_hash(salt, reading.site, reading.visitor)
        if reading.event_id is not None:
            event = event_hash(reading.site, key, reading.event_id)
        return self._add(
            View(reading.site, article, occurred_ms, received_ms, visitor, event, 1.0, reading.via)
        )

    def _add(self, view: View) -> asyncio.Future[None]:
        if self.plan is None:
            raise Problem(Kind.UNAVAILABLE)
        day = hours.day_stamp(min(view.occurred_ms, view.received_ms) / 1000)
        return self._group.add(partition_of(view.visitor, view.event, self.plan.on(day)), view)

    def _aliases(self, site: str) -> Mapping[str, str]:
        if self.plan is None:
            raise Problem(Kind.UNAVAILABLE)
        return self._catalogue[site].aliases

    async def _salt(self, moment_ms: int) -> bytes:
        try:
            return await self._salts.of(moment_ms / 1000)
        except UNAVAILABLE:
            raise Problem(Kind.UNAVAILABLE) from None

    def _dropped(self, drop: Dropped) -> tuple[Header, ...]:
        reason = drop.reason.value
        self._metrics.dropped.labels(reason).inc()
        return (
            (b"x-groundswell-outcome", b"dropped"),
            (b"x-groundswell-reason", reason.encode()),
            NO_STORE,
        )


def _demand_type(request: Request, allowed: tuple[bytes, ...]) -> bytes:
    """Return the media type without its parameters. Raises Problem unless it is one of those allowed."""
    given = (request.header(b"content-type") or b"").partition(b";")[0].strip().lower()
    if given not in allowed:
        listed = ", ".join(kind.decode() for kind in allowed)
        raise Problem(Kind.UNSUPPORTED_CONTENT_TYPE, f"send one of {listed}")
    return given


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


def _text(value: bytes) -> str:
    return value.decode("latin-1")

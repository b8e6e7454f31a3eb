"""One round of ranking: hold the lease, rank what is due, publish it."""

import time

from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as NoReply

from services.ranker.lease import Lease
from services.ranker.lists import Lists
from services.ranker.lists_metered import ListMeter
from services.ranker.publish import Outranked, Publisher
from services.ranker.schedule import EVERY_MINUTE, EVERY_SECOND, Basis, Schedule, is_due
from shared.catalogue import Catalogue
from shared.clock import Steady
from shared.connection import Client
from shared.metrics import RankerMetrics
from shared.partition import read_plan
from shared.settings import Settings

AWAY = (Disconnected, NoReply, OSError)
"""What ends a round, for no other list would fare better."""

_BUDGET = 0.7
"""Seconds of a round after which no further long window is begun."""

_RENEW = 1.0
"""Seconds after which the lease is renewed in the middle of a round."""


class Unranked(Exception):
    """Some lists of a round failed while others were published."""

    def __init__(self, failed: dict[tuple[str, str], Exception]) -> None:
        (site, name), error = next(iter(failed.items()))
        super().__init__(f"{len(failed)} lists failed, {name} of {site} with {type(error).__name__}: {error}")


class Ranker:
    """Ranks every list of every site while it leads; stands by while another does."""

    def __init__(
        self, redis: Client, settings: Settings, catalogue: Catalogue, metrics: RankerMetrics
    ) -> None:
        self._redis = redis
        self._settings = settings
        self._catalogue = catalogue
        self._metrics = metrics
        self._lease = Lease(redis, "ranker")
        self._lists = Lists(redis, settings.sites, catalogue)
        self._publisher = Publisher(redis)
        self._schedule = Schedule()
        self._meter = ListMeter(metrics)
        self._clock = Steady()
        self._term = 0
        self._published_at: dict[tuple[str, str], float] = {}

    @property
    def leads(self) -> bool:
        """Whether this ranker publishes."""
        return self._lease.generation is not None

    async def round(self) -> None:
        """Rank and publish what is due, if we lead and know the catalogue.

        The short windows of every site come first. Then long ones, one at
        least, the most overdue first, until most of the second is used up:
        so they never hold up the short ones for longer than one of them takes.
        Raises Unranked when only some lists failed; what redis-py raises when
        Redis is away.
        """
        began = renewed = time.monotonic()
        if not await self._lead() or not self._catalogue.loaded:
            return
        plan = await read_plan(self._redis)
        partitions = self._settings.partitions if plan is None else plan.ever
        now = await self._now()
        short = [(site, name) for name in EVERY_SECOND for site in self._settings.sites]
        failed: dict[tuple[str, str], Exception] = {}
        for position, (site, name) in enumerate([*short, *self._overdue(now)]):
            if position > len(short) and time.monotonic() - began > _BUDGET:
                break
            if time.monotonic() - renewed > _RENEW:
                renewed = time.monotonic()
                if not await self._lead():
                    return
            try:
                await self._publish(site, name, partitions)
            except AWAY:
                raise
            except Outranked as refusal:
                self._lease.outgrow(refusal.generation)
                return
            except Exception as error:  # one broken key may not hold up the other lists
                failed[site, name] = error
                self._schedule.tried(site, name, now, None)
        if failed:
            raise Unranked(failed)

    async def release(self) -> None:
        """Let another lead. Raises what redis-py raises."""
        await self._lease.release()
        self._metrics.leader.set(0)

    async def _lead(self) -> bool:
        try:
            leads = await self._lease.hold()
        finally:
            self._metrics.leader.set(self.leads)
        if leads and self._lease.terms != self._term:
            self._term = self._lease.terms
            self._publisher.forget()
            self._schedule.forget()
            self._meter.forget()
        return leads

    def _overdue(self, now: float) -> list[tuple[str, str]]:
        due = [
            (self._schedule.due_at(site, name, self._basis(site, name, now)), site, name)
            for site in self._settings.sites
            for name in EVERY_MINUTE
        ]
        return [(site, name) for at, site, name in sorted(due) if is_due(at, now)]

    def _basis(self, site: str, name: str, now: float) -> Basis:
        return Basis(
            self._catalogue[site].changed_at,
            self._lists.since(site, name, now),
            self._lists.unranked(site, now),
        )

    async def _publish(self, site: str, name: str, partitions: int) -> None:
        generation = self._lease.generation
        assert generation is not None  # noqa: S101 - we lead
        now = await self._now()
        basis = self._basis(site, name, now)
        began = time.monotonic()
        ranking = await self._lists.rank(site, name, now, partitions)
        written = await self._publisher.publish(site, name, ranking, generation, now)
        ended = time.monotonic()
        self._metrics.rank_seconds.labels(name).observe(ended - began)
        self._meter.ranked((site, name), ranking, began=began, ended=ended)
        self._schedule.tried(site, name, now, basis)
        if written:
            self._metrics.published.labels(name).inc()
        self._published_at[site, name] = now
        oldest = min(self._published_at.get((s, name), 0.0) for s in self._settings.sites)
        self._metrics.published_at.labels(name).set(oldest)

    async def _now(self) -> float:
        """Return the time of Redis, by which views are counted, as far as it is to be believed."""
        seconds, microseconds = await self._redis.time()
        return self._clock.settle(seconds + microseconds / 1_000_000)

"""A ranking becomes the published list, with its movement, its history and the moment it last changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib.resources import files

import msgpack

from services.ranker.lists import WINDOW_OF, Ranking
from shared import history, keys, listing
from shared.connection import Client
from shared.listing import Listed, Listing
from shared.override import Placed

MOVEMENT = 3_600.0
"""How long ago the list was that movement is against, in seconds."""

UNCHANGED = 10.0
"""Seconds an unchanged list is left alone: written every second it would only fill the append-only file."""


class Outranked(Exception):
    """A newer generation has written this list: we lead no more."""

    def __init__(self, generation: int) -> None:
        super().__init__(f"generation {generation} has written before")
        self.generation = generation


@dataclass(slots=True)
class _Published:
    """What is known of a list without asking Redis again."""

    listing: Listing | None
    written_at: float = float("-inf")
    minute: int | None = None
    """The minute of the last look at history."""


class Publisher:
    """Writes lists, and remembers what it wrote while it leads."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis
        self._write = redis.register_script(
            files("services.ranker").joinpath("lua/list.publish.lua").read_text()
        )
        self._published: dict[tuple[str, str], _Published] = {}

    def forget(self) -> None:
        """Read the lists of Redis again: another may have led, or the database may be a new one."""
        self._published.clear()

    async def publish(self, site: str, name: str, ranking: Ranking, generation: int, now: float) -> bool:
        """Write a list unless it stands unchanged, and return whether it was written.

        Once a minute its snapshot goes into history, if that would tell
        something new. Raises Outranked, with nothing written, and what
        redis-py raises.
        """
        known = self._published.get((site, name))
        if known is None:
            known = self._published[site, name] = _Published(await self._standing(site, name))
        before = known.listing
        minute = int(now // 60)
        due = minute != known.minute
        changed = before is None or _shown(name, before.entries) != _shown(name, ranking.entries)
        fresh = Listing(
            generation=generation,
            changed_at=now if before is None or changed else before.changed_at,
            since=ranking.since,
            entries=ranking.entries,
            past=await self._past(site, name, now) if before is None or due else before.past,
            ratio=ranking.ratio,
        )
        lately = 0 <= now - known.written_at < UNCHANGED
        if before is not None and before.since == fresh.since and lately and not (changed or due):
            return False
        await self._send(site, name, fresh, ranking.placed, now, due=due)
        self._published[site, name] = _Published(fresh, now, minute)
        return True

    async def _send(
        self, site: str, name: str, fresh: Listing, placed: Placed, now: float, *, due: bool
    ) -> None:
        snapshot, mark, beside = b"", b"", b""
        if due:
            top = fresh.entries[: history.SNAPSHOT_DEPTH]
            snapshot = history.encode(
                ((entry.id, entry.value) for entry in top), await self._dictionary(site, name, now)
            )
            beside = history.encode_placed(placed)
            mark = blake2b(msgpack.packb(_shown(name, top)) + beside, digest_size=8).digest()
        standing = await self._write(
            keys=[keys.listing(site, name), keys.history(site, name)],
            args=[
                listing.encode(fresh),
                snapshot,
                mark,
                int(now * 1000),
                int((now - history.RETENTION) * 1000),
                beside,
            ],
        )
        if standing:
            raise Outranked(int(standing))

    async def _standing(self, site: str, name: str) -> Listing | None:
        value = await self._redis.get(keys.listing(site, name))
        try:
            return None if value is None else listing.decode(value)
        except ValueError:  # what nobody can read is no loss when it is written over
            return None

    async def _dictionary(self, site: str, name: str, now: float) -> bytes:
        try:
            return await history.dictionary(self._redis, site, name, now)
        except ValueError:  # the hour began with what nobody can read: this snapshot stands alone
            return b""

    async def _past(self, site: str, name: str, now: float) -> tuple[str, ...]:
        try:
            snapshot = await history.at(self._redis, site, name, now - MOVEMENT)
        except ValueError:  # better a list without movement than no list
            return ()
        return () if snapshot is None else tuple(article_id for article_id, _ in snapshot.entries)


def _shown(name: str, entries: Sequence[Listed]) -> list[tuple[str, int, float]]:
    """Return what a change of is a change of the list. Weights and r are left out: they move all the time."""
    counted = name in WINDOW_OF
    return [(entry.id, entry.views, entry.value if counted else 0.0) for entry in entries]

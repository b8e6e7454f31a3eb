"""Taking the views of an attack out again, for an article and a range of hours.

A correction has a request id. What it took is noted in each partition together
with the taking, so the same request again takes nothing twice, and one that
was interrupted goes on where it ended (docs/adr/0012-overrides.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import NamedTuple

import msgpack

from services.desk.catalogue import FEED_LENGTH
from services.desk.correction.known import demand_known
from services.desk.correction.plan import Amount, Cells, plan
from services.desk.move import partitions_ever
from shared import keys
from shared.connection import Client
from shared.decay import HALF_LIVES, floor_score
from shared.hours import DAY, HOUR, day_stamp, floor_hour, hour_stamp
from shared.problem import Kind, Problem

REMEMBERED = 8 * DAY
"""Seconds back to which a board may hold a view that matters; and for which a request is known."""

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """What shall be taken out: of the hours from `start` up to `end`, in Unix seconds, whole hours."""

    site: str
    article_id: str
    start: int
    end: int
    amount: Amount
    by: str
    reason: str
    request: str

    @property
    def hours(self) -> range:
        """The first second of each hour."""
        return range(self.start, self.end, HOUR)

    @property
    def asked(self) -> str:
        """One word for what is asked: the same for the same, whoever asks and why."""
        return f"{self.site}|{self.article_id}|{self.start}|{self.end}|{self.amount.word}"


class Corrected(NamedTuple):
    """What a correction did."""

    article_id: str
    """The article, when it was named by an alias."""
    views: int
    """Taken out by this request."""
    left: int
    """Views left in the range."""
    repeated: bool
    """Whether the request had been done before, so that nothing happened now."""


async def correct(redis: Client, wanted: Correction) -> Corrected:
    """Take views out of counts, boards, hours and days, and write who wanted it into the audit.

    Raises Problem with nothing taken: UNKNOWN_ARTICLE for an article of which
    nothing is known, CORRECTION_REFUSED when there are not as many views, or
    the request id was another correction's; and what redis-py raises, after
    which the same request may be made again.
    """
    owner = await redis.hget(keys.alias(wanted.site), wanted.article_id)
    if owner is not None:
        wanted = replace(wanted, article_id=owner.decode())
    partitions = await partitions_ever(redis)
    audited = False
    for _ in range(_ATTEMPTS):
        before = await _taken_before(redis, wanted, partitions)
        cells = await _cells(redis, wanted, partitions)
        there = sum(map(sum, cells.values()))
        if before and len(before) == len(partitions):
            return Corrected(wanted.article_id, sum(before.values()), there, repeated=not audited)
        if not before and not there:
            stamps = map(hour_stamp, wanted.hours)
            await demand_known(redis, wanted.site, wanted.article_id, partitions=partitions, stamps=stamps)
        wanted_now = plan(cells, wanted.amount, before)
        if not audited:
            await _audit(redis, wanted, "correct", {"amount": wanted.amount.word})
            audited = True
        if await _take(redis, wanted, wanted_now, len(partitions)):
            now_taken = sum(map(sum, wanted_now.values()))
            done = Corrected(
                wanted.article_id, sum(before.values()) + now_taken, there - now_taken, repeated=False
            )
            await _audit(redis, wanted, "corrected", {"views": done.views, "left": done.left})
            # Every list of the site is ranked anew, and every cache hears of it.
            changed = {"site": wanted.site, "aliases": ""}
            await redis.xadd(keys.CHANGES, changed, maxlen=FEED_LENGTH, approximate=True)
            return done
    raise Problem(Kind.UNAVAILABLE, "the hours changed as often as they were read")


async def _taken_before(redis: Client, wanted: Correction, partitions: range) -> dict[int, int]:
    """Return what the request has taken already, by partition."""
    found = {}
    for p in partitions:
        note = await redis.get(keys.correction(p, wanted.request))
        if note is not None:
            views, _, asked = note.decode().partition(" ")
            _demand_same(asked, wanted)
            found[p] = int(views)
    return found


def _demand_same(asked: str, wanted: Correction) -> None:
    if asked != wanted.asked:
        detail = f"request: {wanted.request!r} was another correction"
        raise Problem(Kind.CORRECTION_REFUSED, detail, field="request")


async def _cells(redis: Client, wanted: Correction, partitions: range) -> Cells:
    async with redis.pipeline(transaction=False) as pipe:
        for p in partitions:
            for hour in wanted.hours:
                pipe.zscore(keys.hour(p, wanted.site, hour_stamp(hour)), wanted.article_id)
        scores = iter([round(score or 0) for score in await pipe.execute()])
    return {p: [next(scores) for _ in wanted.hours] for p in partitions}


async def _take(redis: Client, wanted: Correction, planned: Cells, partitions: int) -> bool:
    """Take out what is planned. Return False when that has been overtaken, and asks for another plan."""
    for p, views in planned.items():
        verdict, *rest = await _take_in(
            redis, p, wanted, dict(zip(wanted.hours, views, strict=True)), partitions
        )
        if verdict == b"odd":
            raise Problem(Kind.CORRECTION_REFUSED, f"{rest[0].decode()} holds less than its hours do")
        if verdict == b"noted":
            _demand_same(rest[0].decode(), wanted)
        if verdict != b"taken":
            return False
    return True


async def _take_in(
    redis: Client, p: int, wanted: Correction, taken: Mapping[int, int], partitions: int
) -> Sequence[bytes]:
    """Take views by hour out of one partition, and return the reply of the script."""
    now = float((await redis.time())[0])
    last = floor_hour(now) + HOUR
    hours = sorted({*range(last - REMEMBERED, last + HOUR, HOUR), *taken})
    days: dict[str, int] = {}
    for hour, views in taken.items():
        if views:
            days[day_stamp(hour)] = days.get(day_stamp(hour), 0) + views
    named = [
        keys.total(p),
        keys.count(p, wanted.site),
        keys.correction(p, wanted.request),
        *(keys.board(p, wanted.site, half_life) for half_life in HALF_LIVES),
        *(keys.hour(p, wanted.site, hour_stamp(hour)) for hour in hours),
        *(keys.day(p, wanted.site, stamp) for stamp in days),
    ]
    told = {
        "half_lives": [[seconds, floor_score(seconds, now, partitions)] for seconds in HALF_LIVES.values()],
        "hours": [[hour, taken.get(hour, 0)] for hour in hours],
        "days": list(days.values()),
    }
    script = redis.register_script(files("services.desk").joinpath("lua/article.correct.lua").read_text())
    reply: list[bytes] = await script(
        named, [wanted.article_id, wanted.asked, REMEMBERED, msgpack.packb(told)]
    )
    return reply


async def _audit(redis: Client, wanted: Correction, action: str, more: Mapping[str, int | str]) -> None:
    entry = {
        "who": wanted.by,
        "action": action,
        "site": wanted.site,
        "id": wanted.article_id,
        "from": hour_stamp(wanted.start),
        "to": hour_stamp(wanted.end),
        "request": wanted.request,
        "reason": wanted.reason,
        **more,
    }
    await redis.xadd(keys.AUDIT, entry, maxlen=FEED_LENGTH, approximate=True)

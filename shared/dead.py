"""Dead letters: entries that nobody can count, kept aside with the reason.

A letter on `gs:dead:{p}` has these fields, in this order:

    reason      one word: `undecodable`, `unknown-version`, or `expired` for a row that was spooled too long
    detail      what exactly was wrong, for people
    at          when the entry became a letter, in Unix milliseconds of Redis
    stream_id   what its stream called the entry; empty if it never was on one
    views       how many views it has in the books
    raw.NAME    every field of the entry as it was: raw.v, raw.e (the entry id), raw.b, raw.w, raw.t

In the books the views of letters are `dead`. A replay puts the entry back on
its stream, a purge makes its views `purged`, and the oldest letter that has
to go for a new one makes them `dead_trimmed`. Nothing of a letter was marked
as seen, so a replay counts.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from shared import keys
from shared.connection import Client
from shared.ledger import views_in

MOST = 10_000
"""Letters kept a partition: some 10 MB of usual entries."""

EXPIRED = "expired"
"""The reason of a row that was spooled for so long that its entry id may be forgotten."""

_MOST_FIELDS = 500
_RAW = b"raw."
_CHUNK = 100

_BURY, _REPLAY, _PURGE = (
    files("shared").joinpath(f"lua/letter.{verb}.lua").read_text() for verb in ("bury", "replay", "purge")
)


class Buried(NamedTuple):
    """What burying an entry did."""

    here: bool
    """False when somebody else had acknowledged the entry."""
    trimmed: int
    """Letters that had to go for it, the oldest first."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter."""

    partition: int
    id: str
    """Its place on `gs:dead:{p}`."""
    reason: str
    detail: str
    at_ms: int
    stream_id: str
    views: int
    fields: Mapping[bytes, bytes]
    """The entry as it was."""

    @property
    def name(self) -> str:
        """What commands call it: PARTITION/ID."""
        return f"{self.partition}/{self.id}"


async def bury(
    redis: Client,
    partition: int,
    fields: Mapping[bytes, bytes],
    *,
    reason: str,
    detail: str,
    stream_id: bytes = b"",
) -> Buried:
    """Make an entry a dead letter, in one step with the books.

    With `stream_id` it is acknowledged, and buried only if that had not been
    done before. Without, it never was on its stream: its views are accepted
    here, so whoever buries it again after a lost reply keeps the books
    balanced and has two letters with one entry id, of which one counts.
    Raises what redis-py raises.
    """
    raw = list(fields.items())
    if len(raw) > _MOST_FIELDS:
        detail = f"{detail}; {len(raw) - _MOST_FIELDS} more fields were not kept"
    letter = [part for name, value in raw[:_MOST_FIELDS] for part in (_RAW + name, value)]
    named = [keys.views(partition), keys.dead(partition), keys.total(partition)]
    told = [keys.GROUP, stream_id, reason, detail, views_in(fields), MOST]
    here, trimmed = await redis.eval(_BURY, len(named), *named, *told, *letter)
    return Buried(bool(here), int(trimmed))


async def letters(redis: Client, partition: int) -> AsyncIterator[Letter]:
    """Yield the letters of a partition that are there now, oldest first."""
    key = keys.dead(partition)
    newest = await redis.xrevrange(key, count=1)
    after = b"-"
    while newest and (rows := await redis.xrange(key, after, newest[0][0], count=_CHUNK)):
        for row in rows:
            yield _letter(partition, *row)
        after = b"(" + rows[-1][0]


async def first(redis: Client, partition: int, count: int) -> list[Letter]:
    """Return the oldest letters of a partition, at most `count`."""
    return [_letter(partition, *row) for row in await redis.xrange(keys.dead(partition), count=count)]


async def newest(redis: Client, partition: int) -> Letter | None:
    """Return the newest letter of a partition, None without any."""
    rows = await redis.xrevrange(keys.dead(partition), count=1)
    return _letter(partition, *rows[0]) if rows else None


async def find(redis: Client, partition: int, letter_id: str) -> Letter | None:
    """Return the letter of an id, None without one."""
    rows = await redis.xrange(keys.dead(partition), letter_id, letter_id)
    return _letter(partition, *rows[0]) if rows else None


async def replay(redis: Client, letter: Letter) -> bool:
    """Put the entry of a letter back on its stream; return False when the letter was gone."""
    named = [keys.dead(letter.partition), keys.views(letter.partition), keys.total(letter.partition)]
    return bool(await redis.eval(_REPLAY, len(named), *named, letter.id))


async def purge(redis: Client, letter: Letter) -> bool:
    """Throw a letter away, for ever; return False when it was gone."""
    named = [keys.dead(letter.partition), keys.total(letter.partition)]
    return bool(await redis.eval(_PURGE, len(named), *named, letter.id))


def _letter(partition: int, letter_id: bytes, fields: Mapping[bytes, bytes]) -> Letter:
    return Letter(
        partition,
        letter_id.decode(),
        fields.get(b"reason", b"").decode(errors="replace"),
        fields.get(b"detail", b"").decode(errors="replace"),
        int(fields.get(b"at", 0)),
        fields.get(b"stream_id", b"").decode(errors="replace"),
        int(fields.get(b"views", 0)),
        {name.removeprefix(_RAW): value for name, value in fields.items() if name.startswith(_RAW)},
    )

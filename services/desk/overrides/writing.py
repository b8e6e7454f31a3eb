"""Overrides as the newsroom writes them: set, lifted, listed (docs/adr/0012-overrides.md)."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from services.desk.catalogue import FEED_LENGTH
from shared import keys
from shared.connection import Client
from shared.override import MOST, Override, read_all
from shared.problem import Kind, Problem


class Stored(NamedTuple):
    """What became of an override: the article it is of, and whether it took the place of another."""

    article_id: str
    outcome: Literal["stored", "replaced"]


class Swept(NamedTuple):
    """What a sweep found."""

    out: int
    """Overrides that were taken out."""
    in_force: Sequence[Override]


async def now_of(redis: Client) -> float:
    """Return the time of Redis in Unix seconds."""
    seconds, microseconds = await redis.time()
    return float(seconds + microseconds / 1_000_000)


async def put(redis: Client, site: str, article_id: str, override: Override, now: float) -> Stored:
    """Set the override of an article, given by its id or an alias, in place of the one it has.

    Raises Problem: UNKNOWN_ARTICLE, POSITION_TAKEN, or TOO_MANY_OVERRIDES.
    """
    script = _script(redis, "override.put")
    named = [keys.published(site), keys.alias(site), keys.override(site), keys.CHANGES, keys.AUDIT]
    reply = await script(named, [site, article_id, override.encode(), repr(now), MOST, FEED_LENGTH])
    verdict, *rest = (part.decode() for part in reply)
    if verdict == "unknown":
        raise Problem(Kind.UNKNOWN_ARTICLE, repr(article_id), field="id")
    if verdict == "taken":
        detail = f"position: {rest[0]!r} is the {override.action} at {override.position}"
        raise Problem(Kind.POSITION_TAKEN, detail, field="position", article=rest[0])
    if verdict == "full":
        raise Problem(Kind.TOO_MANY_OVERRIDES, f"{site} has {MOST:,}", field="site")
    return Stored(rest[0], "replaced" if verdict == "replaced" else "stored")


async def lift(redis: Client, site: str, article_id: str, *, by: str, reason: str, now: float) -> str:
    """Take away the override of an article, given by its id or an alias, and return the article.

    Raises Problem(UNKNOWN_OVERRIDE) when none is in force.
    """
    script = _script(redis, "override.lift")
    named = [keys.alias(site), keys.override(site), keys.CHANGES, keys.AUDIT]
    reply = await script(named, [site, article_id, by, reason, repr(now), FEED_LENGTH])
    if reply[0] == b"unknown":
        raise Problem(Kind.UNKNOWN_OVERRIDE, repr(article_id), field="id")
    return str(reply[1].decode())


async def stored(redis: Client, site: str) -> dict[str, Override]:
    """Return every override of a site by the id it is stored under, also those whose time is over."""
    return read_all(await redis.hgetall(keys.override(site)))


async def sweep_out(redis: Client, site: str, now: float) -> Swept:
    """Take out the overrides of a site whose time is over."""
    script = _script(redis, "override.expire")
    raw: dict[bytes, bytes] = await redis.hgetall(keys.override(site))
    found = read_all(raw)
    over = [i for i, override in found.items() if override.until <= now]
    out = 0
    for article_id in over:
        arguments = [site, article_id, raw[article_id.encode()], FEED_LENGTH]
        out += await script([keys.override(site), keys.CHANGES, keys.AUDIT], arguments)
    return Swept(out, [override for i, override in found.items() if i not in over])


def _script(redis: Client, name: str) -> Any:
    return redis.register_script(files("services.desk").joinpath(f"lua/{name}.lua").read_text())

"""What a query string may say, read strictly: whatever is wrong is refused by its name."""

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from shared.article_id import BadArticleId, normalise_id
from shared.catalogue import SiteCatalogue
from shared.hours import DAY
from shared.http import Request
from shared.problem import Kind, Problem
from shared.setting_types import parse_duration

MAX_IDS = 200
MAX_LIMIT = 100
DEFAULT_LIMIT = 10
_MAX_WORD = 100
_MAX_AGE = 3_650 * DAY
_NUMBER = re.compile(r"[0-9]{1,9}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


def wrong(name: str, detail: str) -> Problem:
    """Return the problem of a parameter whose value is not taken."""
    return Problem(Kind.BAD_PARAMETER, f"{name}: {detail}", parameter=name)


def site_of(given: Mapping[str, str], sites: Container[str]) -> str:
    """Return the site asked for. Raises Problem without one, or when it is not configured."""
    site = given.get("site")
    if not site:
        raise wrong("site", "it must be given")
    if site not in sites:
        raise Problem(Kind.UNKNOWN_SITE, f"{site[:64]!r} is not configured here", parameter="site")
    return site


def limit_of(given: Mapping[str, str]) -> int:
    """Return how many articles are asked for, 1-100. Raises Problem."""
    text = given.get("limit", str(DEFAULT_LIMIT))
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MAX_LIMIT:
        raise wrong("limit", f"a whole number from 1 to {MAX_LIMIT}, not {text[:20]!r}")
    return int(text)


def least_of(given: Mapping[str, str], name: str) -> int:
    """Return the least number asked for, 0 without it. Raises Problem."""
    text = given.get(name, "0")
    if not _NUMBER.fullmatch(text):
        raise wrong(name, f"a whole number from 0 to 999999999, not {text[:20]!r}")
    return int(text)


def word_of(given: Mapping[str, str], name: str) -> str | None:
    """Return the text of a filter, None without it. Raises Problem."""
    word = given.get(name)
    if word is not None and not 1 <= len(word) <= _MAX_WORD:
        raise wrong(name, f"1-{_MAX_WORD} characters")
    return word


def age_of(given: Mapping[str, str], name: str) -> int | None:
    """Return a duration in seconds, None without it. Raises Problem."""
    text = given.get(name)
    if text is None:
        return None
    try:
        seconds = parse_duration(text)
    except ValueError:
        raise wrong(name, f"a duration such as 30m, 48h or 7d, not {text[:20]!r}") from None
    if not 0 < seconds <= _MAX_AGE:
        raise wrong(name, "more than nothing and at most ten years")
    return seconds


def one_of(given: Mapping[str, str], name: str, known: Mapping[str, object]) -> str | None:
    """Return one of a closed set of words, None when none is given. Raises Problem."""
    word = given.get(name)
    if word is not None and word not in known:
        raise wrong(name, f"one of {', '.join(known)}, not {word[:40]!r}")
    return word


def moment_of(given: Mapping[str, str], name: str) -> float | None:
    """Return a date (its UTC midnight) or an RFC 3339 moment in Unix seconds, None without it.

    Raises Problem for what is neither, or lies outside 1970 to 2100.
    """
    text = given.get(name)
    if text is None:
        return None
    # A plus that nobody encoded arrives as a space.
    text = text.replace(" ", "+")
    try:
        if _DATE.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        elif _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper())
        else:
            raise ValueError
        seconds = moment.timestamp()
    except (ValueError, OverflowError):
        raise wrong(name, f"a date or a moment such as 2026-02-21T15:00:00Z, not {text[:40]!r}") from None
    if not _EARLIEST <= seconds < _LATEST:
        raise wrong(name, "a moment between 1970 and 2100")
    return seconds


def article_id(raw: str, name: str) -> str:
    """Return the normalised id. Raises Problem when it cannot be one."""
    try:
        return normalise_id(raw)
    except BadArticleId as error:
        raise Problem(Kind.BAD_ARTICLE_ID, f"{name}: {error}", parameter=name) from None


def article_of(given: Mapping[str, str], catalogue: SiteCatalogue) -> str:
    """Return the id of the article asked for by any of its names. Raises Problem without one."""
    if not given.get("id"):
        raise wrong("id", "it must be given")
    return catalogue.resolve(article_id(given["id"], "id"))


def ids_of(request: Request, name: str) -> list[str]:
    """Return the ids of a comma-separated parameter as they were asked, none without it.

    The ids are percent-encoded one by one and joined by commas. Where not
    one bare comma stands, encoded ones separate: that is how URLSearchParams
    and most clients write a list. Raises Problem beyond 200 of them.
    """
    value = _raw(request.query, name)
    if not value:
        return []
    parts = [unquote_plus(part) for part in value.split(",")]
    if len(parts) == 1:
        parts = parts[0].split(",")
    if len(parts) > MAX_IDS:
        raise Problem(Kind.TOO_MANY_IDS, f"{name}: {len(parts)} ids", parameter=name)
    return parts


def _raw(query: bytes, name: str) -> str:
    """Return the value of a parameter as it came, still encoded; empty without it."""
    for pair in query.decode("latin-1").split("&"):
        key, _, value = pair.partition("=")
        if unquote_plus(key) == name:
            return value
    return ""

"""A file of starting totals: CSV with `article,views`, or JSON Lines of `{"article", "views"}`.

It may be a table of another name, too: what WordPress Popular Posts counted
has the columns `postid` and `pageviews`, among others, and a post's number is
an alias of its article.
"""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.cli.trouble import Trouble
from shared.article_id import BadArticleId, id_from_url, normalise_id

MAX_VIEWS = 10**12
"""More is no number of readings, and sums of them stay exact in Lua."""

_ADDRESS = re.compile(r"/|https?://", re.IGNORECASE)
_FIELDS = ["article", "views"]
_POPULAR_POSTS = ["postid", "pageviews"]
"""What WordPress Popular Posts calls them, in its table popularpostsdata."""


@dataclass(slots=True)
class StartingTotals:
    """What a file says."""

    views: dict[str, int] = field(default_factory=dict)
    """Article id -> views. Lines that mean one article, as with and without trailing slash, are added up."""
    lines: int = 0
    faults: list[str] = field(default_factory=list)
    """What is wrong, each with its line number; the file is of use only without any."""


def read(path: Path, query_keys: tuple[str, ...] = ()) -> StartingTotals:
    """Return the starting totals of a file, with everything that is wrong in it.

    An article is an address, a path beginning with `/`, or any other id.
    Raises Trouble when the file cannot be read as text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Trouble(f"FILE: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Trouble(f"FILE: {path} is not UTF-8: {error.reason} at byte {error.start}") from None
    found = StartingTotals()
    rows = _json_lines(text) if text.lstrip().startswith("{") else _csv(text)
    for number, row in rows:
        found.lines += 1
        try:
            article, views = _checked(row, query_keys)
        except ValueError as error:
            found.faults.append(f"line {number}: {error}")
        else:
            found.views[article] = found.views.get(article, 0) + views
    return found


def _csv(text: str) -> Iterator[tuple[int, object]]:
    lines = text.splitlines()
    delimiter, columns = _table(lines[0] if lines else "")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first = True
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, str(error)
            continue
        if not row:
            continue
        header, first = first and _header(row) == columns, False
        if header:
            continue
        if len(row) != len(columns):
            yield reader.line_num, f"{len(row)} columns instead of {','.join(columns)}"
            continue
        named = dict(zip(columns, (cell.strip() for cell in row), strict=True))
        article, views = (named[ours] for ours in _known(columns))
        yield reader.line_num, {"article": article, "views": int(views) if _digits(views) else views}


def _table(header: str) -> tuple[str, list[str]]:
    """Return the delimiter and columns of a table that begins with this line."""
    for delimiter in ",\t;":
        columns = _header(next(csv.reader([header], delimiter=delimiter), []))
        if set(_POPULAR_POSTS) <= set(columns):
            return delimiter, columns
    return ",", _FIELDS


def _header(row: list[str]) -> list[str]:
    return [cell.strip().lower() for cell in row]


def _known(columns: list[str]) -> list[str]:
    return _FIELDS if columns == _FIELDS else _POPULAR_POSTS


def _json_lines(text: str) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError) as error:
                yield number, f"not JSON: {error}"


def _checked(row: Any, query_keys: tuple[str, ...]) -> tuple[str, int]:
    """Return the article id and views of a row. Raises ValueError that says what is wrong with it."""
    if isinstance(row, str):
        raise ValueError(row)
    if not isinstance(row, dict) or sorted(row) != _FIELDS or not isinstance(row["article"], str):
        raise ValueError('not {"article": "...", "views": number}')
    article, views = row["article"], row["views"]
    if type(views) is not int or not 0 <= views <= MAX_VIEWS:
        raise ValueError(f"views are a whole number from 0 on, not {views!r}")
    try:
        return (id_from_url(article, query_keys) if _ADDRESS.match(article) else normalise_id(article)), views
    except BadArticleId as error:
        raise ValueError(f"{article!r}: {error}") from None


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MAX_VIEWS))

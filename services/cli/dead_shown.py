"""How `groundswell dead` shows letters. What an entry holds came from outside: it is shown escaped."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgpack
from msgpack.exceptions import UnpackException
from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shared.dead import Letter


def document(letter: Letter) -> dict[str, object]:
    """Return what the list tells of a letter, for programs."""
    return {
        "id": letter.name,
        "at": _when(letter),
        "reason": _text(letter.reason.encode()),
        "detail": _text(letter.detail.encode()),
        "views": letter.views,
        "entry_id": _text(letter.fields.get(b"e", b"")),
        "stream_id": _text(letter.stream_id.encode()),
    }


def fields(letter: Letter) -> dict[str, str]:
    """Return the fields of the entry, each as text that can be printed."""
    return {_text(name): _text(value) for name, value in letter.fields.items()}


def table(letters: Sequence[Letter], left: int) -> RenderableType:
    """Return the list; `left` letters are not on it."""
    if not letters:
        return Text("There are no dead letters.")
    shown = Table("id", "when", "reason", "views", "detail", box=box.SIMPLE_HEAD)
    for column in shown.columns[:4]:
        column.no_wrap = True
    shown.columns[3].justify = "right"
    for letter in letters:
        told = document(letter)
        shown.add_row(*(Text(str(told[name])) for name in ("id", "at", "reason", "views", "detail")))
    return Group(shown, Text(f"{left:,} more are not shown.")) if left else shown


def whole(letter: Letter) -> RenderableType:
    """Return all of one letter: why it died, then the entry as it was, then its views if they can be read."""
    lines = [f"{name:<10} {value}" for name, value in document(letter).items()]
    lines += ["", *(f"{name:<10} {value}" for name, value in fields(letter).items())]
    if views := _views(letter):
        lines += ["", *views]
    return Text("\n".join(lines))


def _views(letter: Letter) -> list[str]:
    try:
        rows = msgpack.unpackb(letter.fields[b"b"], strict_map_key=True)
    except (KeyError, TypeError, ValueError, UnpackException):  # nobody promised that it can be read
        return []
    return [_text(repr(row).encode()) for row in rows] if isinstance(rows, list) else []


def _when(letter: Letter) -> str:
    return datetime.fromtimestamp(letter.at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _text(value: bytes) -> str:
    """Return text without anything that a terminal would obey."""
    text = value.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

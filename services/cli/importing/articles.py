"""A file of articles, one JSON object a line: the good ones are stored, the bad ones listed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from rich.console import Console
from rich.progress import Progress as Bar

from services.cli import reach
from services.cli.importing.log_file import MAX_LINE, LogFile
from services.cli.running import Running
from services.desk.catalogue import put_each
from services.desk.reading import try_place
from shared import strict_json
from shared.article import Article
from shared.connection import Client
from shared.problem import Kind, Problem

LISTED = 100
"""Bad lines that are told one by one; of more, how many."""

_CHUNK = 500
_BOM = b"\xef\xbb\xbf"

_Read: TypeAlias = tuple[int, tuple[str, Article] | Problem]
"""A line's number, and what it holds."""


class BadLine(NamedTuple):
    """A line that was not stored."""

    line: int
    """Its number in the file, from 1."""
    reason: str
    detail: str


@dataclass(slots=True)
class Summary:
    """Numbers of one run; blank lines are none."""

    lines: int = 0
    stored: int = 0
    unchanged: int = 0
    wrong: int = 0
    errors: list[BadLine] = field(default_factory=list)
    """The first of those that are wrong."""
    damage: str | None = None
    """Why the archive ended before its end."""

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        numbers = {name: getattr(self, name) for name in ("lines", "stored", "unchanged", "wrong", "damage")}
        return {**numbers, "errors": [error._asdict() for error in self.errors]}

    def rows(self) -> list[tuple[str, int, str]]:
        """Return what people read: a name, a number and a word of explanation, for each row."""
        return [
            ("lines", self.lines, ""),
            ("stored", self.stored, "articles that were new or had changed"),
            ("unchanged", self.unchanged, "articles that were in already"),
            ("wrong", self.wrong, "lines that were left out"),
        ]

    def note(self, line: int, problem: Problem) -> None:
        """Note a line that was not stored."""
        self.wrong += 1
        if len(self.errors) < LISTED:
            self.errors.append(BadLine(line, problem.kind.slug, str(problem)))


async def run(found: Running, log: LogFile, site: str, query_keys: tuple[str, ...]) -> Summary:
    """Put the articles of a file into the catalogue of a site. Doing it again changes nothing."""
    async with reach.redis_of(found, "import") as redis:
        console = Console(stderr=True)
        with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("importing", total=log.size)
            summary, lines = Summary(), _lines(log, site)
            while chunk := list(islice(lines, _CHUNK)):
                await _put(redis, chunk, query_keys, summary)
                bar.update(task, completed=log.position)
        summary.damage = log.damage
        return summary


def _lines(log: LogFile, site: str) -> Iterator[_Read]:
    for number, (line, _) in enumerate(log.lines(), start=1):
        text = line.removeprefix(_BOM) if number == 1 else line
        if text.strip():
            yield number, _read(text, site)


def _read(line: bytes, site: str) -> tuple[str, Article] | Problem:
    if len(line) == MAX_LINE:
        return Problem(Kind.BODY_TOO_LARGE, f"a line is shorter than {MAX_LINE:,} bytes")
    try:
        item = strict_json.loads(line)
    except Problem as problem:
        return problem
    return try_place(item, (site,), site)


async def _put(redis: Client, chunk: list[_Read], query_keys: tuple[str, ...], summary: Summary) -> None:
    summary.lines += len(chunk)
    placed = {line: read for line, read in chunk if not isinstance(read, Problem)}
    outcomes = await put_each(
        redis, list(placed.values()), query_keys=lambda _: query_keys, by="groundswell import"
    )
    summary.stored += outcomes.count("stored")
    summary.unchanged += outcomes.count("unchanged")
    became = {**dict(chunk), **dict(zip(placed, outcomes, strict=True))}
    for line, what in became.items():
        if isinstance(what, Problem):
            summary.note(line, what)

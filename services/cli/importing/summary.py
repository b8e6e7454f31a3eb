"""What an import of an access log did."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from services.cli.importing.skip import Skip


class Broken(NamedTuple):
    """A line that cannot be read."""

    line: int
    """Its number in the file, from 1."""
    reason: Skip
    text: str
    """Its beginning, between quotes."""

    def __str__(self) -> str:
        return f"line {self.line} cannot be read ({self.reason.value}): {self.text}"


@dataclass(slots=True)
class Summary:
    """Numbers of one run over a whole log: lines = page views + skipped."""

    lines: int = 0
    page_views: int = 0
    accepted: int = 0
    """Page views this run put on the streams."""
    already: int = 0
    """Page views that an earlier run had put there."""
    skipped: Counter[Skip] = field(default_factory=Counter)
    first_broken: Broken | None = None
    """The first of the lines that cannot be read."""
    unfinished: bool = False
    """Whether the last line was left for the next run, because it is still being written."""
    damage: str | None = None
    """Why the archive ended before its end."""
    counted: int | None = None
    """Of the accepted ones; None when it was not waited for, or others wrote at the same time."""
    duplicates: int | None = None

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        return {
            "lines": self.lines,
            "page_views": self.page_views,
            "accepted": self.accepted,
            "already_imported": self.already,
            "counted": self.counted,
            "duplicates": self.duplicates,
            "skipped": {reason.slug: self.skipped[reason] for reason in Skip},
            "first_broken_line": self.first_broken and self.first_broken.line,
            "unfinished_line": self.unfinished,
            "damage": self.damage,
        }

    def rows(self) -> list[tuple[str, int, str]]:
        """Return what people read: a name, a number and a word of explanation, for each row."""
        rows = [("lines", self.lines, ""), ("page views", self.page_views, "")]
        rows += [(f"skipped: {reason.slug}", self.skipped[reason], reason.value) for reason in Skip]
        rows += [("accepted", self.accepted, "put on the streams by this run")]
        rows += [("already imported", self.already, "by an earlier run, not counted again")]
        if self.counted is not None and self.duplicates is not None:
            rows += [("counted", self.counted, "of those accepted")]
            rows += [("duplicates", self.duplicates, "a visitor again within the dedupe window")]
        rows += [("unfinished", int(self.unfinished), "the last line, left for the next run")]
        return [row for row in rows if row[1] or not row[0].startswith(("skipped", "unfinished"))]

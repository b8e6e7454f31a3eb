"""How findings are shown: a calm table on a terminal, plain lines elsewhere, one object for programs."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from services.cli.doctor.finding import Finding, Level

_WORDS = {Level.WRONG: "WRONG", Level.WARNING: "warning", Level.UNKNOWN: "not seen", Level.OK: "ok"}
_STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.WRONG: "bold red", Level.UNKNOWN: "dim"}


def document(findings: Sequence[Finding]) -> dict[str, object]:
    """Return what programs are told."""
    return {
        "well": is_well(findings),
        **{level.value: count for level, count in _counts(findings).items()},
        "findings": [finding._asdict() for finding in findings],
    }


def table(findings: Sequence[Finding]) -> RenderableType:
    """Return what is shown on a terminal."""
    shown = Table.grid(padding=(0, 2))
    for width in (8, 16):
        shown.add_column(no_wrap=True, min_width=width)
    shown.add_column(overflow="fold")
    for finding in _together(findings):
        style = _STYLES[finding.level]
        said = Text(_printable(finding.what), style="dim" if finding.level is Level.UNKNOWN else "")
        shown.add_row(Text(_WORDS[finding.level], style=style), finding.name, said)
        if finding.remedy:
            shown.add_row("", "", Text(f"-> {_printable(finding.remedy)}", style="italic"))
    return shown


def lines(findings: Sequence[Finding]) -> str:
    """Return what is written to a pipe or a file: a line a finding, and one for what to do."""
    told = []
    for finding in _together(findings):
        told.append(f"{_WORDS[finding.level]:<8}  {finding.name:<16}  {_printable(finding.what)}")
        if finding.remedy:
            told.append(f"{'':<28}-> {_printable(finding.remedy)}")
    return "\n".join(told)


def verdict(findings: Sequence[Finding]) -> str:
    """Return the last line: how it is on the whole."""
    counts = _counts(findings)
    if counts[Level.OK] == len(findings):
        return "All is well."
    return f"{', '.join(f'{counts[level]} {words}' for level, words in _WORDS.items() if counts[level])}."


def is_well(findings: Sequence[Finding]) -> bool:
    """Return whether nothing is wrong; warnings, and what could not be looked at, do not make it so."""
    return not any(finding.level is Level.WRONG for finding in findings)


def _together(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings, those in a row that could not be looked at for one reason as one."""
    for (level, what), alike in groupby(findings, key=lambda one: (one.level, one.what)):
        row = list(alike)
        if level is Level.UNKNOWN and len(row) > 1:
            names = ", ".join(finding.name for finding in row)
            yield Finding(f"{len(row)} checks", level, f"{what}: {names}")
        else:
            yield from row


def _counts(findings: Sequence[Finding]) -> dict[Level, int]:
    levels = [finding.level for finding in findings]
    return {level: levels.count(level) for level in Level}


def _printable(text: str) -> str:
    """Return text without anything that a terminal would obey: some of it came from outside."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

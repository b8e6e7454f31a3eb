"""What was measured, as a table for people and as JSON for programs."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

_COLUMNS = ("", "measured", "reference", "ratio", "limit", "")


@dataclass(frozen=True)
class Line:
    """One promise about speed, and what was measured."""

    name: str
    unit: str
    measured: float
    ratio: float
    """To the reference if there is one, else to the limit itself."""
    limit: float
    """What the promise bounds: the ratio if there is a reference, else what was measured."""
    met: bool
    reference: float | None = None
    notes: dict[str, float] = field(default_factory=dict)
    """What explains it."""


def document(lines: Sequence[Line], load_average: Sequence[float]) -> str:
    """Return everything as JSON. `load_average` is that of the machine before anything ran."""
    machine = {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average": [round(value, 2) for value in load_average],
    }
    return json.dumps({"machine": machine, "lines": [asdict(line) for line in lines]}, indent=2)


def table(lines: Sequence[Line]) -> str:
    """Return the table, what explains each line below it."""
    rows = [_COLUMNS, *(_row(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    text = []
    for n, row in enumerate(rows):
        text.append("  ".join(_set(cell, widths[c], c) for c, cell in enumerate(row)).rstrip())
        if n and lines[n - 1].notes:
            notes = ", ".join(f"{name} {value:,.6g}" for name, value in lines[n - 1].notes.items())
            text.append(f"    {notes}")
    return "\n".join(text)


def _set(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if 1 <= column <= 4 else cell.ljust(width)


def _row(line: Line) -> tuple[str, ...]:
    limit = f"{line.limit:g}" if line.reference else f"{line.limit:,.6g} {line.unit}"
    return (
        line.name,
        _number(line.measured, line.unit),
        "" if line.reference is None else _number(line.reference, line.unit),
        f"{line.ratio:.2f}",
        limit,
        "met" if line.met else "missed",
    )


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"

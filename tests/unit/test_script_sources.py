"""What the sources of our scripts may not do, because the minifier would not understand it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import services
import shared

SOURCES = sorted(
    path
    for package in (services, shared)
    for folder in package.__path__
    for path in Path(folder).rglob("scripts/**/*.js")
)


def nested(source: str) -> Iterator[int]:
    """Yield the line of every template that begins inside another one."""
    depths: list[int] = []  # of braces, for each template that is open
    inside = False  # the text of a template, and not its code
    line = 1
    at = 0
    while at < len(source):
        character = source[at]
        line += character == "\n"
        if character == "\\":
            at += 1
        elif inside and source.startswith("${", at):
            depths[-1], inside, at = 1, False, at + 1
        elif character == "`":
            if inside:
                depths.pop()
            else:
                if depths:
                    yield line
                depths.append(0)
            inside = not inside
        elif depths and not inside and character in "{}":
            depths[-1] += 1 if character == "{" else -1
            inside = depths[-1] == 0
        at += 1


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_template_stands_inside_another(path: Path) -> None:
    # What stands between the inner ones would be taken for code, and lose its blanks.
    assert list(nested(path.read_text(encoding="utf-8"))) == []


def test_a_nested_template_is_found() -> None:
    assert list(nested("`a`;\nsay(`b${x ? ` c` : {}}d`)")) == [2]
    assert list(nested("`${x}` + `${{a: 1}}`")) == []

"""/widget.v1.js: one script of its parts, with their style sheet in it."""

import json
import re
from pathlib import Path

from shared.script import Script

_FOLDER = Path(__file__).parent / "scripts" / "widget"
_PARTS = ("words", "asking", "element", "count", "row", "list")


def widget_script() -> Script:
    """Return the script of the elements, minified, in a scope of its own."""
    joined = Script.joined("widget.v1", (_FOLDER / f"{part}.js" for part in _PARTS))
    sheet = tightened((_FOLDER / "style.css").read_text(encoding="utf-8"))
    return Script(joined.name, joined.body.replace(b'"style.css"', json.dumps(sheet).encode()))


def tightened(sheet: str) -> str:
    """Return a style sheet without its comments, and without blanks that mean nothing.

    A colon with a blank behind it stands in a declaration, without one in a
    selector; so it must be written.
    """
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    sheet = re.sub(r"\s+", " ", sheet)
    sheet = re.sub(r" ?([{};,]) ?", r"\1", sheet).replace(": ", ":")
    return sheet.replace(";}", "}").strip()

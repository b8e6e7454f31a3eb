"""Pages rendered here: templates that escape what they are given, one style sheet, nothing from elsewhere."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from shared.http import Header
from shared.released import Released
from shared.script import Script

_TEMPLATES = Path(__file__).parent / "templates"

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
_ICON = "img-src 'self'"
_PICTURES = "img-src http: https:"
_SCRIPTS = (
    "script-src 'self'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)


@dataclass(frozen=True)
class Page:
    """One kind of page: its template with its style, and the headers it goes out with."""

    headers: tuple[Header, ...]
    _template: Template
    _style: Markup

    def render(self, **values: object) -> bytes:
        """Return a page."""
        return self._template.render(style=self._style, **values).encode()


class Html:
    """The templates."""

    def __init__(self, scripts: Released) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["coded"] = coded
        self._templates.globals["script"] = lambda name, up: _tag(scripts[name], up)

    def page(
        self,
        template: str,
        style: str = "look.css",
        *,
        scripts: bool = False,
        pictures: bool = False,
        framed: bool = False,
    ) -> Page:
        """Return a kind of page.

        With `scripts` it runs ours and asks us; with `pictures` it shows those
        of articles, wherever they lie; with `framed` any page may frame it.
        """
        sheet = (_TEMPLATES / style).read_text(encoding="utf-8")
        digest = b64encode(sha256(sheet.encode()).digest()).decode()
        policy = [_NOTHING, f"style-src 'sha256-{digest}'", *(_SCRIPTS if scripts else ())]
        policy.append(_PICTURES if pictures else _ICON)
        policy.append("frame-ancestors " + ("*" if framed else "'none'"))
        headers = (
            (b"content-security-policy", "; ".join(policy).encode()),
            (b"referrer-policy", b"same-origin"),
        )
        # The sheet is ours and holds no `<`, and it must arrive unescaped for its hash to be right.
        return Page(headers, self._templates.get_template(template), Markup(sheet))  # noqa: S704


def icon() -> bytes:
    """Return the icon of every page."""
    return (_TEMPLATES / "icon.svg").read_bytes()


def _tag(script: Script, up: str) -> Markup:
    """Return the tag of a script of this release; `up` leads from the page to the root."""
    return Markup('<script async src="{}{}" integrity="{}"></script>').format(
        up, script.hashed.removeprefix("/"), script.integrity
    )


def coded(text: str) -> Markup:
    """Return plain text as HTML, with what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts)
    )

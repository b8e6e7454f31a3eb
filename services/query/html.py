"""Pages rendered here: templates that escape what they are given, one style sheet, nothing from elsewhere."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.http import Header

_TEMPLATES = Path(__file__).parent / "templates"


class Html:
    """The templates, and the headers their pages go out with."""

    def __init__(self) -> None:
        style = (_TEMPLATES / "look.css").read_text(encoding="utf-8")
        self._templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # The sheet is ours and holds no `<`, and it must arrive unescaped for its hash to be right.
        self._templates.globals["style"] = Markup(style)  # noqa: S704
        self._templates.filters["coded"] = coded
        digest = b64encode(sha256(style.encode()).digest())
        self.headers: tuple[Header, ...] = (
            (
                b"content-security-policy",
                b"default-src 'none'; style-src 'sha256-" + digest + b"'; base-uri 'none'; "
                b"form-action 'none'; frame-ancestors 'none'",
            ),
            (b"referrer-policy", b"same-origin"),
        )

    def render(self, template: str, **values: object) -> bytes:
        """Return a page."""
        return self._templates.get_template(template).render(values).encode()


def coded(text: str) -> Markup:
    """Return plain text as HTML, with what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts)
    )

"""Pages rendered here: templates that escape what they are given, one style sheet, nothing from elsewhere.

A service has templates of its own; what the pages of several have in common
lies in shared/pages/.
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from shared.http import POLICY, Header
from shared.script import Script

COMMON = Path(__file__).parent / "pages"
"""What several services have in common: templates, a style sheet, an icon, and files of scripts."""

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'"
_ICON = "img-src 'self'"
_PICTURES = "img-src http: https:"
_SCRIPTS = (
    "script-src 'self'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)

_UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
"""What browsers can do and no page of ours asks for."""


@dataclass(frozen=True)
class Page:
    """One kind of page: its template with its style, and the headers it goes out with."""

    headers: tuple[Header, ...]
    _templates: Environment
    _name: str
    _style: str

    def render(self, **values: object) -> bytes:
        """Return a page. Its template is compiled for the first one, so that a process starts sooner."""
        return self._templates.get_template(self._name).render(style=self._style, **values).encode()


class Scripts(Protocol):
    """The scripts that pages may run."""

    def __getitem__(self, name: str, /) -> Script:
        """Return the script of a stable name without `.js`."""


class Html:
    """The templates of a service, and those that services have in common."""

    def __init__(self, templates: Path, scripts: Scripts) -> None:
        self._folders = (templates, COMMON)
        self._templates = Environment(
            loader=FileSystemLoader(self._folders),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["coded"] = coded
        self._templates.globals["script"] = lambda name, up: _tag(scripts[name], up)

    def page(
        self,
        template: str,
        *sheets: str,
        scripts: bool = False,
        pictures: bool = False,
        framed: bool = False,
    ) -> Page:
        """Return a kind of page, with style sheets in their order.

        With `scripts` it runs ours and asks us; with `pictures` it shows those
        of articles, wherever they lie; with `framed` any page may frame it.
        """
        sheet = "".join(self._read(name) for name in sheets)
        digest = b64encode(sha256(sheet.encode()).digest()).decode()
        policy = [_NOTHING, f"style-src 'sha256-{digest}'", *(_SCRIPTS if scripts else ())]
        policy.append(_PICTURES if pictures else _ICON)
        policy.append("frame-ancestors " + ("*" if framed else "'none'"))
        # A page with scripts copies to the clipboard where somebody asks it to.
        off = _UNUSED if scripts else (*_UNUSED, "clipboard-write")
        headers = (
            (POLICY, "; ".join(policy).encode()),
            (b"permissions-policy", ", ".join(f"{feature}=()" for feature in off).encode()),
            (b"referrer-policy", b"same-origin"),
        )
        return Page(headers, self._templates, template, sheet)

    def _read(self, name: str) -> str:
        found = (folder / name for folder in self._folders if (folder / name).is_file())
        return next(found).read_text(encoding="utf-8")


def icon() -> bytes:
    """Return the icon of every page."""
    return (COMMON / "icon.svg").read_bytes()


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

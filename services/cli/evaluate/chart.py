"""What the rankings captured, as a small SVG: dark on light, or light on dark for who prefers it."""

from collections.abc import Mapping
from html import escape

from services.cli.evaluate.measures import TEN, Measured

_WIDTH = 640
_TOP = 56
_ROW = 26
_NAMES = 130
_EDGE = 16
_BARS = _WIDTH - _NAMES - 60
_STYLE = """
    .paper { fill: #ffffff; }
    text { font: 13px system-ui, sans-serif; fill: #1b1b1b; }
    .title { font-weight: 600; font-size: 15px; }
    .faint { fill: #5c5c5c; }
    .bar { fill: #9aa7b5; }
    .ours { fill: #0b6bcb; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #14181d; }
      text { fill: #ececec; }
      .faint { fill: #a9a9a9; }
      .bar { fill: #5d6a78; }
      .ours { fill: #58a6ff; }
    }
"""


def svg(trace: str, measured: Mapping[str, Measured], ours: frozenset[str]) -> str:
    """Return the chart, the best ranking first; `ours` are the names of those that the services serve."""
    rows = sorted(measured.items(), key=lambda row: row[1].capture, reverse=True)
    height = _TOP + _ROW * len(rows)
    edge = f'x="-{_EDGE}" y="-{_EDGE}" width="{_WIDTH + 2 * _EDGE}" height="{height + 2 * _EDGE}"'
    title = f"What a list of {TEN} captured of the next two hours"
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t"'
            f' viewBox="-{_EDGE} -{_EDGE} {_WIDTH + 2 * _EDGE} {height + 2 * _EDGE}">',
            f'  <title id="t">{title}: {escape(trace)}</title>',
            f"  <style>{_STYLE}  </style>",
            f'  <rect class="paper" {edge}/>',
            f'  <text class="title" x="0" y="18">{title}</text>',
            f'  <text class="faint" x="0" y="38">share of the most any {TEN} could, {escape(trace)}</text>',
            *(_row(n, name, one.capture, name in ours) for n, (name, one) in enumerate(rows)),
            "</svg>\n",
        ]
    )


def _row(number: int, name: str, share: float, ours: bool) -> str:
    top = _TOP + _ROW * number
    end = _NAMES + share * _BARS
    return (
        f'  <text x="{_NAMES - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="{"ours" if ours else "bar"}" x="{_NAMES}" y="{top + 2}" rx="2"'
        f' width="{max(1.0, share * _BARS):.1f}" height="{_ROW - 8}"/>'
        f'<text class="faint" x="{end + 6:.1f}" y="{top + 15}">{share:.3f}</text>'
    )

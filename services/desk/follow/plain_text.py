"""HTML, as feeds carry it in titles and summaries, as the plain text a reader would see."""

import re

from lxml import etree

MOST = 20_000
"""Characters of HTML looked at: a summary is short, and a whole article in its place need not be read."""

_UNSEEN = ("script", "style", "template", "noscript", "iframe", "object", "select", "textarea")
_APART = (
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section"),
    *("table", "td", "th", "tr", "ul"),
)
"""Elements that stand on lines of their own, so that words on both sides of them do not grow together."""

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    """Return text without control characters, with one blank wherever there was blank space."""
    return " ".join(_CONTROL.sub("", text).split())


def from_html(html: str) -> str:
    """Return the text of a piece of HTML in one line; of what is no HTML, the text itself."""
    html = _CONTROL.sub("", html[:MOST])
    if "<" not in html and "&" not in html:
        return plain(html)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(f"<div>{html}</div>".encode(), parser)
    if root is None:
        return ""
    etree.strip_elements(root, *_UNSEEN, with_tail=False)
    for element in root.iter(*_APART):
        element.text = f" {element.text or ''}"
        element.tail = f" {element.tail or ''}"
    return plain("".join(root.itertext()))


def cut(text: str, longest: int) -> str:
    """Return text of at most `longest` characters, cut between words where one ends near by."""
    if len(text) <= longest:
        return text
    at_word = text[:longest].rpartition(" ")[0]
    return f"{at_word if len(at_word) > longest * 0.8 else text[: longest - 1]}…"

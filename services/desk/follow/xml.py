"""XML as feeds in the wild are written: read safely, and as far as it can be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, TypeAlias

from lxml import etree

from services.desk.follow.trouble import Unreadable

Element: TypeAlias = Any
"""An element of lxml, which has no types of its own."""

_MOST_LINES = 60_000
"""libxml2 counts the lines of elements no further than 65,535."""

_ENTRY = re.compile(rb"(?<!\n)<(?=(?:item|entry|url)[\s>])")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}encoding=")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the XML is broken, and how."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Xml:
    """A document, and what is wrong with it."""

    root: Element
    faults: tuple[Fault, ...] = ()
    cut_off: bool = False
    """Whether it does not end as it began, so that its last entry may be half of one."""

    def fault_in(self, entry: Element, following: Element | None) -> Fault | None:
        """Return a fault between the line of an entry and that of the one after it, None without one."""
        if following is None and self.cut_off and self.faults:
            return self.faults[-1]
        end = inf if following is None else following.sourceline
        return next((fault for fault in self.faults if entry.sourceline <= fault.line < end), None)


def read_xml(body: bytes, charset: str | None) -> Xml:
    """Return the document. Raises Unreadable when it has no root, or declares entities.

    No entity is expanded, no DTD and no address is loaded. `charset` is that of the HTTP answer; it
    counts where the document itself names none. Broken XML is read on behind what is broken.
    """
    body = body.lstrip()
    encoding = None if _DECLARED.match(body) else _known(charset)
    root, faults = _parsed(body, encoding, recover=False)
    if not faults and root is not None:
        return Xml(_harmless(root))
    # An entry on a line of its own, so that the line of a fault says which entry it spoils.
    lines = _ENTRY.sub(b"\n<", body)
    root, faults = _parsed(lines, encoding, recover=True)
    if root is None or lines.count(b"\n") > _MOST_LINES:
        raise Unreadable(f"it is not XML that can be read: {_told(faults)}")
    name = etree.QName(root).localname.encode()
    return Xml(_harmless(root), faults, cut_off=not re.search(rb"</(\w+:)?" + name + rb"\s*>\s*$", lines))


def _parsed(body: bytes, encoding: str | None, *, recover: bool) -> tuple[Element | None, tuple[Fault, ...]]:
    parser = etree.XMLParser(
        encoding=encoding,
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return None, (Fault(error.lineno or 0, error.msg or "it is empty"),)
    fatal = [one for one in parser.error_log if one.level == etree.ErrorLevels.FATAL]
    return root, tuple(Fault(one.line, one.message.strip()) for one in fatal)


def _harmless(root: Element) -> Element:
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and next(dtd.iterentities(), None) is not None:
        raise Unreadable("it declares entities of its own, which no feed needs and a bomb is made of")
    return root


def _known(charset: str | None) -> str | None:
    """Return a charset that the parser knows."""
    try:
        etree.XMLParser(encoding=charset)
    except LookupError:
        return None
    return charset


def _told(faults: tuple[Fault, ...]) -> str:
    return f"line {faults[0].line}: {faults[0].message}"[:200] if faults else "it has no root"


def children(element: Element, *names: str) -> Iterator[Element]:
    """Yield the children of these names, `{namespace}name` or `name`, in the order of the names."""
    for name in names:
        yield from element.iterchildren(name)


def text_of(element: Element, *names: str) -> str:
    """Return the text of the first child of these names that has any, without blanks around it."""
    for child in children(element, *names):
        text = "".join(child.itertext()).strip()
        if text:
            return text
    return ""

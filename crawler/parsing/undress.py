"""An HTML tree without the names that only dress text, and the elements of it that are not shown. Pure."""

from __future__ import annotations

import re
from typing import cast

from lxml import etree

# lxml takes these out of the tree at once many times faster than they can be walked through.
DRESS = ("span", "font", "b", "strong", "i", "em", "u", "a", "o:p", "sub", "sup", "small", "big")
_KEPT = "hidden-span"  # a dress that hides what it holds stays, under a name of its own
_STYLES = etree.XPath("//@style", smart_strings=False)
_STYLED = etree.XPath("//*[@style or @hidden]")
_HAS_HIDDEN = etree.XPath("boolean(//@hidden)")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Asked of the source in lower case, each more widely than of an attribute: gathering all styles of a page takes a third of its parsing.
_GAP = rb"(?:[^a-z:&]|&(?:#?[a-z0-9]+;)?+)*+"  # possessive: read in one way only, so hostile pages gain nothing
_MAY_HIDE = (
    re.compile(b"display" + _GAP + b":" + _GAP + b"none"),
    re.compile(b"visibility" + _GAP + b":" + _GAP + b"hidden"),
    re.compile(rb"hidden[\s=>/]"),
    re.compile(rb"&#(?:0*(?:58|6[5-9]|[789]\d|1[01]\d|12[0-2])(?!\d)|x0*(?:3a|[4-7][0-9a-f])(?![0-9a-f]))"),  # a letter in disguise
)


def undress(root: etree._Element, source: bytes) -> frozenset[etree._Element]:
    """Take the names that only dress text out of the tree; returns the elements that are not shown. `source` is what was parsed."""
    hidden = _hidden(root) if _may_hide(source.lower()) else frozenset()
    for element in hidden:
        if element.tag in DRESS:
            element.tag = _KEPT
    etree.strip_tags(root, *DRESS)
    return hidden


def _may_hide(source: bytes) -> bool:
    return any(pattern.search(source) for pattern in _MAY_HIDE)


def _hidden(root: etree._Element) -> frozenset[etree._Element]:
    if not _HAS_HIDDEN(root) and not any(_HIDDEN.search(style) for style in set(cast("list[str]", _STYLES(root)))):
        return frozenset()
    return frozenset(element for element in cast("list[etree._Element]", _STYLED(root)) if _hides(element))


def _hides(element: etree._Element) -> bool:
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or element.get("hidden") is not None

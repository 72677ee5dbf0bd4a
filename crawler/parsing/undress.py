"""An HTML tree without the names that only dress text, and the elements of it that are not shown. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import cast

from lxml import etree

from crawler.parsing import generated_content, set_apart

# lxml takes these out of the tree at once many times faster than they can be walked through.
DRESS = ("span", "font", "b", "strong", "i", "em", "u", "a", "o:p", "sub", "sup", "small", "big")
_KEPT = "hidden-span"  # a dress that hides what it holds stays, under a name of its own
_STYLES = etree.XPath("//@style", smart_strings=False)
_STYLED = etree.XPath("//*[@style or @hidden or @color]")
_IN_TABLES = etree.XPath("//table//*[@class or @id]")
_ALL_TEXT = etree.XPath("string()", smart_strings=False)
_HAS_MARK = etree.XPath("boolean(//@hidden | //@color)")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|(?:font-size|opacity)\s*:\s*0(?:\.0*)?(?:[a-z]{2}|%)?\s*(?:;|!|\Z)",
    re.IGNORECASE,
)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white)\b", re.IGNORECASE)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_NESTED = re.compile(r"@[^{};]+\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")  # what holds only on some screens hides nothing here
_NAME = re.compile(r"\s*(?:[a-z0-9]+)?([.#][\w-]+)\s*\Z", re.IGNORECASE)
# Plain words: they are found many times faster than a pattern that begins with a word of every second tag.
_MAY_HIDE_TOO = (b"mso-hide", b"font-size:0", b"font-size: 0", b"opacity", b"#fff", b"white")
_MAY_ADD = (b":before", b":after")
_MAY_SET_APART = (b"vertical-align", b"line-through")
_SETS_APART = ("sup", "sub", "s", "strike", "del")
_SCRIPT = re.compile(r"vertical-align\s*:\s*(super|sub)\b", re.IGNORECASE)
_STRUCK = re.compile(r"text-decoration[a-z-]*\s*:[^;]*line-through", re.IGNORECASE)
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
    # What stands between quotes repeats: a page pasted from a word processor has a tenth of itself in pieces that differ.
    lower = b"\n".join(set(source.split(b'"'))).lower()
    if any(mark in lower for mark in _MAY_ADD):
        generated_content.mark(root)
    hidden = _hidden(root) if _may_hide(lower) else frozenset()
    for element in hidden:
        if element.tag in DRESS:
            element.tag = _KEPT
    if next(root.iter(*_SETS_APART), None) is not None or any(mark in lower for mark in _MAY_SET_APART):
        _set_apart(root)
    etree.strip_tags(root, *DRESS)
    return hidden


def _may_hide(source: bytes) -> bool:
    return any(mark in source for mark in _MAY_HIDE_TOO) or any(pattern.search(source) for pattern in _MAY_HIDE)


def _hidden(root: etree._Element) -> frozenset[etree._Element]:
    named = _hidden_by_name(root)
    styles = set(cast("list[str]", _STYLES(root)))
    if not named and not _HAS_MARK(root) and not any(_HIDDEN.search(style) or _WHITE.search(style) for style in styles):
        return frozenset()
    styled = (element for element in cast("list[etree._Element]", _STYLED(root)) if _hides(element))
    return frozenset([*named, *styled])


def _hides(element: etree._Element) -> bool:
    style, colour = element.get("style") or "", element.get("color") or ""
    if _HIDDEN.search(style) or element.get("hidden") is not None:
        return True
    return bool(_WHITE.search(style) or _WHITE.search(f"color:{colour}")) and _on_white(element)


def _on_white(element: etree._Element) -> bool:
    """Whether nothing around an element may colour its ground: white words are then unseen."""
    around = (element, *element.iterancestors())
    return not any(e.get("bgcolor") or e.get("background") or e.get("class") or "background" in (e.get("style") or "") for e in around)


def _hidden_by_name(root: etree._Element) -> list[etree._Element]:
    """Parts of tables whose class or id the page's own style sheet hides; elsewhere a script may show them (tabs, menus)."""
    names: set[str] = set()
    for sheet in root.iter("style"):
        for selectors, told in _RULE.findall(_NESTED.sub("", sheet.text or "")):
            if _HIDDEN.search(told):
                names.update(found[1] for part in selectors.split(",") if (found := _NAME.match(part)))
    if not names:
        return []
    return [element for element in cast("list[etree._Element]", _IN_TABLES(root)) if not names.isdisjoint(_names(element))]


def _names(element: etree._Element) -> Iterator[str]:
    yield "#" + (element.get("id") or "")
    yield from ("." + name for name in (element.get("class") or "").split())


def _set_apart(root: etree._Element) -> None:
    """Spell raised, lowered and struck-out characters as such, before their tags are gone."""
    for element in list(root.iter(etree.Element)):
        spell = _spelling(element)
        if spell is None:
            continue
        if spell is not set_apart.struck and _is_alone(element):
            continue  # a whole figure that is merely set small is a figure
        for part in element.iter(etree.Element):
            part.text = spell(part.text) if part.text else part.text
            if part is not element and part.tail:
                part.tail = spell(part.tail)


def _spelling(element: etree._Element) -> Callable[[str], str] | None:
    if element.tag in ("sup", "sub"):
        return set_apart.raised if element.tag == "sup" else set_apart.lowered
    style = element.get("style") or ""
    if element.tag in ("s", "strike", "del") or _STRUCK.search(style):
        return set_apart.struck
    found = _SCRIPT.search(style) if element.tag in DRESS else None
    return (set_apart.raised if found[1].lower() == "super" else set_apart.lowered) if found else None


def _is_alone(element: etree._Element) -> bool:
    """Whether nothing else is printed in the paragraph or cell of an element."""
    block = next((above for above in element.iterancestors() if above.tag not in DRESS), element)
    return "".join(str(_ALL_TEXT(block)).split()) == "".join(str(_ALL_TEXT(element)).split())

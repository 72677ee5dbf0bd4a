"""An HTML tree without the names that only dress text: what is not shown is out of it, what is set apart spelled as such. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from lxml import etree

from crawler.parsing import generated_content, page_styles, paleness, set_apart, style_sheets
from crawler.parsing.page_styles import UNSEEN, Look, Styles
from crawler.parsing.set_apart import Spelling

# lxml takes these out of the tree at once many times faster than they can be walked through.
DRESS = ("span", "font", "b", "strong", "i", "em", "u", "a", "o:p", "sub", "sup", "small", "big")
_KEPT = "hidden-span"  # a dress that hides what it holds stays, under a name of its own
_STYLES = etree.XPath("//@style", smart_strings=False)
_STYLED = etree.XPath("//*[@style]")
_WITHOUT_PLACE = etree.XPath("//*[@hidden]")
_COLOURED = etree.XPath("//font[@color]")
_ALL_TEXT = etree.XPath("string()", smart_strings=False)
_WORDS = re.compile(r"[^\W\d_]{4}")
_DIGIT = re.compile(r"[0-9０-９]")
# Plain words: they are found many times faster than a pattern that begins with a word of every second tag.
_MAY_HIDE_TOO = (b"mso-hide", b"opacity")
_MAY_ADD = (b":before", b":after")
_MAY_SET_APART = (
    re.compile(b"line-through"),
    re.compile(rb"vertical-align\s*+:\s*+(?!top|middle|bottom|baseline|text-|inherit|initial|0)"),
    re.compile(rb"relative\s*;\s*+(?:top|bottom)\s*:\s*+-?[1-9.]"),
)
_SETS_APART = ("sup", "sub", "s", "strike", "del")
# Asked of the source in lower case, each more widely than of an attribute: gathering all styles of a page takes a third of its parsing.
_GAP = rb"(?:[^a-z:&]|&(?:#?[a-z0-9]+;)?+)*+"  # possessive: read in one way only, so hostile pages gain nothing
_MAY_HIDE = (
    re.compile(b"display" + _GAP + b":" + _GAP + b"none"),
    re.compile(b"visibility" + _GAP + b":" + _GAP + b"(?:hidden|collapse)"),
    re.compile(rb"font(?:-size)?\s*+:\s*+[0.]+(?:[a-z%]*[\s;/\"'!}]|[a-z%]*\Z)"),
    re.compile(rb"hidden[\s=>/]"),
    re.compile(rb"&#(?:0*(?:58|6[5-9]|[789]\d|1[01]\d|12[0-2])(?!\d)|x0*(?:3a|[4-7][0-9a-f])(?![0-9a-f]))"),  # a letter in disguise
)
_SPELLED: dict[str, Spelling] = {
    "unsure": set_apart.unsure,
    "struck": set_apart.struck,
    "raised": set_apart.raised,
    "lowered": set_apart.lowered,
    "up": set_apart.raised,
    "down": set_apart.lowered,
}
_OF_DRESS = ("raised", "lowered", "up", "down")
_OF_TAGS: dict[str, Look] = {"sup": "raised", "sub": "lowered", "s": "struck", "strike": "struck", "del": "struck"}


def undress(root: etree._Element, source: bytes) -> frozenset[etree._Element]:
    """Take the names that only dress text out of the tree; returns the elements that are not shown. `source` is what was parsed."""
    # What stands between quotes repeats: a page pasted from a word processor has a tenth of itself in pieces that differ.
    lower = b"\n".join(set(source.split(b'"'))).lower()
    adds, hides = any(mark in lower for mark in _MAY_ADD), _may_hide(lower)
    sets_apart = next(root.iter(*_SETS_APART), None) is not None or any(p.search(lower) for p in _MAY_SET_APART)
    hidden: frozenset[etree._Element] = frozenset()
    if adds or hides or sets_apart:
        sheet = "\n".join(e.text or "" for e in root.iter("style"))
        rules = style_sheets.rules(sheet) if sheet else ()
        if adds:
            generated_content.mark(root, rules)
        if hides or sets_apart:
            hidden = _settle(root, rules)
    etree.strip_tags(root, *DRESS)
    return hidden


def _may_hide(source: bytes) -> bool:
    return any(mark in source for mark in _MAY_HIDE_TOO) or paleness.may_be_named(source) or any(p.search(source) for p in _MAY_HIDE)


def _settle(root: etree._Element, rules: Sequence[style_sheets.Rule]) -> frozenset[etree._Element]:
    """Respell or empty what looks otherwise than it reads; returns the elements that take no place."""
    styles = Styles(rules, more_elsewhere=_has_more(root))
    looks = _by_sheets(root, styles) | _by_themselves(root, styles)
    alone = {e for e, look in looks.items() if look in ("raised", "lowered") and _is_alone(e)}
    for element, look in looks.items():
        if look in UNSEEN:
            _veil(element, look, styles)
    for element, look in looks.items():
        if look in _SPELLED and element not in alone and (look not in ("up", "down") or _is_beside_digits(element)):
            _respell(element, _SPELLED[look])
    hidden = {*cast("list[etree._Element]", _WITHOUT_PLACE(root)), *(e for e, look in looks.items() if look == "gone")}
    for element in hidden:
        if element.tag in DRESS:
            element.tag = _KEPT
    return frozenset(hidden)


def _has_more(root: etree._Element) -> bool:
    """Whether sheets that are not in the page dress it too."""
    linked = any("stylesheet" in (e.get("rel") or "").lower() for e in root.iter("link"))
    return linked or any("@import" in (e.text or "") for e in root.iter("style"))


def _by_themselves(root: etree._Element, styles: Styles) -> dict[etree._Element, Look]:
    """What elements say of their own look, by attributes and by their names."""
    told = {style: look for style in set(cast("list[str]", _STYLES(root))) if (look := page_styles.look(style)) is not None}
    found: dict[etree._Element, Look] = {}
    for element in cast("list[etree._Element]", _STYLED(root)) if told else ():
        look = told.get(element.get("style") or "")
        if look is not None:
            _note(found, element, look, styles)
    for element in cast("list[etree._Element]", _COLOURED(root)):
        if paleness.of_css(element.get("color") or "") == "pale" and (look := page_styles.odd(styles.of(element))) is not None:
            _note(found, element, look, styles)
    for element in root.iter(*_SETS_APART):
        found.setdefault(element, _OF_TAGS[str(element.tag)])
    return found


def _note(found: dict[etree._Element, Look], element: etree._Element, look: Look, styles: Styles) -> None:
    """Take a look down, unless it is none: white on a colour is seen, and what is no dress stands on no line with others."""
    if look == "color" and styles.ground(element) == "ink":
        look_else = page_styles.odd({k: v for k, v in styles.of(element).items() if k != "color"})
        if look_else is None:
            return
        look = look_else
    if element.tag in DRESS or look not in _OF_DRESS:
        found[element] = look


def _by_sheets(root: etree._Element, styles: Styles) -> dict[etree._Element, Look]:
    """What the page's own sheets say of elements. Outside of tables a script may show what they hide (tabs): figures there are unsure."""
    found: dict[etree._Element, Look] = {}
    in_table = {e: next(e.iterancestors("table"), None) is not None for e, look in styles.meant(root) if _may_count(e, look)}
    for element, inside in in_table.items():
        look = page_styles.odd(styles.of(element))
        if look is None or not (look == "gone" or _DIGIT.search(str(_ALL_TEXT(element)))):
            continue
        if not inside and (look == "gone" or look in UNSEEN):
            if element.tag not in DRESS or _is_alone(element):
                continue
            look = "color" if look == "color" and styles.ground(element) == "ink" else "unsure"
        _note(found, element, "unsure" if element in styles.unsure else look, styles)
    return found


def _may_count(element: etree._Element, look: Look) -> bool:
    """Whether it matters that a rule hides or sets an element apart; most only dress menus, which are left out here at little cost."""
    if look in _OF_DRESS and element.tag not in DRESS:
        return False
    if next(element.iterancestors("table"), None) is not None:
        return True
    inline = element.tag in DRESS or look == "struck"
    return inline and bool(_DIGIT.search(str(_ALL_TEXT(element)))) and (look == "struck" or not _is_alone(element))


def _veil(element: etree._Element, look: Look, styles: Styles) -> None:
    """Take out what is not seen; where that is not known, its figures are none for sure."""
    spell: Spelling = _nothing
    if look == "color" and styles.ground(element) != "pale":
        if _is_alone(element) and (next(element.iterancestors("table"), None) is None or _WORDS.search(str(_ALL_TEXT(element)))):
            return  # a title on a picture, also where a table lays out the page
        spell = set_apart.unsure
    _respell(element, spell, lambda child: styles.shows_again(look, child))


def _nothing(_: str) -> str:
    return ""


def _respell(element: etree._Element, spell: Spelling, stops: Callable[[etree._Element], bool] = lambda _: False) -> None:
    """Spell the text of an element and of those inside it, but for those that are seen all the same."""
    element.text = spell(element.text) if element.text else element.text
    if element.tag == "input" and element.get("value"):
        element.set("value", spell(element.get("value") or ""))
    for child in element:
        if not stops(child):
            _respell(child, spell, stops)
        child.tail = spell(child.tail) if child.tail else child.tail


def _block(element: etree._Element) -> etree._Element:
    """The paragraph or cell an element stands in."""
    return next((above for above in element.iterancestors() if above.tag not in DRESS), element)


def _is_alone(element: etree._Element) -> bool:
    """Whether nothing else is printed in the paragraph or cell of an element."""
    return "".join(str(_ALL_TEXT(_block(element))).split()) == "".join(str(_ALL_TEXT(element)).split())


def _is_beside_digits(element: etree._Element) -> bool:
    """Whether a digit stands right before or after an element that begins or ends with one."""
    own, block = str(_ALL_TEXT(element)).strip(), _block(element)
    before, after, at = "", "", element
    while at is not block and (parent := at.getparent()) is not None:
        before = (parent.text or "") + _said(reversed(list(at.itersiblings(preceding=True)))) + before
        after += (at.tail or "") + _said(at.itersiblings())
        at = parent
    return set_apart.touch(before, own) or set_apart.touch(own, after)


def _said(elements: Iterable[etree._Element]) -> str:
    return "".join(str(_ALL_TEXT(element)) + (element.tail or "") for element in elements)

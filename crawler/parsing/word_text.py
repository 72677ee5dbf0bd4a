"""What the paragraphs of a Word document print: no deleted or hidden runs; raised, lowered and struck-out ones spelled as such. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import cast

from lxml import etree

from crawler.parsing import paleness, set_apart, word_looks
from crawler.parsing.set_apart import Part
from crawler.parsing.word_looks import PLAIN, Look, W

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXTBOX = f"{W}txbxContent"
PARAGRAPH, TABLE, CELL = f"{W}p", f"{W}tbl", f"{W}tc"
TRANSPARENT = frozenset({f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}smartTag", f"{W}customXml", f"{W}moveTo"})
DRAWN = (
    "{http://schemas.openxmlformats.org/drawingml/2006/main}blip",
    "{urn:schemas-microsoft-com:vml}imagedata",
    TEXTBOX,
)
_RUN, _TEXT = f"{W}r", f"{W}t"
_REMOVED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", FALLBACK, TEXTBOX, TABLE})
_SPOKEN = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_VANISH, _STYLES = f"{W}vanish", (f"{W}rStyle", f"{W}pStyle")
_SET_APART = (f"{W}vertAlign", f"{W}position", f"{W}strike", f"{W}dstrike")
_SPAN, _MERGE = f"{W}gridSpan", f"{W}vMerge"
_ODD = (*_SPOKEN, *_REMOVED, _VANISH, *_SET_APART)
# What prints without being text, alone or beside it: a picture in a filled cell may be a seal, a formula or symbol is part of what is said.
_PICTURED = (f"{W}drawing", f"{W}pict", f"{W}object", f"{W}fldChar", f"{W}numPr")
_FORMULA = (f"{_M}oMath", f"{W}sym")

_STYLED = frozenset(_STYLES)
_SETS_ODD = frozenset(_ODD)
# All that is looked for, in one pass over the document: passing through its ten thousand elements costs more than finding these.
_WATCHED = tuple(dict.fromkeys((_TEXT, _SPAN, _MERGE, *_ODD, *DRAWN, *TRANSPARENT, *_PICTURED, *_FORMULA)))

_NAMES = {"w": W[1:-1]}
_COLOURS = etree.XPath("//w:color/@w:val", namespaces=_NAMES, smart_strings=False)
_COLOURED = etree.XPath("//w:r/w:rPr/w:color", namespaces=_NAMES)
_GROUNDS = etree.XPath("//w:shd[not(@w:fill='auto')]/@w:fill", namespaces=_NAMES, smart_strings=False)


class Marked:
    """What one pass over the document finds: text of simple paragraphs, which others are not simple, and the spans of cells.

    lxml finds elements by name many times faster than they can be walked through; most paragraphs are runs of text and nothing else.
    `styles` is the document's style sheet, if it matters.
    """

    def __init__(self, body: etree._Element, styles: etree._Element | None = None) -> None:
        self.texts: dict[etree._Element, list[str]] = {}
        self.odd: set[etree._Element] = set()
        self.spans: dict[etree._Element, str] = {}
        self.merges: dict[etree._Element, str] = {}
        self.nested = False  # whether tables stand in tables
        self.drawn = self._wrapped = False
        self._pictured: set[etree._Element] = set()
        self._formulas: set[etree._Element] = set()
        self._styles = word_looks.by_style(styles) if styles is not None else {}
        self._body = body
        light = {told for told in set(cast("list[str]", _COLOURS(body))) if paleness.is_pale_hex(told)}
        for colour in cast("list[etree._Element]", _COLOURED(body)) if light else ():
            if _name(colour) in light:
                self.odd.update(colour.iterancestors(PARAGRAPH))
        for element in body.iter(*_WATCHED, *(_STYLES if self._styles else ())):
            tag = element.tag
            if tag == _TEXT:
                self._text(element)
            elif tag in (_SPAN, _MERGE):
                if (cell := _holder(element)) is not None:
                    (self.spans if tag == _SPAN else self.merges).setdefault(cell, str(element.get(f"{W}val") or ""))
            else:
                self._note(element, tag)

    def _note(self, element: etree._Element, tag: str) -> None:
        """Something rarer: what makes a paragraph more than its text, or prints without being text."""
        if tag in _SETS_ODD or (tag in _STYLED and _name(element) in self._styles):
            self.odd.update(element.iterancestors(PARAGRAPH))
            self.nested = self.nested or (tag == TABLE and next(element.iterancestors(TABLE), None) is not None)
        self.drawn = self.drawn or tag in DRAWN
        self._wrapped = self._wrapped or tag in TRANSPARENT
        for names, cells in ((_PICTURED, self._pictured), (_FORMULA, self._formulas)):
            if tag in names and (cell := next(element.iterancestors(CELL), None)) is not None:
                cells.add(cell)

    def _text(self, element: etree._Element) -> None:
        above = element.getparent()
        while above is not None and above.tag != PARAGRAPH:
            above = above.getparent()
        if above is not None:
            self.texts.setdefault(above, []).append(element.text or "")

    def within(self, parent: etree._Element, tag: str) -> Iterable[etree._Element]:
        """The children of that name, also those in names that only wrap."""
        return within(parent, tag) if self._wrapped else parent.iterchildren(tag)

    def text(self, paragraph: etree._Element) -> str:
        """The visible text of a paragraph, text boxes left out."""
        if paragraph not in self.odd:
            return "".join(self.texts.get(paragraph, ()))
        parts: list[Part] = []
        self._runs(paragraph, parts, self._by_style(paragraph, "pPr", "pStyle"))
        return set_apart.spelled(parts)

    def unread(self, cell: etree._Element, text: str) -> bool:
        """Whether a cell prints something that is not in its text."""
        return (not text and cell in self._pictured) or cell in self._formulas

    def _by_style(self, element: etree._Element, outer: str, name: str) -> Look:
        return self._styles.get(_name(inner(element, f"{W}{outer}", f"{W}{name}")), PLAIN) if self._styles else PLAIN

    @cached_property
    def _shaded(self) -> bool:
        """Whether anything in the document is shaded: what is white may then be seen."""
        return not all(paleness.is_pale_hex(fill) for fill in cast("list[str]", _GROUNDS(self._body)))

    def _runs(self, element: etree._Element, parts: list[Part], base: Look) -> None:
        for child in element:
            tag = child.tag
            if tag in _REMOVED or not isinstance(tag, str):
                continue
            if tag == _RUN:
                self._run(child, parts, base)
            elif tag == _TEXT or tag in _SPOKEN:
                parts.append((child.text or "" if tag == _TEXT else _SPOKEN[tag], None))
            else:
                self._runs(child, parts, base)

    def _run(self, run: etree._Element, parts: list[Part], base: Look) -> None:
        """What a run prints, spelled as it looks: as it says itself, else as its style, else as its paragraph's style."""
        look = word_looks.of(run).over(self._by_style(run, "rPr", "rStyle")).over(base)
        white = look.white and not _on_colour(run)
        if look.hidden or (white and not self._shaded):
            return
        start, spell = len(parts), set_apart.unsure if white else look.spelling
        self._runs(run, parts, base)
        if spell:
            parts[start:] = [(text, spell) for text, _ in parts[start:]]


def _holder(element: etree._Element) -> etree._Element | None:
    """The cell whose property an element is."""
    above = element.getparent()
    cell = above.getparent() if above is not None and above.tag == f"{W}tcPr" else None
    return cell if cell is not None and cell.tag == CELL else None


def _name(element: etree._Element | None) -> str:
    return str(element.get(f"{W}val")) if element is not None else ""


def _on_colour(run: etree._Element) -> bool:
    """Whether a run says itself, or its paragraph, cell or table does, that a colour lies behind it; what is nearest counts."""
    mark = _name(inner(run, f"{W}rPr", f"{W}highlight"))
    if mark and mark not in ("none", "white"):
        return True
    for element in (run, *run.iterancestors(PARAGRAPH, CELL, TABLE)):
        ground = inner(element, f"{element.tag}Pr", f"{W}shd")
        fill = str(ground.get(f"{W}fill") or "auto").upper() if ground is not None else "AUTO"
        if ground is not None and str(ground.get(f"{W}val")).startswith("pct"):
            return True  # dots or lines of a colour over the ground
        if fill != "AUTO":
            return not paleness.is_pale_hex(fill)
    return False


def within(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children of that name, also those in names that only wrap."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in TRANSPARENT:
            yield from within(child, tag)


def inner(element: etree._Element, outer: str, name: str) -> etree._Element | None:
    """The first child of that name in a child of that name; `find` by path takes ten times as long."""
    for child in element.iterchildren(outer):
        for found in child.iterchildren(name):
            return found
    return None

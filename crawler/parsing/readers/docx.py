"""Word documents: `word/document.xml` read directly with lxml; merged cells, text boxes and pictures included."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from crawler.parsing.packages import Package, entry_names
from storage.domain.document import Block, Document, GridBlock, GridCell, ImageBlock, Locator, TextBlock
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",)

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_IMAGEDATA = "{urn:schemas-microsoft-com:vml}imagedata"
_TEXTBOX = f"{_W}txbxContent"
_TRANSPARENT = frozenset({f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml", f"{_W}moveTo"})
_REMOVED = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK, _TEXTBOX, f"{_W}tbl"})
_PARAGRAPH, _RUN, _TEXT, _TABLE, _ROW, _CELL = (f"{_W}{name}" for name in ("p", "r", "t", "tbl", "tr", "tc"))
_SPOKEN = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_VANISH, _SPAN, _MERGE = f"{_W}vanish", f"{_W}gridSpan", f"{_W}vMerge"
_DRAWN = (_BLIP, _IMAGEDATA, _TEXTBOX)
_WRITTEN = (_TEXT, *_SPOKEN, *_REMOVED, _VANISH)
_MAX_CELLS = 200_000
_ELSEWHERE = 0.5
_MAX_SPAN = 400
_MAIN = "word/document.xml"


def sniff(data: bytes) -> bool:
    """Whether this is a Word package (also a truncated one, whose directory is gone)."""
    names = entry_names(data)
    if names is None:
        return data.startswith(b"PK\x03\x04") and b"word/document" in data[:65536]
    return any(name.startswith("word/document") for name in names)


class _Marked:
    """What one pass over the document finds: text of simple paragraphs, which others are not simple, and the spans of cells.

    lxml finds elements by name many times faster than they can be walked through; most paragraphs are runs of text and nothing else.
    """

    def __init__(self, body: etree._Element) -> None:
        self.texts: dict[etree._Element, list[str]] = {}
        self.odd: set[etree._Element] = set()
        self.spans: dict[etree._Element, str] = {}
        self.merges: dict[etree._Element, str] = {}
        self.nested = False  # whether tables stand in tables
        self.drawn = next(body.iter(*_DRAWN), None) is not None
        self._wrapped = next(body.iter(*_TRANSPARENT), None) is not None
        for element in body.iter(*_WRITTEN):
            if element.tag == _TEXT:
                self._text(element)
            else:
                self.odd.update(element.iterancestors(_PARAGRAPH))
                self.nested = self.nested or (element.tag == _TABLE and next(element.iterancestors(_TABLE), None) is not None)
        for element in body.iter(_SPAN, _MERGE):
            if (cell := _holder(element)) is not None:
                (self.spans if element.tag == _SPAN else self.merges).setdefault(cell, str(element.get(f"{_W}val") or ""))

    def _text(self, element: etree._Element) -> None:
        above = element.getparent()
        while above is not None and above.tag != _PARAGRAPH:
            above = above.getparent()
        if above is not None:
            self.texts.setdefault(above, []).append(element.text or "")

    def within(self, parent: etree._Element, tag: str) -> Iterable[etree._Element]:
        """The children of that name, also those in names that only wrap."""
        return _within(parent, tag) if self._wrapped else parent.iterchildren(tag)

    def text(self, paragraph: etree._Element) -> str:
        """The visible text of a paragraph, text boxes left out."""
        if paragraph not in self.odd:
            return "".join(self.texts.get(paragraph, ()))
        parts: list[str] = []
        _runs(paragraph, parts)
        return "".join(parts)


def _holder(element: etree._Element) -> etree._Element | None:
    """The cell whose property an element is."""
    above = element.getparent()
    cell = above.getparent() if above is not None and above.tag == f"{_W}tcPr" else None
    return cell if cell is not None and cell.tag == _CELL else None


@dataclass
class _Walk:
    """What has been gathered on the way through the document."""

    package: Package
    targets: dict[str, str]
    marked: _Marked
    blocks: list[Block] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    cells: int = 0


def read(data: bytes) -> Document:
    """Read a DOCX file. Raises Corrupt, Encrypted, TooLarge."""
    package = Package(data)
    name = _MAIN if _MAIN in package.names else next((n for n in sorted(package.names) if re.match(r"word/document\d*\.xml$", n)), "")
    if not name:
        raise Corrupt("文档里没有正文", advice="请重新下载原件")
    root = package.xml(name)
    if root.tag.startswith("{" + _STRICT):
        root = etree.fromstring(etree.tostring(root).replace(_STRICT.encode(), _W[1:-1].encode()))
    body = root.find(f"{_W}body")
    if body is None:
        raise Corrupt("文档里没有正文", advice="请重新下载原件")
    walk = _Walk(package, _targets(package, name), _Marked(body))
    _children(body, walk)
    if not walk.blocks:
        raise Corrupt("文档是空白的")
    return Document(MEDIA_TYPES[0], tuple(walk.blocks), meta=_meta(package))


def _targets(package: Package, main: str) -> dict[str, str]:
    name = f"word/_rels/{posixpath.basename(main)}.rels"
    if name not in package.names:
        return {}
    return {
        str(e.get("Id")): posixpath.normpath(posixpath.join("word", str(e.get("Target"))))
        for e in package.xml(name)
        if e.get("TargetMode") != "External"
    }


def _meta(package: Package) -> dict[str, str]:
    if "docProps/core.xml" not in package.names:
        return {}
    try:
        root = package.xml("docProps/core.xml")
    except Corrupt:
        return {}  # properties are a courtesy; the text is what counts
    return {etree.QName(e).localname.lower(): e.text.strip() for e in root if e.text and e.text.strip()}


def _children(parent: etree._Element, walk: _Walk) -> None:
    for element in parent:
        if element.tag == _PARAGRAPH:
            _paragraph(element, walk)
        elif element.tag == _TABLE:
            _table(element, walk)
        elif element.tag in _TRANSPARENT:
            _children(element, walk)


def _paragraph(paragraph: etree._Element, walk: _Walk) -> None:
    walk.paragraphs += 1
    at = Locator(f"p[{walk.paragraphs}]")
    text = walk.marked.text(paragraph).strip()
    if text:
        walk.blocks.append(TextBlock(text, at, _level(paragraph)))
    if walk.marked.drawn:
        _inside(paragraph, walk, at)


def _inside(paragraph: etree._Element, walk: _Walk, at: Locator) -> None:
    """Pictures and text boxes anchored in a paragraph."""
    for element in paragraph.iter(*_DRAWN):
        if any(a.tag == _FALLBACK for a in element.iterancestors()):
            continue
        if element.tag == _TEXTBOX:
            if next(element.iterancestors(_TEXTBOX), None) is None:
                _children(element, walk)
            continue
        target = walk.targets.get(str(element.get(f"{_REL}embed") or element.get(f"{_REL}id")), "")
        data = walk.package.read(target) if target in walk.package.names else None
        walk.blocks.append(ImageBlock(at, data, _media_type(target)))


def _media_type(name: str) -> str:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp", "tif": "image/tiff"}
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def _level(paragraph: etree._Element) -> int:
    outline = _inner(paragraph, f"{_W}pPr", f"{_W}outlineLvl")
    if outline is not None and str(outline.get(f"{_W}val")).isdigit():
        return min(9, int(str(outline.get(f"{_W}val"))) + 1) % 10
    style = _inner(paragraph, f"{_W}pPr", f"{_W}pStyle")
    found = re.fullmatch(r"(?:[Hh]eading|标题)\s*([1-9])", str(style.get(f"{_W}val"))) if style is not None else None
    return int(found[1]) if found else 0


def _runs(element: etree._Element, parts: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag in _REMOVED or not isinstance(tag, str):
            continue
        if tag == _TEXT:
            parts.append(child.text or "")
        elif tag in _SPOKEN:
            parts.append(_SPOKEN[tag])
        elif tag != _RUN or _inner(child, f"{_W}rPr", _VANISH) is None:
            _runs(child, parts)


def _within(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _TRANSPARENT:
            yield from _within(child, tag)


def _inner(element: etree._Element, outer: str, inner: str) -> etree._Element | None:
    """The first child of that name in a child of that name; `find` by path takes ten times as long."""
    for child in element.iterchildren(outer):
        for found in child.iterchildren(inner):
            return found
    return None


def _before(row: etree._Element) -> int:
    """Columns a row leaves free at its left."""
    found = _inner(row, f"{_W}trPr", f"{_W}gridBefore")
    return _count(str(found.get(f"{_W}val")) if found is not None else "", 0)


def _count(value: str, default: int) -> int:
    return min(int(value), _MAX_SPAN) if value.isdigit() else default


def _table(table: etree._Element, walk: _Walk) -> None:
    walk.tables += 1
    name = f"table[{walk.tables}]"
    drafts: list[tuple[int, int, int, str, Locator]] = []  # row, column, width, text, place
    heights: dict[int, int] = {}  # index in drafts → rows spanned
    open_at: dict[int, int] = {}  # column → index in drafts of the merge that is still growing
    nested: list[etree._Element] = []
    elsewhere: dict[int, bool] = {}  # cells whose content is a table of its own, printed after this one
    rows = [row for row in walk.marked.within(table, _ROW) if _inner(row, f"{_W}trPr", f"{_W}del") is None]
    for r, row in enumerate(rows):
        column = _before(row)
        growing: dict[int, int] = {}
        for k, cell in enumerate(walk.marked.within(row, _CELL), 1):
            width = max(1, _count(walk.marked.spans.get(cell, ""), 1))
            merge = walk.marked.merges.get(cell)
            continues = merge is not None and merge != "restart"
            if continues and column in open_at:
                index = open_at[column]
                heights[index] += 1
            else:
                index = len(drafts)
                drafts.append((r, column, width, _cell_text(cell, walk), Locator(f"{name}/tr[{r + 1}]/tc[{k}]")))
                heights[index] = 1
                held = _held(cell, walk)
                nested.extend(held)
                elsewhere[index] = bool(held) and not drafts[index][3]
            if merge is not None:
                growing[column] = index
            column += width
            walk.cells += width
            if walk.cells > _MAX_CELLS:
                raise TooLarge("文档表格的单元格数量超过上限")
        open_at = growing
    cells = _drawn(drafts, heights, elsewhere)
    if cells:
        walk.blocks.append(GridBlock(cells, Locator(name), "cells"))
    for element in nested:
        _table(element, walk)
    for paragraph in table.iter(_PARAGRAPH) if walk.marked.drawn else ():
        if next(paragraph.iterancestors(_TABLE)) is table:
            _inside(paragraph, walk, Locator(name))


def _drawn(
    drafts: Sequence[tuple[int, int, int, str, Locator]], heights: Mapping[int, int], elsewhere: Mapping[int, bool]
) -> tuple[GridCell, ...]:
    """The cells with the heights their merges grew to; no blank is sure where a cell's content is a table of its own."""
    return tuple(
        GridCell(r, c, text, at, heights[i], w, _ELSEWHERE if elsewhere[i] else 1.0) for i, (r, c, w, text, at) in enumerate(drafts)
    )


def _held(cell: etree._Element, walk: _Walk) -> list[etree._Element]:
    """The tables inside a cell that are more than a frame of it."""
    return [table for table in _within(cell, _TABLE) if not _is_cell(table)] if walk.marked.nested else []


def _is_cell(table: etree._Element) -> bool:
    """Whether a table only frames one cell: what is in it belongs to the cell it stands in."""
    rows = list(_within(table, _ROW))
    return len(rows) == 1 and len(list(_within(rows[0], _CELL))) == 1


def _cell_text(cell: etree._Element, walk: _Walk) -> str:
    lines = [walk.marked.text(p).strip(" \t\n") for p in walk.marked.within(cell, _PARAGRAPH)]
    for table in _within(cell, _TABLE) if walk.marked.nested else ():
        if _is_cell(table):
            lines += [_cell_text(inner, walk) for row in _within(table, _ROW) for inner in _within(row, _CELL)]
    return "\n".join([line for line in lines if line])

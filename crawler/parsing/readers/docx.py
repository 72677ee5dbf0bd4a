"""Word documents: `word/document.xml` read directly with lxml; merged cells, text boxes and pictures included."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from crawler.parsing import word_looks
from crawler.parsing.packages import Package, entry_names, opened, secure_xml
from crawler.parsing.word_looks import W, on
from crawler.parsing.word_text import CELL, DRAWN, FALLBACK, PARAGRAPH, TABLE, TEXTBOX, TRANSPARENT, Marked, inner, within
from storage.domain.document import Block, Document, GridBlock, GridCell, ImageBlock, Locator, TextBlock
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",)

_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_ROW = f"{W}tr"
_MAX_CELLS = 200_000
_ELSEWHERE = 0.5
_MAX_SPAN = 400
_MAIN, _STYLES = "word/document.xml", "word/styles.xml"


def sniff(data: bytes) -> bool:
    """Whether this is a Word package (also a truncated one, whose directory is gone)."""
    names = entry_names(data)
    if names is None:
        return data.startswith(b"PK\x03\x04") and b"word/document" in data[:65536]
    return any(name.startswith("word/document") for name in names)


@dataclass
class _Walk:
    """What has been gathered on the way through the document."""

    package: Package
    targets: dict[str, str]
    marked: Marked
    blocks: list[Block] = field(default_factory=list)
    paragraphs: int = 0
    tables: int = 0
    cells: int = 0


def read(data: bytes) -> Document:
    """Read a DOCX file. Raises Corrupt, Encrypted, TooLarge."""
    package = opened(data)
    name = _MAIN if _MAIN in package.names else next((n for n in sorted(package.names) if re.match(r"word/document\d*\.xml$", n)), "")
    if not name:
        raise Corrupt("文档里没有正文", advice="请重新下载原件")
    source = package.read(name)
    root = secure_xml(source)
    if root.tag.startswith("{" + _STRICT):
        root = etree.fromstring(etree.tostring(root).replace(_STRICT.encode(), W[1:-1].encode()))
    body = root.find(f"{W}body")
    if body is None:
        raise Corrupt("文档里没有正文", advice="请重新下载原件")
    styled = _STYLES in package.names and word_looks.may_matter(source, package.read(_STYLES))
    marked = Marked(body, package.xml(_STYLES) if styled else None)
    walk = _Walk(package, _targets(package, name), marked)
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
        if element.tag == PARAGRAPH:
            _paragraph(element, walk)
        elif element.tag == TABLE:
            _table(element, walk)
        elif element.tag in TRANSPARENT:
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
    for element in paragraph.iter(*DRAWN):
        if any(a.tag == FALLBACK for a in element.iterancestors()):
            continue
        if element.tag == TEXTBOX:
            if next(element.iterancestors(TEXTBOX), None) is None:
                _children(element, walk)
            continue
        target = walk.targets.get(str(element.get(f"{_REL}embed") or element.get(f"{_REL}id")), "")
        data = walk.package.read(target) if target in walk.package.names else None
        walk.blocks.append(ImageBlock(at, data, _media_type(target)))


def _media_type(name: str) -> str:
    kinds = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp", "tif": "image/tiff"}
    return kinds.get(name.rpartition(".")[2].lower(), "application/octet-stream")


def _level(paragraph: etree._Element) -> int:
    outline = inner(paragraph, f"{W}pPr", f"{W}outlineLvl")
    if outline is not None and str(outline.get(f"{W}val")).isdigit():
        return min(9, int(str(outline.get(f"{W}val"))) + 1) % 10
    style = inner(paragraph, f"{W}pPr", f"{W}pStyle")
    found = re.fullmatch(r"(?:[Hh]eading|标题)\s*([1-9])", str(style.get(f"{W}val"))) if style is not None else None
    return int(found[1]) if found else 0


def _is_gone(row: etree._Element) -> bool:
    """Whether a row was deleted under change tracking or is hidden."""
    hidden = inner(row, f"{W}trPr", f"{W}hidden")
    return inner(row, f"{W}trPr", f"{W}del") is not None or (hidden is not None and on(hidden))


def _before(row: etree._Element) -> int:
    """Columns a row leaves free at its left."""
    found = inner(row, f"{W}trPr", f"{W}gridBefore")
    return _count(str(found.get(f"{W}val")) if found is not None else "", 0)


def _count(value: str, default: int) -> int:
    return min(int(value), _MAX_SPAN) if value.isdigit() else default


def _table(table: etree._Element, walk: _Walk) -> None:
    walk.tables += 1
    name = f"table[{walk.tables}]"
    drafts: list[tuple[int, int, int, str, Locator]] = []  # row, column, width, text, place
    heights: dict[int, int] = {}  # index in drafts → rows spanned
    open_at: dict[int, int] = {}  # column → index in drafts of the merge that is still growing
    nested: list[etree._Element] = []
    elsewhere: dict[int, bool] = {}  # cells whose content is a table of its own, printed after this one, or no text
    rows = [row for row in walk.marked.within(table, _ROW) if not _is_gone(row)]
    for r, row in enumerate(rows):
        column = _before(row)
        growing: dict[int, int] = {}
        for k, cell in enumerate(walk.marked.within(row, CELL), 1):
            span = walk.marked.spans.get(cell)
            width = max(1, _count(span, 1)) if span is not None else 1
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
                elsewhere[index] = (bool(held) and not drafts[index][3]) or walk.marked.unread(cell, drafts[index][3])
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
    for paragraph in table.iter(PARAGRAPH) if walk.marked.drawn else ():
        if next(paragraph.iterancestors(TABLE)) is table:
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
    return [table for table in within(cell, TABLE) if not _is_cell(table)] if walk.marked.nested else []


def _is_cell(table: etree._Element) -> bool:
    """Whether a table only frames one cell: what is in it belongs to the cell it stands in."""
    rows = list(within(table, _ROW))
    return len(rows) == 1 and len(list(within(rows[0], CELL))) == 1


def _cell_text(cell: etree._Element, walk: _Walk) -> str:
    lines = [walk.marked.text(p).strip(" \t\n") for p in walk.marked.within(cell, PARAGRAPH)]
    if len(lines) == 1 and not walk.marked.nested:
        return lines[0]
    for table in within(cell, TABLE) if walk.marked.nested else ():
        if _is_cell(table):
            lines += [_cell_text(inner, walk) for row in within(table, _ROW) for inner in within(row, CELL)]
    return "\n".join([line for line in lines if line])

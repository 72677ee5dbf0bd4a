"""HTML as portals publish it: lxml for the tree, our own expansion of row and column spans, chrome kept apart from tables.

A table that only lays out the page (most of its text sits in tables inside it) is walked through, not taken for a grid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from lxml import etree

from crawler.parsing import marks
from crawler.parsing.encodings import decode
from crawler.parsing.undress import undress
from storage.domain.document import Block, Document, GridBlock, GridCell, ImageBlock, Locator, Problem, TextBlock
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("text/html", "application/xhtml+xml")

_TAG = re.compile(r"<(?:!doctype\s+html|html|head|body|table|div|p|span|meta|article|section|td|tr|br|h[1-6])\b", re.IGNORECASE)
_DROPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "select", "option", "button", "iframe", "object", "title", "rt", "rp"}
)
# What may show a figure without being text: a cell with nothing else in it is not known to be blank.
_UNREAD = ("img", "svg", "canvas", "object", "iframe", "embed", "select", "button", "script", "video")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "ul",
        "ol",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "nav",
        "aside",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "td",
        "th",
        "dt",
        "dd",
        "dl",
        "form",
        "pre",
        "blockquote",
        "center",
        "hr",
        "caption",
    ]
)
_BROKEN = _BLOCKS | {"br"}
_WHITE = " \t\r\n\f\v"
_SPACE = re.compile(f"[{_WHITE}]+")
_NUMBER = re.compile(r"\s*(\d{1,6})")
_MAX_CELLS = 200_000
_ELSEWHERE = 0.5  # of a blank whose content is a table of its own (read after this one) or no text
_MAX_SPAN = 400  # a form has 25 rows and 10 columns; larger spans are slips or bombs
_MAX_DEPTH = 400


def sniff(data: bytes) -> bool:
    """Whether these bytes are HTML."""
    head = data[:65536]
    if head.startswith((b"%PDF", b"PK\x03\x04", b"Rar!", b"\xd0\xcf\x11\xe0")) or marks.of(head):
        return False
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return bool(_TAG.search(decode(head)[0]))
    return b"\x00" not in head and bool(_TAG.search(head.decode("latin-1")))


@dataclass
class _Walk:
    """What has been gathered on the way through the tree."""

    blocks: list[Block] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    texts: int = 0
    tables: int = 0
    cells: int = 0
    hidden: frozenset[etree._Element] = frozenset()

    def flush(self, heading: int = 0) -> None:
        """End the running line."""
        if not self.line:
            return
        text = _SPACE.sub(" ", "".join(self.line)).strip()
        self.line = []
        if text:
            self.texts += 1
            self.blocks.append(TextBlock(text, Locator(f"text[{self.texts}]"), heading))


def read(data: bytes) -> Document:
    """Read an HTML page. Raises Corrupt where nothing is left, TooLarge where spans explode."""
    text, encoding, whole = decode(data)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False, no_network=True)
    source = data if encoding == "utf-8" and whole else text.encode("utf-8", "replace")
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise Corrupt("网页内容无法解析") from error
    if root is None:
        raise Corrupt("网页里没有内容")
    walk = _Walk(hidden=undress(root, source))
    body = root.find("body")
    _visit(root if body is None else body, walk, 0)
    walk.flush()
    if not walk.blocks:
        raise Corrupt("网页里没有可读的内容")
    problems = () if whole else (Problem("encoding-damaged", f"按 {encoding} 解码时有无法识别的字节"),)
    return Document("text/html", tuple(walk.blocks), meta=_meta(root), problems=problems)


def _meta(root: etree._Element) -> dict[str, str]:
    meta: dict[str, str] = {}
    title = None
    for element in root.iter("meta", "title"):
        if element.tag == "title":
            title = element if title is None else title
            continue
        name = element.get("name") or element.get("property") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content and name.strip().lower() not in meta:
            meta[name.strip().lower()] = content
    if title is not None and (text := _SPACE.sub(" ", _all_text(title)).strip()):
        meta.setdefault("title", text)
    return meta


def _visit(element: etree._Element, walk: _Walk, depth: int) -> None:
    """Gather one element in reading order (its tail belongs to the caller)."""
    tag = element.tag
    if not isinstance(tag, str) or tag in _DROPPED or depth > _MAX_DEPTH or element in walk.hidden:
        return
    if tag == "table" and not _is_layout(element):
        walk.flush()
        _table(element, walk)
        return
    if tag == "img":
        _picture(element, walk)
        return
    if tag == "input":
        walk.line.append(_typed(element))
        return
    breaks = tag in _BROKEN or tag == "table"
    if breaks:
        walk.flush()
    if element.text:
        walk.line.append(element.text)
    for child in element:
        _visit(child, walk, depth + 1)
        if child.tail:
            walk.line.append(child.tail)
    if breaks:
        walk.flush(int(tag[1]) if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit() else 0)


def _typed(field: etree._Element) -> str:
    """What stands in a field of a form: some portals print their tables as one."""
    return (field.get("value") or "") if (field.get("type") or "text").lower() in ("text", "number") else ""


def _picture(element: etree._Element, walk: _Walk) -> None:
    source = element.get("src") or ""
    walk.flush()
    alt = (element.get("alt") or element.get("title") or "").strip()
    walk.blocks.append(ImageBlock(Locator(f"img[{sum(isinstance(b, ImageBlock) for b in walk.blocks) + 1}]:{source[:300]}"), alt=alt))


def _is_layout(table: etree._Element) -> bool:
    inner = next(table.iterdescendants("table"), None)
    if inner is None:
        return False
    outermost = (t for t in table.iterdescendants("table") if next(t.iterancestors("table")) is table)
    nested = sum(len(_all_text(t)) for t in outermost)
    return 2 * nested >= len(_all_text(table))


def _all_text(element: etree._Element) -> str:
    return "".join(str(part) for part in element.itertext())


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child if row.tag == "tr")


@lru_cache(maxsize=1024)
def _span(value: str, rest: int) -> int:
    digits = _NUMBER.match(value)
    return max(1, min(int(digits[1]) or rest, _MAX_SPAN)) if digits else 1


def _table(table: etree._Element, walk: _Walk) -> None:
    walk.tables += 1
    name = f"table[{walk.tables}]"
    rows = [row for row in _rows(table) if row not in walk.hidden] if walk.hidden else list(_rows(table))
    taken: dict[int, int] = {}  # column → first row in which it is free again
    cells: list[GridCell] = []
    nested: list[etree._Element] = []
    inside = next(table.iterdescendants("table"), None) is not None
    for r, row in enumerate(rows):
        for cell, placed in _cells(row, r, len(rows), taken, f"{name}/tr[{r + 1}]", walk):
            held = [t for t in cell.iterdescendants("table") if not _is_cell(t) and _holder(t) is table] if inside else []
            nested.extend(held)
            cells.append(replace(placed, confidence=_ELSEWHERE) if not placed.text.strip() and (held or _shows(cell)) else placed)
    caption = table.find("caption")
    if caption is not None:
        walk.line.append(_all_text(caption))
        walk.flush()
    if cells:
        walk.blocks.append(GridBlock(tuple(cells), Locator(name), "cells"))
    for inner in nested:
        _table(inner, walk)


def _cells(
    row: etree._Element, number: int, rows: int, taken: dict[int, int], name: str, walk: _Walk
) -> list[tuple[etree._Element, GridCell]]:
    """The cells of a row, each in the first free column; marks the columns they take."""
    found: list[tuple[etree._Element, GridCell]] = []
    hidden, column = walk.hidden, 0
    for cell in row.iterchildren("td", "th"):
        if hidden and cell in hidden:
            continue
        across, down = cell.get("colspan"), cell.get("rowspan")
        wide = _span(across, 1) if across else 1
        tall = min(_span(down, rows - number), rows - number) if down else 1  # a span of 0 goes on to the end of the table
        while taken.get(column, 0) > number:
            column += 1
        at = Locator(f"{name}/{cell.tag}[{len(found) + 1}]")
        found.append((cell, GridCell(number, column, _cell_text(cell, walk), at, tall, wide)))
        for c in range(column, column + wide):
            taken[c] = number + tall
        column += wide
        walk.cells += wide * tall
        if walk.cells > _MAX_CELLS:
            raise TooLarge("网页表格的单元格数量超过上限")
    return found


def _shows(cell: etree._Element) -> bool:
    """Whether a cell without text holds something that may print a figure."""
    return bool(len(cell)) and next(cell.iterdescendants(*_UNREAD), None) is not None


def _is_cell(table: etree._Element) -> bool:
    """Whether a table only frames one cell: what is in it belongs to the cell it stands in."""
    rows = list(_rows(table))
    return len(rows) == 1 and sum(c.tag in ("td", "th") for c in rows[0]) == 1


def _holder(table: etree._Element) -> etree._Element | None:
    """The table that a table stands in, frames of one cell passed over."""
    return next((t for t in table.iterancestors("table") if not _is_cell(t)), None)


def _cell_text(cell: etree._Element, walk: _Walk) -> str:
    inner, text = len(cell), cell.text
    if inner == 1 and not walk.hidden and (text is None or not text.strip(_WHITE)):
        child = cell[0]  # a paragraph and nothing else: nine cells of ten in pages pasted from word processors
        after = child.tail
        if child.tag == "p" and not len(child) and (after is None or not after.strip(_WHITE)):
            inner, text = 0, child.text
    if inner or (text and "\x1e" in text):
        return _cell_lines(cell, walk)
    return _line(text) if text else ""


def _cell_lines(cell: etree._Element, walk: _Walk) -> str:
    parts: list[str] = []
    _gather(cell, parts, walk, 0)
    return "\n".join(line for part in "".join(parts).split("\x1e") if part and (line := _line(part)))


def _line(text: str) -> str:
    """A line with white space as one space each, none at its ends."""
    if text.isalnum():
        return text
    bare, words = text.strip(_WHITE), text.split()
    return bare if len(words) == 1 and bare == words[0] else _SPACE.sub(" ", bare)


def _gather(element: etree._Element, parts: list[str], walk: _Walk, depth: int) -> None:
    if element.text:
        parts.append(element.text)
    for child in element:
        tag = child.tag
        if isinstance(tag, str) and tag not in _DROPPED and depth < _MAX_DEPTH and not (walk.hidden and child in walk.hidden):
            if tag == "table" and not _is_cell(child):
                parts.append("\x1e")
            elif tag == "input":
                parts.append(_typed(child))
            elif tag in _BROKEN:
                parts.append("\x1e")
                if len(child):
                    _gather(child, parts, walk, depth + 1)
                elif child.text:
                    parts.append(child.text)
                parts.append("\x1e")
            else:
                _gather(child, parts, walk, depth + 1)
        if child.tail:
            parts.append(child.tail)

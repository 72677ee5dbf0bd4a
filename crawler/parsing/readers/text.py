"""Plain text and Markdown as other extractors leave it: tab-separated rows, pipe tables, one cell per line, picture placeholders.

Text has no magic number: the reader takes what decodes to printable characters and is not markup.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field

from crawler.parsing import marks
from crawler.parsing.encodings import decode
from storage.domain.document import Block, Document, GridBlock, GridCell, ImageBlock, Locator, Problem, TextBlock
from storage.domain.errors import Corrupt

MEDIA_TYPES: tuple[str, ...] = ("text/plain", "text/markdown")

_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|div|p|span|meta|script|article|section|td|tr|br)\b", re.IGNORECASE)
_ODD = re.compile("[\x00-\x08\x0e-\x1f\ufffd]")
_BOOKMARK = re.compile(r"\[bookmark:[^\]]*\]")
_IMAGE = re.compile(r"(?:\[image:\s*([^\]]*)\]|!\[([^\]]*)\]\([^)]*\))")
_RULE = re.compile(r"[|\s:+-]*-{2,}[|\s:+-]*\Z")
_FOLIO = re.compile(r"[-—–－]+\s*\d{1,3}\s*[-—–－]+\Z")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")


def sniff(data: bytes) -> bool:
    """Whether these bytes are running text without markup."""
    head = data[:65536]
    if not head.strip() or head.startswith((b"%PDF", b"PK\x03\x04", b"Rar!", b"\xd0\xcf\x11\xe0")) or marks.of(head):
        return False
    text, _, _ = decode(head)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if _MARKUP.search(text.encode("ascii", "ignore") if wide else head) or (b"\x00" in head and not wide):
        return False
    if text.lstrip("\ufeff \r\n\t").startswith("<?xml"):  # XML that no reader knows is no running text
        return False
    return len(_ODD.findall(text)) * 50 <= len(text)


@dataclass
class _Draft:
    """The blocks so far and the table being gathered."""

    blocks: list[Block] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    shape: str = ""

    def close(self) -> None:
        """End the table being gathered."""
        rows = [row for row in self.rows if row[1]]
        if rows:
            self.blocks.append(_grid(rows, self.shape))
        self.rows, self.shape = [], ""

    def add(self, shape: str, line: int, fields: list[str]) -> None:
        """One more row of a table of that shape."""
        if self.shape != shape:
            self.close()
            self.shape = shape
            self.rows = self._heads(line) if shape == "bars" else []
        self.rows.append((line, fields))

    def _heads(self, line: int) -> list[tuple[int, list[str]]]:
        """The lines right above a table of bars that have a bar or two themselves: its head, no text."""
        rows: list[tuple[int, list[str]]] = []
        while self.blocks:
            last = self.blocks[-1]
            above = line - 1 - len(rows)
            if not isinstance(last, TextBlock) or "|" not in last.text or last.at.path != f"line:{above}":
                break
            rows.insert(0, (above, [f.strip() for f in last.text.split("|")]))
            self.blocks.pop()
        return rows


def read(data: bytes) -> Document:
    """Read text bytes. Raises Corrupt where nothing printable is left."""
    text, encoding, whole = decode(data)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n")
    draft = _Draft()
    for number, line in enumerate(lines, 1):
        _line(draft, number, _BOOKMARK.sub("", line))
    draft.close()
    if not draft.blocks:
        raise Corrupt("文件里没有可读的文字")
    problems = () if whole else (Problem("encoding-damaged", f"按 {encoding} 解码时有无法识别的字节"),)
    return Document("text/plain", tuple(draft.blocks), problems=problems)


def _line(draft: _Draft, number: int, line: str) -> None:
    bare = line.strip()
    if draft.shape == "lines" and line.startswith("\t") and line.count("\t") == 1:
        draft.rows[-1][1].append(bare)
    elif found := _IMAGE.fullmatch(bare):
        draft.close()
        draft.blocks.append(ImageBlock(Locator(f"line:{number}"), alt=(found[1] or found[2] or "").strip()))
    elif bare.startswith("|") and bare.count("|") >= 2:
        if not _RULE.match(bare):
            draft.add("pipes", number, [f.strip() for f in bare[1:].removesuffix("|").split("|")])
    elif bare.count("|") >= (1 if draft.shape == "bars" else 3) and not _RULE.match(bare):
        draft.add("bars", number, [f.strip() for f in bare.split("|")])
    elif (fields := _commas(bare, open_table=draft.shape == "commas")) is not None:
        draft.add("commas", number, fields)
    elif line.startswith("\t") and line.count("\t") == 1:
        draft.add("lines", number, [bare])
    elif "\t" in line and (bare or draft.shape == "tabs"):
        draft.add("tabs", number, [f.strip() for f in line.rstrip("\n").split("\t")])
    else:
        _prose(draft, number, bare, len(line) - len(line.lstrip()))


def _commas(line: str, *, open_table: bool) -> list[str] | None:
    """The fields of a line of comma-separated values; None for sentences, whose commas part words and not figures or nothing."""
    if line.count(",") < (1 if open_table else 3) or "。" in line:
        return None
    fields = [f.strip() for f in next(csv.reader([line]))]
    plain = sum(not f or f.replace(".", "").isdigit() for f in fields)
    return fields if 2 * plain >= len(fields) or (open_table and all(len(f) <= 40 for f in fields)) else None


def _prose(draft: _Draft, number: int, bare: str, indent: int) -> None:
    if draft.shape == "lines" and not bare:
        draft.rows.append((number + 1, []))  # an empty line ends a row of the one-cell-per-line shape, not its table
        return
    if draft.shape and _FOLIO.match(bare):  # a page ended inside the table, perhaps inside a row: it is still one
        return
    draft.close()
    if not bare:
        return
    heading = _HEADING.match(bare)
    text, level = (heading[2], len(heading[1])) if heading else (bare, 0)
    draft.blocks.append(TextBlock(_IMAGE.sub("", text), Locator(f"line:{number}"), level, indent))


def _grid(rows: list[tuple[int, list[str]]], shape: str) -> GridBlock:
    cells = []
    for index, (line, fields) in enumerate(rows):
        for column, text in enumerate(fields):
            path = f"line:{line + column}" if shape == "lines" else f"line:{line}/field:{column + 1}"
            cells.append(GridCell(index, column, text, Locator(path)))
    return GridBlock(tuple(cells), Locator(f"line:{rows[0][0]}"), "fields")

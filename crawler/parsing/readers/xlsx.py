"""Spreadsheets in the XML format (XLSX, and ET saved as such): what a viewer shows, hidden rows, columns and sheets left out.

Read from the sheets' XML: only there do merged ranges, hidden parts, number formats and formulas that were never computed show.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace

from lxml import etree

from crawler.parsing import number_formats, set_apart, sheet_looks, sheets
from crawler.parsing.packages import Package, entry_names, opened
from crawler.parsing.set_apart import Part, Spelling
from crawler.parsing.sheet_looks import Look, Looks
from crawler.parsing.sheets import Merge, Sheet
from storage.domain.document import Block, Document, Problem
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)

UNCOMPUTED = "#未计算"
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?\Z")
_WHOLE = re.compile(r"\$?([A-Z]{1,3}|\d{1,7}):\$?([A-Z]{1,3}|\d{1,7})\Z")  # columns or rows from edge to edge
_EDGE = 1 << 20
_MAX_SHEETS = 100


def sniff(data: bytes) -> bool:
    """Whether this is a spreadsheet package."""
    return any(name.startswith("xl/workbook") and name.endswith(".xml") for name in entry_names(data) or ())


@dataclass(frozen=True)
class _Book:
    strings: tuple[etree._Element, ...]
    looks: Looks


def read(data: bytes) -> Document:
    """Read an XLSX file. Raises Corrupt, Encrypted, TooLarge."""
    package = opened(data)
    workbook = _xml(package, "xl/workbook.xml")
    if workbook is None:
        raise Corrupt("工作簿里没有目录", advice="请重新下载原件")
    targets = _targets(package)
    book = _Book(_strings(package), sheet_looks.read(_xml(package, "xl/styles.xml")))
    blocks: list[Block] = []
    problems: list[Problem] = []
    for entry in list(_all(workbook, "sheet"))[:_MAX_SHEETS]:
        relation = next((str(v) for k, v in entry.attrib.items() if str(k).endswith("}id")), "")
        if entry.get("state") in ("hidden", "veryHidden") or "worksheet" not in targets.get(relation, ""):
            continue
        root = _xml(package, targets[relation])
        if root is None:
            raise Corrupt("工作簿缺少工作表", advice="请重新下载原件")
        sheet = _sheet(str(entry.get("name", "")), root, book)
        blocks += sheets.blocks(sheet)
        if UNCOMPUTED in sheet.texts.values():
            problems.append(Problem("formula-not-computed", f"工作表“{sheet.name}”里有公式没有保存计算结果"))
    if not blocks:
        raise Corrupt("工作簿是空白的")
    return Document(MEDIA_TYPES[0], tuple(blocks), problems=tuple(problems))


def _xml(package: Package, name: str) -> etree._Element | None:
    return package.xml(name) if name in package.names else None


def _all(root: etree._Element, name: str) -> list[etree._Element]:
    return list(root.iter("{*}" + name))


def _targets(package: Package) -> dict[str, str]:
    root = _xml(package, "xl/_rels/workbook.xml.rels")
    found = {}
    for e in root if root is not None else ():
        target = str(e.get("Target", ""))
        found[str(e.get("Id"))] = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
    return found


def _strings(package: Package) -> tuple[etree._Element, ...]:
    root = _xml(package, "xl/sharedStrings.xml")
    return tuple(root.iterchildren("{*}si")) if root is not None else ()


def _text(item: etree._Element, look: Look) -> str:
    """A string's runs joined, raised, lowered and struck-out ones spelled as such; phonetic guides are no text.

    A run that says how it looks is not struck out, nor white, with its cell.
    """
    parts: list[Part] = []
    for t in item.iter("{*}t"):
        run = t.getparent()
        if run is not None and etree.QName(run).localname != "rPh":
            properties = run.find("{*}rPr")
            if properties is None and look.unseen:
                continue
            parts.append((t.text or "", _spelling(properties) if properties is not None else set_apart.struck if look.struck else None))
    return set_apart.spelled(parts)


def _spelling(properties: etree._Element) -> Spelling | None:
    if sheet_looks.struck(properties):
        return set_apart.struck
    if sheet_looks.white(properties.find("{*}color")):
        return set_apart.unsure
    script = properties.find("{*}vertAlign")
    place = script.get("val") if script is not None else None
    return set_apart.SCRIPTS.get(str(place))


def _sheet(name: str, root: etree._Element, book: _Book) -> Sheet:
    hidden, shows = _hidden_columns(root), _Shows.of(root, book)
    texts: dict[tuple[int, int], str] = {}
    row_number = -1
    for row in root.iterfind("{*}sheetData/{*}row"):
        row_number = int(r) - 1 if (r := row.get("r", "")).isdigit() else row_number + 1
        column = -1
        for cell in row.iterchildren("{*}c"):
            place = _RANGE.match(cell.get("r", ""))
            column = column_number(place[1]) if place else column + 1
            text = _seen(cell, (row_number, column), book, shows)
            if text.strip() and row.get("hidden") not in ("1", "true") and row.get("ht") != "0" and column not in hidden:
                texts[row_number, column] = text
            if len(texts) > sheets.MAX_CELLS:
                raise TooLarge("工作表的单元格数量超过上限")
    merges = (_merge(str(e.get("ref", ""))) for e in root.iterfind("{*}mergeCells/{*}mergeCell"))
    return Sheet(name, texts, tuple(m for m in merges if m is not None))


def _hidden_columns(root: etree._Element) -> set[int]:
    found: set[int] = set()
    for e in root.iterfind("{*}cols/{*}col"):
        first, last = e.get("min", ""), e.get("max", "")
        if (e.get("hidden") in ("1", "true") or e.get("width") == "0") and first.isdigit() and last.isdigit():
            found.update(range(int(first) - 1, min(int(last), 16384)))
    return found


def _merge(reference: str) -> Merge | None:
    found = _RANGE.match(reference)
    if found is None or found[3] is None:
        return None
    return Merge(int(found[2]) - 1, column_number(found[1]), int(found[4]) - 1, column_number(found[3]))


def column_number(letters: str) -> int:
    """Column from 0 by its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@dataclass(frozen=True)
class _Shows:
    """What a sheet as a whole says of what it shows: conditions, whether zeros, whether tables may colour the ground."""

    conditions: tuple[sheet_looks.Condition, ...]
    zeros: bool
    coloured: bool

    @classmethod
    def of(cls, root: etree._Element, book: _Book) -> _Shows:
        zeros = all(view.get("showZeros") not in ("0", "false") for view in root.iterfind("{*}sheetViews/{*}sheetView"))
        coloured = any(next(root.iterfind("{*}" + name), None) is not None for name in ("tableParts", "picture", "conditionalFormatting"))
        return cls(tuple(sheet_looks.conditions(root, book.looks, _area)), zeros, coloured)


def _area(reference: str) -> tuple[int, int, int, int] | None:
    """The corners of a range, which may be a single cell, or columns or rows as a whole."""
    whole = _WHOLE.match(reference)
    if whole is not None and whole[1].isdigit() == whole[2].isdigit():
        if whole[1].isdigit():
            return int(whole[1]) - 1, 0, int(whole[2]) - 1, _EDGE
        return 0, column_number(whole[1]), _EDGE, column_number(whole[2])
    found = _RANGE.match(reference)
    if found is None:
        return None
    top, left = int(found[2]) - 1, column_number(found[1])
    return (top, left, int(found[4]) - 1, column_number(found[3])) if found[3] else (top, left, top, left)


def _seen(cell: etree._Element, place: tuple[int, int], book: _Book, shows: _Shows) -> str:
    """What a person sees of a cell; white figures on a ground that may be coloured are no figures for sure."""
    look = book.looks.of(cell.get("s", "0"))
    text = _cell(cell, book, look)
    if look.unseen:
        hidden = _cell(cell, book, replace(look, unseen=False)) if shows.coloured else ""
        return text if text == hidden else sheet_looks.doubted(hidden, "白色") if hidden else text
    stored = (cell.findtext("{*}v") or "") if shows.conditions or not shows.zeros else ""
    if not shows.zeros and cell.get("t", "n") == "n" and stored and not stored.strip("0.-"):
        return ""
    return sheet_looks.under(shows.conditions, *place, stored if cell.get("t", "n") == "n" else "", text, look) if text else ""


def _cell(cell: etree._Element, book: _Book, look: Look) -> str:
    kind = cell.get("t", "n")
    if look.unseen and kind not in ("s", "inlineStr"):
        return ""
    if kind == "inlineStr":
        return _text(cell, look)
    stored = cell.find("{*}v")
    value = (stored.text or "") if stored is not None else ""
    if not value:
        return UNCOMPUTED if cell.find("{*}f") is not None and kind != "str" else ""
    if kind == "s":
        if not value.isdigit() or int(value) >= len(book.strings):
            raise Corrupt("工作簿的文字表已损坏", advice="请重新下载原件")
        return _text(book.strings[int(value)], look)
    if kind != "n":
        text = {"1": "TRUE", "0": "FALSE"}.get(value, value) if kind == "b" else value
    elif number_formats.is_date(look.number, look.code):
        text = f"#日期 {value}"  # a count that was taken for a date is not a count any more: it stays visible as one
    else:
        text = number_formats.shown(value, look.code)
    return set_apart.struck(text) if look.struck else text

"""The registry as a spreadsheet: one sheet, every cell text, so that codes keep their zeros. No library: two small parts of the format.

Read: the workbook's first sheet, row by row; shared and inline strings, numbers without loss, the stored results of formulas. What a cell
does not plainly say (an error value, a formula without a result, the covered part of a merged range) is named, never guessed. Bounded,
because files come from outside.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from xml.sax.saxutils import escape

from lxml import etree

from storage.domain.errors import UsageError

PART_LIMIT = 256 * 2**20
ROW_LIMIT = 200_000
_COLUMN_LIMIT = 16_384
_DIGITS = 15
"""A spreadsheet keeps fifteen digits of a number; what stands beyond them is lost before the file is saved."""

_NS = "http://schemas.openxmlformats.org"
_MAIN = f"{{{_NS}/spreadsheetml/2006/main}}"
_LINK = f"{{{_NS}/officeDocument/2006/relationships}}id"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_NS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_NS}/spreadsheetml/2006/main" xmlns:r="{_NS}/officeDocument/2006/relationships">'
    '<sheets><sheet name="名录" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NS}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, ValueError, IndexError, EOFError, RuntimeError, NotImplementedError,
)  # fmt: skip
"""RuntimeError: a part behind a password; NotImplementedError: a way of packing nobody uses."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of the first sheet, empty ones included, so that numbers of lines hold.

    `faults` says of (line, column), both from 0, why the cell cannot be used; `others` names the sheets that were not read.
    """

    rows: list[list[str]]
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    others: tuple[str, ...] = ()


def is_xlsx(data: bytes) -> bool:
    """Whether the bytes are a zipped office file."""
    return data.startswith(b"PK\x03\x04")


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet; the same rows give the same bytes."""
    lines = "".join(_written(number, row) for number, row in enumerate(rows, 1))
    sheet = f'<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}', zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _written(number: int, row: Sequence[str]) -> str:
    """Empty cells are left out, but for the last, which says how long the row is."""
    cells = (_cell(number, place, text) for place, text in enumerate(row) if text or place == len(row) - 1)
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(number: int, place: int, text: str) -> str:
    return f'<c r="{_letters(place)}{number}" t="inlineStr"><is><t xml:space="preserve">{escape(_CONTROL.sub("", text))}</t></is></c>'


def _letters(place: int) -> str:
    name = ""
    while place >= 0:
        name, place = chr(65 + place % 26) + name, place // 26 - 1
    return name


def read(data: bytes) -> Sheet:
    """The first sheet of a workbook. Raises UsageError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            sheets = _sheets(package)
            if not sheets:
                raise UsageError("这个文件不是 XLSX 表格，里面没有工作表", advice="请用表格软件另存为 XLSX，或 CSV（UTF-8）。")
            with package.open(_checked(package, sheets[0][1])) as part:
                rows, faults, merged = _read(part, _shared(package))
            faults |= _covered(merged, rows)
            return Sheet(rows, faults, tuple(name for name, place in sheets[1:] if _holds(package, place)))
    except _UNREADABLE as error:
        raise UsageError("这个 XLSX 文件无法读取，或设有密码", advice="请用表格软件重新另存为 XLSX 或 CSV（UTF-8），不设密码。") from error


def _sheets(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Name and part of each sheet in the workbook's own order; files that name none are taken by number."""
    parts = set(package.namelist())
    if {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
        places = {link.get("Id"): link.get("Target") or "" for link in _tree(package, "xl/_rels/workbook.xml.rels")}
        named = [
            (sheet.get("name") or "", "xl/" + places.get(sheet.get(_LINK), "").removeprefix("/xl/").removeprefix("xl/"))
            for sheet in _tree(package, "xl/workbook.xml").iter(f"{_MAIN}sheet")
        ]
        found = [(name, place) for name, place in named if place in parts]
        if found:
            return found
    numbered = sorted((int(number[1]), name) for name in parts if (number := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)))
    return [(f"sheet{number}", name) for number, name in numbered]


def _checked(package: zipfile.ZipFile, name: str) -> str:
    if package.getinfo(name).file_size > PART_LIMIT:
        raise UsageError("名录文件过大", advice="请拆成几个文件导入。")
    return name


def _tree(package: zipfile.ZipFile, name: str) -> etree._Element:
    return etree.fromstring(
        package.read(_checked(package, name)), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    )


def _walk(part: object, *tags: str) -> Iterator[etree._Element]:
    """Elements of a part one at a time, each forgotten after use: a sheet of 100,000 rows must not be held as a tree."""
    wanted = [f"{_MAIN}{tag}" for tag in tags]
    for _, element in etree.iterparse(part, tag=wanted, resolve_entities=False, no_network=True, huge_tree=False):
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _holds(package: zipfile.ZipFile, name: str) -> bool:
    """Whether anything is written on a sheet."""
    with package.open(_checked(package, name)) as part:
        return any(_text(cell) or cell.findtext(f"{_MAIN}v") for row in _walk(part, "row") for cell in row.iter(f"{_MAIN}c"))


def _shared(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    with package.open(_checked(package, "xl/sharedStrings.xml")) as part:
        return [_text(item) for item in _walk(part, "si")]


def _text(item: etree._Element) -> str:
    # Phonetic runs (rPh) repeat the words in another script.
    phonetic = [t for run in item.iter(f"{_MAIN}rPh") for t in run]
    return "".join(t.text or "" for t in item.iter(f"{_MAIN}t") if t not in phonetic)


def _read(part: object, shared: Sequence[str]) -> tuple[list[list[str]], dict[tuple[int, int], str], list[str]]:
    rows: list[list[str]] = []
    faults: dict[tuple[int, int], str] = {}
    merged: list[str] = []
    for element in _walk(part, "row", "mergeCell"):
        if element.tag == f"{_MAIN}mergeCell":
            merged.append(element.get("ref") or "")
            continue
        number = int(element.get("r") or len(rows) + 1)
        if number > ROW_LIMIT:
            raise UsageError(f"名录超过 {ROW_LIMIT} 行", advice="请拆成几个文件导入；表格下方若有带格式的空行，请删除。")
        rows.extend([] for _ in range(number - len(rows) - 1))
        cells: list[str] = []
        for cell in element.iter(f"{_MAIN}c"):
            place = min(_column(cell.get("r") or "", len(cells)), _COLUMN_LIMIT)
            cells.extend("" for _ in range(place - len(cells)))
            value, fault = _value(cell, shared)
            cells.append(value)
            if fault:
                faults[number - 1, len(cells) - 1] = fault
        rows.append(cells)
    return rows, faults, merged


def _column(reference: str, fallback: int) -> int:
    letters = re.sub(r"[^A-Z]", "", reference)[:3]
    return _place(letters) if letters else fallback


def _place(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _value(cell: etree._Element, shared: Sequence[str]) -> tuple[str, str]:
    """What a cell says, and why that cannot be used."""
    kind, value = cell.get("t") or "n", cell.findtext(f"{_MAIN}v") or ""
    if kind == "inlineStr":
        return _text(cell), ""
    if kind == "e":
        return value, f"是错误值 {value}"
    if not value and cell.find(f"{_MAIN}f") is not None and kind != "str":
        return "", "是公式，文件里没有它的计算结果"
    if kind == "s":
        return (shared[int(value)] if value else ""), ""
    if kind == "n" and value:
        return _number(value)
    return value, ""


def _number(value: str) -> tuple[str, str]:
    """A number as digits, without exponent and without a lost one."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value, ""
    if not number.is_finite() or number != number.to_integral_value():
        return value, ""
    if abs(number) >= 10**_DIGITS:
        return value, f"是超过 {_DIGITS} 位的数字，末几位已被表格软件改掉"
    return str(int(number)), ""


def _covered(merged: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[tuple[int, int], str]:
    """The cells a merged range hides: they look filled and are empty."""
    faults: dict[tuple[int, int], str] = {}
    for found in filter(None, map(_RANGE.fullmatch, merged)):
        left, top, right, bottom = _place(found[1]), int(found[2]) - 1, _place(found[3]), int(found[4]) - 1
        for line in range(top, min(bottom, len(rows) - 1) + 1):
            for column in range(left, min(right, left + 100) + 1):
                if (line, column) != (top, left):
                    faults[line, column] = f"在合并单元格 {found[0]} 里"
    return faults

"""The registry as a spreadsheet: one sheet, every cell text, so that codes keep their zeros. No library: two small parts of the format.

Read: shared and inline strings, numbers as they are stored; the first sheet only. Bounded, because files come from outside.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from lxml import etree

from storage.domain.errors import UsageError

PART_LIMIT = 64 * 2**20
ROW_LIMIT = 200_000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NS = "http://schemas.openxmlformats.org"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
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


def is_xlsx(data: bytes) -> bool:
    """Whether the bytes are a zipped office file."""
    return data.startswith(b"PK\x03\x04")


def write(rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet; the same rows give the same bytes."""
    lines = "".join(f"<row>{''.join(_cell(text) for text in row)}</row>" for row in rows)
    sheet = f'<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><sheetData>{lines}</sheetData></worksheet>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(zipfile.ZipInfo(name), f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}', zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(_CONTROL.sub("", text))}</t></is></c>'


def read(data: bytes) -> list[list[str]]:
    """The rows of the first sheet, empty ones included, so that numbers of lines hold. Raises UsageError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = sorted(name for name in package.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
            if not names:
                raise UsageError("表格里没有工作表", advice="请把名录放在第一个工作表。")
            shared = _shared(package)
            first = min(names, key=lambda name: int(re.sub(r"\D", "", name)))
            return _rows(_part(package, first), shared)
    except (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, ValueError, IndexError) as error:
        raise UsageError("这个 XLSX 文件无法读取", advice="请用表格软件重新另存为 XLSX 或 CSV（UTF-8）。") from error


def _part(package: zipfile.ZipFile, name: str) -> etree._Element:
    if package.getinfo(name).file_size > PART_LIMIT:
        raise UsageError("名录文件过大", advice="请拆成几个文件导入。")
    return etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _shared(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    return [_text(item) for item in _part(package, "xl/sharedStrings.xml").iter(f"{_MAIN}si")]


def _text(item: etree._Element) -> str:
    # Phonetic runs (rPh) repeat the words in another script.
    phonetic = [t for run in item.iter(f"{_MAIN}rPh") for t in run]
    return "".join(t.text or "" for t in item.iter(f"{_MAIN}t") if t not in phonetic)


def _rows(sheet: etree._Element, shared: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for row in sheet.iter(f"{_MAIN}row"):
        number = int(row.get("r") or len(found) + 1)
        if number > ROW_LIMIT:
            raise UsageError(f"名录超过 {ROW_LIMIT} 行", advice="请拆成几个文件导入。")
        found.extend([] for _ in range(number - len(found) - 1))
        cells: list[str] = []
        for cell in row.iter(f"{_MAIN}c"):
            place = _column(cell.get("r") or "", len(cells))
            cells.extend("" for _ in range(place - len(cells)))
            cells.append(_value(cell, shared))
        found.append(cells)
    return found


def _column(reference: str, fallback: int) -> int:
    number = 0
    for letter in re.sub(r"[^A-Z]", "", reference)[:3]:
        number = number * 26 + ord(letter) - 64
    return number - 1 if number else fallback


def _value(cell: etree._Element, shared: Sequence[str]) -> str:
    if cell.get("t") == "inlineStr":
        return _text(cell)
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "s":
        return shared[int(value)]
    return value.removesuffix(".0")

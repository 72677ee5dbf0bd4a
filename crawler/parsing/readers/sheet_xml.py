"""Spreadsheets saved as one XML file (Excel 2003), which report systems export under the name of an XLS."""

from __future__ import annotations

from lxml import etree

from crawler.parsing import marks, number_formats, sheets
from crawler.parsing.packages import secure_xml
from crawler.parsing.sheets import Merge, Sheet
from storage.domain.document import Block, Document
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.ms-excel.sheet+xml",)

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def sniff(data: bytes) -> bool:
    """Whether this is an Excel 2003 XML file."""
    return marks.of(data) == "sheet-xml"


def read(data: bytes) -> Document:
    """Read an Excel 2003 XML file. Raises Corrupt, TooLarge."""
    blocks: list[Block] = []
    for worksheet in secure_xml(data).iterfind(f"{_SS}Worksheet"):
        hidden = worksheet.findtext(".//{urn:schemas-microsoft-com:office:excel}Visible", "")
        table = worksheet.find(f"{_SS}Table")
        if table is not None and not hidden.startswith("SheetHidden") and not hidden.startswith("SheetVeryHidden"):
            blocks += sheets.blocks(_sheet(str(worksheet.get(f"{_SS}Name", "")), table))
    if not blocks:
        raise Corrupt("工作簿是空白的")
    return Document(MEDIA_TYPES[0], tuple(blocks))


def _sheet(name: str, table: etree._Element) -> Sheet:
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    row = -1
    for element in table.iterfind(f"{_SS}Row"):
        row = _count(element, "Index", row + 2) - 1
        column = -1
        for cell in element.iterfind(f"{_SS}Cell"):
            column = _count(cell, "Index", column + 2) - 1
            wide, high = _count(cell, "MergeAcross", 0), _count(cell, "MergeDown", 0)
            text = _text(cell.find(f"{_SS}Data"))
            if text.strip() and element.get(f"{_SS}Hidden") != "1":
                texts[row, column] = text
            if wide or high:
                merges.append(Merge(row, column, row + high, column + wide))
            column += wide
            if len(texts) + len(merges) > sheets.MAX_CELLS:
                raise TooLarge("工作表的单元格数量超过上限")
    return Sheet(name, texts, tuple(merges))


def _count(element: etree._Element, name: str, default: int) -> int:
    value = element.get(f"{_SS}{name}", "")
    return int(value) if value.isdigit() and len(value) < 8 else default


def _text(data: etree._Element | None) -> str:
    if data is None:
        return ""
    text = "".join(str(part) for part in data.itertext())
    kind = data.get(f"{_SS}Type")
    if kind == "DateTime":
        return f"#日期 {text}"  # a count that was taken for a date is not a count any more
    return number_formats.shown(text.strip()) if kind == "Number" else text

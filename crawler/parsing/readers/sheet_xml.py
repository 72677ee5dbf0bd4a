"""Spreadsheets saved as one XML file (Excel 2003), which report systems export under the name of an XLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from crawler.parsing import marks, number_formats, set_apart, sheets
from crawler.parsing.packages import secure_xml
from crawler.parsing.set_apart import Part, Spelling
from crawler.parsing.sheet_looks import PLAIN, Look
from crawler.parsing.sheets import Merge, Sheet
from storage.domain.document import Block, Document
from storage.domain.errors import Corrupt, TooLarge

MEDIA_TYPES: tuple[str, ...] = ("application/vnd.ms-excel.sheet+xml",)

_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_NAMED = {"Fixed": "0.00", "Standard": "#,##0.00", "Percent": "0.00%", "Scientific": "0.00E+00"}
_SPELLED = {"Sup": set_apart.raised, "Sub": set_apart.lowered, "S": set_apart.struck}
_GENERAL = frozenset({"General", "General Number", "Currency", "Euro Currency"})


def sniff(data: bytes) -> bool:
    """Whether this is an Excel 2003 XML file."""
    return marks.of(data) == "sheet-xml"


def read(data: bytes) -> Document:
    """Read an Excel 2003 XML file. Raises Corrupt, TooLarge."""
    blocks: list[Block] = []
    root = secure_xml(data)
    looks = {str(e.get(f"{_SS}ID")): _look(e) for e in root.iterfind(f"{_SS}Styles/{_SS}Style")}
    for worksheet in root.iterfind(f"{_SS}Worksheet"):
        hidden = worksheet.findtext(".//{urn:schemas-microsoft-com:office:excel}Visible", "")
        table = worksheet.find(f"{_SS}Table")
        if table is not None and not hidden.startswith("SheetHidden") and not hidden.startswith("SheetVeryHidden"):
            blocks += sheets.blocks(_sheet(str(worksheet.get(f"{_SS}Name", "")), table, looks))
    if not blocks:
        raise Corrupt("工作簿是空白的")
    return Document(MEDIA_TYPES[0], tuple(blocks))


def _look(style: etree._Element) -> Look:
    """How cells of a style look; a style says all that differs from the sheet's usual one."""
    font, ground, format_ = (style.find(f"{_SS}{name}") for name in ("Font", "Interior", "NumberFormat"))
    told = str(format_.get(f"{_SS}Format", "")) if format_ is not None else ""
    code = "" if told in _GENERAL else _NAMED.get(told, told)
    filled = ground is not None and ground.get(f"{_SS}Color", "#FFFFFF").upper() != "#FFFFFF"
    white = font is not None and font.get(f"{_SS}Color", "").upper() == "#FFFFFF"
    return Look(0, code, font is not None and font.get(f"{_SS}StrikeThrough") == "1", white and not filled, filled)


def _sheet(name: str, table: etree._Element, looks: Mapping[str, Look]) -> Sheet:
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    row = -1
    for element in table.iterfind(f"{_SS}Row"):
        row = _count(element, "Index", row + 2) - 1
        column = -1
        for cell in element.iterfind(f"{_SS}Cell"):
            column = _count(cell, "Index", column + 2) - 1
            wide, high = _count(cell, "MergeAcross", 0), _count(cell, "MergeDown", 0)
            text = _text(cell.find(f"{_SS}Data"), looks.get(cell.get(f"{_SS}StyleID", ""), PLAIN))
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


def _parts(element: etree._Element, spelling: Spelling | None) -> Iterator[Part]:
    own = _SPELLED.get(etree.QName(element).localname, spelling)
    if any(str(k).endswith("Color") and str(v).upper() == "#FFFFFF" for k, v in element.attrib.items()):
        own = set_apart.unsure
    yield element.text or "", own
    for child in element:
        yield from _parts(child, own)
        yield child.tail or "", own


def _text(data: etree._Element | None, look: Look) -> str:
    if data is None or look.unseen:
        return ""
    text = set_apart.spelled(tuple(_parts(data, None)))
    kind = data.get(f"{_SS}Type")
    if kind == "DateTime" or (kind == "Number" and number_formats.is_date(0, look.code)):
        text = f"#日期 {text}"  # a count that was taken for a date is not a count any more
    elif kind == "Number":
        text = number_formats.shown(text.strip(), look.code)
    return set_apart.struck(text) if look.struck else text

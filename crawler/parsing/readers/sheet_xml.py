"""Spreadsheets saved as one XML file (Excel 2003), which report systems export under the name of an XLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from crawler.parsing import marks, number_formats, paleness, set_apart, sheets
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
_USUAL, _MOST_PARENTS, _MOST_COLUMNS = "Default", 12, 16384
_GENERAL = frozenset({"General", "General Number", "Currency", "Euro Currency"})


def sniff(data: bytes) -> bool:
    """Whether this is an Excel 2003 XML file."""
    return marks.of(data) == "sheet-xml"


def read(data: bytes) -> Document:
    """Read an Excel 2003 XML file. Raises Corrupt, TooLarge."""
    blocks: list[Block] = []
    root = secure_xml(data)
    looks = _looks(root)
    for worksheet in root.iterfind(f"{_SS}Worksheet"):
        hidden = worksheet.findtext(".//{urn:schemas-microsoft-com:office:excel}Visible", "")
        table = worksheet.find(f"{_SS}Table")
        if table is not None and not hidden.startswith("SheetHidden") and not hidden.startswith("SheetVeryHidden"):
            blocks += sheets.blocks(_sheet(str(worksheet.get(f"{_SS}Name", "")), table, looks))
    if not blocks:
        raise Corrupt("工作簿是空白的")
    return Document(MEDIA_TYPES[0], tuple(blocks))


def _looks(root: etree._Element) -> Mapping[str, Look]:
    """Looks by the names of styles; each says what differs from its parent, or from the usual one."""
    styles = {str(e.get(f"{_SS}ID")): e for e in root.iterfind(f"{_SS}Styles/{_SS}Style")}
    return {name: _look(list(_line(name, styles))) for name in styles}


def _line(name: str, styles: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    """A style and those it inherits from, the usual one last."""
    for _ in range(_MOST_PARENTS):
        if name not in styles:
            return
        yield styles[name]
        name = styles[name].get(f"{_SS}Parent") or ("" if name == _USUAL else _USUAL)


def _look(line: Sequence[etree._Element]) -> Look:
    """How cells look by the style at the head of a line; what a style does not speak of is as the next one has it."""
    font, ground, format_ = (
        next((found for style in line if (found := style.find(f"{_SS}{name}")) is not None), None)
        for name in ("Font", "Interior", "NumberFormat")
    )
    told = str(format_.get(f"{_SS}Format", "")) if format_ is not None else ""
    code = "" if told in _GENERAL else _NAMED.get(told, told)
    filled = ground is not None and _is_filled(ground)
    white = font is not None and paleness.is_pale_hex(font.get(f"{_SS}Color", ""))
    return Look(0, code, font is not None and font.get(f"{_SS}StrikeThrough") == "1", white and not filled, filled)


def _is_filled(ground: etree._Element) -> bool:
    pattern = ground.get(f"{_SS}Pattern", "Solid")
    if pattern in ("None", "Solid"):
        return pattern == "Solid" and not paleness.is_pale_hex(ground.get(f"{_SS}Color", "#FFFFFF"))
    return True  # dots or lines


@dataclass(frozen=True)
class _Columns:
    """What columns say of their cells: style names by column, and which columns are hidden."""

    styles: Mapping[int, str]
    hidden: frozenset[int]

    @classmethod
    def of(cls, table: etree._Element) -> _Columns:
        styles: dict[int, str] = {}
        hidden: set[int] = set()
        last = -1
        for element in table.iterfind(f"{_SS}Column"):
            first = _count(element, "Index", last + 2) - 1
            last = first + min(_count(element, "Span", 0), _MOST_COLUMNS)
            if _is_hidden(element, "Width"):
                hidden.update(range(first, last + 1))
            if element.get(f"{_SS}StyleID"):
                styles.update(dict.fromkeys(range(first, last + 1), str(element.get(f"{_SS}StyleID"))))
            if first > _MOST_COLUMNS:
                break
        return cls(styles, frozenset(hidden))


def _is_hidden(element: etree._Element, size: str) -> bool:
    """Whether a row or column is not shown, as it says so or has no size."""
    return element.get(f"{_SS}Hidden") in ("1", "true") or element.get(f"{_SS}{size}", "").strip() in ("0", "0.0")


def _sheet(name: str, table: etree._Element, looks: Mapping[str, Look]) -> Sheet:
    texts: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    columns, usual = _Columns.of(table), table.get(f"{_SS}StyleID", _USUAL)
    row = rest = -1
    for element in table.iterfind(f"{_SS}Row"):
        row = _count(element, "Index", rest + 2) - 1
        rest = row + _count(element, "Span", 0)  # so many more rows like this one, without cells
        column, shown = -1, not _is_hidden(element, "Height")
        for cell in element.iterfind(f"{_SS}Cell"):
            column = _count(cell, "Index", column + 2) - 1
            wide, high = _count(cell, "MergeAcross", 0), _count(cell, "MergeDown", 0)
            style = cell.get(f"{_SS}StyleID") or element.get(f"{_SS}StyleID") or columns.styles.get(column, usual)
            text = _text(cell.find(f"{_SS}Data"), looks.get(style, PLAIN))
            if shown and text.strip() and column not in columns.hidden:
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
    if any(str(k).endswith("Color") and paleness.is_pale_hex(str(v)) for k, v in element.attrib.items()):
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

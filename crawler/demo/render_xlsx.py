"""Print a report as a spreadsheet: one sheet, sentences in merged rows, figures as numbers, the merged cells of the official layout."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, lay_out

SHEET = "年度报告"
_WIDTH = 15
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?\Z")

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {"workbook": "sheet.main", "styles": "styles", "sharedStrings": "sharedStrings", "worksheets/sheet1": "worksheet"}
_CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in _PARTS.items())
    + "</Types>"
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="0.00"/>'
    '<numFmt numFmtId="165" formatCode="0.0000"/></numFmts><fonts count="1"><font><sz val="11"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"/>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def render_xlsx(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None) -> bytes:
    """The report as XLSX bytes; the same report gives the same bytes."""
    sheet = _Sheet()
    for block in lay_out(facts) if blocks is None else blocks:
        if isinstance(block, Paragraph):
            sheet.put(sheet.next_row, 0, block.text, 1, _WIDTH)
            sheet.next_row += 1
        else:
            sheet.table(block)
    strings = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in sheet.strings)
    return package(
        {
            "[Content_Types].xml": _CONTENT_TYPES,
            "_rels/.rels": _relations(("rId1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><sheets>'
            f'<sheet name={quoteattr(SHEET)} sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": _relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"),
                ("rId2", "styles", "styles.xml"),
                ("rId3", "sharedStrings", "sharedStrings.xml"),
            ),
            "xl/styles.xml": _STYLES,
            "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
            "xl/worksheets/sheet1.xml": sheet.xml(),
        }
    )


def package(members: Mapping[str, str]) -> bytes:
    """XML members as a ZIP file with fixed times."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(entry, _XML + text)
    return target.getvalue()


def _relations(*entries: tuple[str, str, str]) -> str:
    lines = "".join(f'<Relationship Id="{i}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>' for i, kind, target in entries)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


class _Sheet:
    def __init__(self) -> None:
        self.strings: dict[str, int] = {}
        self.next_row = 0
        self._rows: dict[int, dict[int, str]] = {}
        self._merges: list[str] = []

    def table(self, table: DrawnTable) -> None:
        """Draw a table below what is there, and leave a row free."""
        for cell in table.cells:
            self.put(self.next_row + cell.row, cell.column, cell.text, cell.rowspan, cell.colspan)
        self.next_row += table.rows + 1

    def put(self, row: int, column: int, text: str, high: int, wide: int) -> None:
        """Write one cell; the others of its span are there and empty."""
        for r in range(row, row + high):
            for c in range(column, column + wide):
                self._rows.setdefault(r, {})[c] = f'<c r="{_name(r, c)}"/>'
        self._rows[row][column] = self._cell(_name(row, column), text)
        if high > 1 or wide > 1:
            self._merges.append(f'<mergeCell ref="{_name(row, column)}:{_name(row + high - 1, column + wide - 1)}"/>')

    def _cell(self, name: str, text: str) -> str:
        if not text:
            return f'<c r="{name}"/>'
        if _INTEGER.match(text):
            places = len(text.partition(".")[2])
            style = {2: ' s="1"', 4: ' s="2"'}.get(places, "")
            return f'<c r="{name}"{style}><v>{text}</v></c>'
        return f'<c r="{name}" t="s"><v>{self.strings.setdefault(text, len(self.strings))}</v></c>'

    def xml(self) -> str:
        """The sheet's member."""
        rows = "".join(f'<row r="{r + 1}">{"".join(cells[c] for c in sorted(cells))}</row>' for r, cells in sorted(self._rows.items()))
        return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData><mergeCells>{"".join(self._merges)}</mergeCells></worksheet>'


def _name(row: int, column: int) -> str:
    return f"{chr(65 + column)}{row + 1}"

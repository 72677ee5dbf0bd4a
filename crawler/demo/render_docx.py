"""Print a report as DOCX with the merged cells of the official layout."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, lay_out

_ALIGN = {"title": WD_ALIGN_PARAGRAPH.CENTER, "signature": WD_ALIGN_PARAGRAPH.RIGHT, "watermark": WD_ALIGN_PARAGRAPH.CENTER}


def render_docx(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None) -> bytes:
    """The report as DOCX bytes; the same report gives the same bytes."""
    document = docx.Document()
    for block in lay_out(facts) if blocks is None else blocks:
        if isinstance(block, Paragraph):
            _add_paragraph(document, block)
        else:
            _add_table(document, block)
    # Fixed times: the same facts must give the same bytes, or every start of the demo would look like an edited report.
    day = facts.signed_on or date(facts.report_year + 1, 1, 8)
    moment = datetime.combine(day, time(9, 0))
    document.core_properties.created = document.core_properties.modified = moment
    document.core_properties.author = facts.body
    target = io.BytesIO()
    document.save(target)
    return _without_times(target.getvalue())


def _add_paragraph(document: Document, block: Paragraph) -> None:
    paragraph = document.add_paragraph(style="Title" if block.role == "title" else "Heading 1" if block.role == "heading" else "Normal")
    paragraph.add_run(block.text)
    if block.role in _ALIGN:
        paragraph.alignment = _ALIGN[block.role]


def _add_table(document: Document, drawn: DrawnTable) -> None:
    table = document.add_table(rows=drawn.rows, cols=drawn.columns, style="Table Grid")
    # python-docx walks the whole table for each cell it hands out; one flat list keeps this linear.
    flat = list(table._cells)
    for cell in drawn.cells:
        first = flat[cell.row * drawn.columns + cell.column]
        if cell.rowspan > 1 or cell.colspan > 1:
            last = flat[(cell.row + cell.rowspan - 1) * drawn.columns + cell.column + cell.colspan - 1]
            first = first.merge(last)
        first.text = cell.text


def _without_times(data: bytes) -> bytes:
    """The same package with fixed member times."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as fixed:
        for member in source.infolist():
            entry = zipfile.ZipInfo(member.filename, (2024, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(entry, source.read(member.filename))
    return target.getvalue()

"""Print a report as PDF with ruled tables and a text layer."""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, PageBreak, SimpleDocTemplate, Spacer, Table, TableStyle
from reportlab.platypus import Paragraph as FlowParagraph

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import WATERMARK, Block, DrawnTable, Paragraph, lay_out

# One of the fonts every PDF viewer supplies for simplified Chinese: nothing to embed, and the text layer stays Unicode.
FONT = "STSong-Light"

_SIZES = {"title": 16.0, "heading": 13.0}
_ALIGN = {"title": 1, "signature": 2, "watermark": 1}


def render_pdf(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None) -> bytes:
    """The report as PDF bytes, A4; the same report gives the same bytes. Two tables in a row are parted by a page break."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    flow: list[Flowable] = []
    last: Block | None = None
    for block in lay_out(facts) if blocks is None else blocks:
        if isinstance(block, DrawnTable) and isinstance(last, DrawnTable):
            flow.append(PageBreak())
        flow.append(_paragraph(block) if isinstance(block, Paragraph) else _table(block))
        last = block
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=45, rightMargin=45, topMargin=50, bottomMargin=50, title=facts.title, author=facts.body, invariant=1
    )
    document.build(flow, onFirstPage=_furniture, onLaterPages=_furniture)
    return target.getvalue()


def _paragraph(block: Paragraph) -> Flowable:
    size = _SIZES.get(block.role, 11.0)
    style = ParagraphStyle(
        block.role,
        fontName=FONT,
        fontSize=size,
        leading=size * 1.6,
        alignment=_ALIGN.get(block.role, 0),
        wordWrap="CJK",
        spaceBefore=4,
        spaceAfter=4,
    )
    return FlowParagraph(escape(block.text), style)


def _table(drawn: DrawnTable) -> Flowable:
    size = 7.0 if drawn.columns > 10 else 8.0
    style = ParagraphStyle("cell", fontName=FONT, fontSize=size, leading=size * 1.25, alignment=1, wordWrap="CJK")
    data: list[list[Any]] = [[""] * drawn.columns for _ in range(drawn.rows)]
    commands: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    for cell in drawn.cells:
        data[cell.row][cell.column] = FlowParagraph(escape(cell.text), style)
        if cell.rowspan > 1 or cell.colspan > 1:
            commands.append(("SPAN", (cell.column, cell.row), (cell.column + cell.colspan - 1, cell.row + cell.rowspan - 1)))
    table = Table(data, colWidths=_widths(drawn), style=TableStyle(commands), spaceAfter=6)
    return table if drawn.rows else Spacer(1, 1)


def _widths(drawn: DrawnTable) -> list[float]:
    if drawn.key == "requests":
        return [42.0, 62.0, 150.0, *([36.0] * 7)]
    return [500.0 / drawn.columns] * drawn.columns


def _furniture(canvas: Any, document: Any) -> None:
    """Page number and watermark, as running text outside the tables."""
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(A4[0] / 2, 26, f"— {document.page} —")
    canvas.drawRightString(A4[0] - 45, A4[1] - 30, WATERMARK)

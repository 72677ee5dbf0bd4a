"""Filled forms in every carrier, and how a reading compares with their truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from crawler.demo.filled_form import Block, ReportFacts, Truth, Wanted, make_facts, render_docx, render_html, render_pdf, render_text
from crawler.parsing import detect, tables
from crawler.parsing.tables import TableReading
from storage.domain.enums import CellKind, Edition
from storage.domain.ids import CellPath
from storage.forms.loader import form

CARRIERS = ("html", "word", "docx", "pdf", "tab", "pipe", "lines", "glued")
STRUCTURED = CARRIERS[:-1]
_FLAGGED = {CellKind.ABSENT, CellKind.UNREADABLE, CellKind.CONFLICT, CellKind.MERGED}


def facts(seed: int, edition: Edition = Edition.E2021, *, mixed: bool = False) -> ReportFacts:
    return make_facts(seed, Wanted("示例市发展局", 2023, edition=edition, mixed=mixed))


def printed(report: ReportFacts, carrier: str, blocks: tuple[Block, ...] | None = None) -> bytes:
    if carrier == "html":
        return render_html(report, blocks=blocks).encode()
    if carrier == "word":
        return render_html(report, style="word", blocks=blocks).encode("gb18030")
    if carrier == "docx":
        return render_docx(report, blocks=blocks)
    if carrier == "pdf":
        return render_pdf(report, blocks=blocks)
    return render_text(report, carrier, blocks=blocks).encode()  # type: ignore[arg-type]


def reading(data: bytes) -> TableReading:
    document = detect.read(data)
    return tables.read(document, form(tables.edition(document) or Edition.E2021))


def score(data: bytes, truth: Mapping[CellPath, Truth]) -> Counter[str]:
    """Cells right, flagged, and silent: a value that is not the printed one, said without a doubt."""
    counts: Counter[str] = Counter()
    read = reading(data)
    for path, cell in read.cells.items():
        want = truth.get(path)
        value = want.value if want else None
        if cell.value == value:
            counts["right"] += want is not None
        elif cell.kind in _FLAGGED or cell.confidence < 0.9:
            counts["flagged"] += 1
        else:
            counts["silent"] += 1
    return counts

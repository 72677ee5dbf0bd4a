"""One digit of a filled form changed, and the form printed again in every carrier: what must follow in the reading."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from carriers import ARCHIVES, CARRIERS, facts

from crawler.demo.filled_form import ReportFacts, render_docx, render_html, render_pdf, render_text
from crawler.demo.render_aligned import render_aligned
from storage.domain.ids import CellPath

Print = Callable[[ReportFacts], bytes]

PRINTERS: dict[str, Print] = {
    **CARRIERS,
    **ARCHIVES,
    "html": lambda report: render_html(report).encode(),
    "word-html": lambda report: render_html(report, style="word").encode("gb18030"),
    "docx": render_docx,
    "pdf": render_pdf,
    "text-tabs": lambda report: render_text(report, "tab").encode(),
    "text-pipes": lambda report: render_text(report, "pipe").encode(),
    "text-lines": lambda report: render_text(report, "lines").encode(),
    "text-aligned": lambda report: render_aligned(report).encode(),
    "text-glued": lambda report: render_text(report, "glued").encode(),
}
LOSSY = frozenset({"text-glued", "text-aligned"})
"""Carriers without borders: there a reading may also doubt the changed figure."""


@dataclass(frozen=True)
class Changed:
    """A report with one digit of one cell changed."""

    report: ReportFacts
    path: CellPath
    value: int


def changed(seed: int, path: CellPath, rng: random.Random) -> Changed | None:
    """The report of a seed with one digit of a cell changed to another; None where the cell holds no number, or "0…" would come out."""
    report = facts(seed)
    text = report.cells[path]
    if not text.isdigit():
        return None
    at = rng.randrange(len(text))
    new = text[:at] + rng.choice([d for d in "0123456789" if d != text[at]]) + text[at + 1 :]
    if len(new) > 1 and new[0] == "0":
        return None
    cells = dict(report.cells) | {path: new}
    return Changed(type(report)(report.body, report.report_year, report.edition, cells, report.stated, report.signed_on), path, int(new))


def every_cell(seed: int) -> Iterator[CellPath]:
    """The cells of tables 3 and 4 of a report."""
    for path in facts(seed).cells:
        if path.startswith(("requests/", "litigation/")):
            yield path

"""Table 4 where only white space is left of its borders. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from crawler.parsing import aligned_lines
from crawler.parsing.aligned_lines import AlignedLine, FigureRow
from crawler.parsing.grids import Slot
from crawler.parsing.labels import best, plain
from crawler.parsing.litigation_table import FoundLitigation, groups_hold
from crawler.parsing.numbers import read
from crawler.parsing.printed import CHOSEN, DOUBTFUL, of_slot, settle
from crawler.parsing.requests_table import row_holds
from storage.domain.document import Document, GridCell
from storage.domain.reports import Cell
from storage.forms.loader import Form, Table

_SURE = 0.9


def find(document: Document, form: Form) -> FoundLitigation:
    """Table 4 as one run of fifteen figures under a head whose words are all there, or as a row per group; nothing found otherwise."""
    table = form.litigation
    _, region = aligned_lines.regions(aligned_lines.lines(document), form)
    size = len(table.rows) * len(table.columns)
    first = next((i for i, line in enumerate(region) if line.figures and not line.words), len(region))
    last = next((i for i in range(first, len(region)) if region[i].words), len(region))
    words = FigureRow(region[first:last]).in_order
    if len(words) != size or not _headed("".join(line.label for line in region[:first]), table):
        return _by_group(region, table)
    cells = [GridCell(0, i, word.text, word.at) for i, word in enumerate(words)]
    slots = tuple(Slot(cell, read(cell.text), above=False) for cell in cells)
    way = tuple(of_slot(slot) for slot in slots)
    # the head's words are too scattered to place each over its figure; the groups' own sums stand for that
    return FoundLitigation(settle([way], groups_hold, CHOSEN if groups_hold(way) else DOUBTFUL), slots)


def _headed(head: str, table: Table) -> bool:
    """Whether every result is named once per group, and the groups in the form's order."""
    text = plain(head)
    starts = [text.find(plain(row.label)) for row in table.rows]
    if -1 in starts or starts != sorted(starts):
        return False
    groups = Counter("".join(plain(row.label) for row in table.rows))
    title = text[: text.find(plain(table.rows[0].label), 12)] if text.find(plain(table.rows[0].label), 12) > 0 else ""
    left = Counter(text[len(title) :]) - groups
    wanted = Counter("".join(plain(column.label) for column in table.columns) * len(table.rows))
    return left - Counter("行政诉讼") == wanted


def _by_group(region: Sequence[AlignedLine], table: Table) -> FoundLitigation:
    """A row of five figures per group, under a head that names the five results once and in the form's order."""
    width = len(table.columns)
    rows = [line for line in region if line.figures]
    if len(rows) != len(table.rows) or any(len(line.figures) != width for line in rows):
        return FoundLitigation()
    head = plain("".join(line.label for line in region if line.order < rows[0].order))
    if not head.endswith("".join(plain(column.label) for column in table.columns)):
        return FoundLitigation()
    cells: list[Cell] = []
    figures: list[Slot] = []
    for line, label in zip(rows, table.rows, strict=True):
        if best(plain(line.label), label) < _SURE:
            return FoundLitigation()
        slots = tuple(Slot(GridCell(0, i, w.text, w.at), read(w.text), above=False) for i, w in enumerate(line.figures))
        way = tuple(of_slot(slot) for slot in slots)
        cells += settle([way], row_holds, CHOSEN if row_holds(way) else DOUBTFUL)
        figures += slots
    return FoundLitigation(tuple(cells), tuple(figures), in_rows=True)

"""Two readings of one table held against each other: agreement stands, disagreement is a conflict, and no figure is used twice or lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.parsing import numbers, windows
from crawler.parsing.litigation_table import FoundLitigation, groups_hold
from crawler.parsing.printed import Way, conflict, doubt, of_text, settle, unreadable
from crawler.parsing.proactive_table import form_rows, no_equation, row_key
from crawler.parsing.requests_table import Found, row_holds
from crawler.parsing.stream import Span, Stream, pattern, spelled
from storage.domain.enums import CellKind
from storage.domain.ids import CellPath
from storage.domain.reports import Cell
from storage.forms.loader import Form, Label, ProactiveBlock

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.parsing.tables import TableReading

_REGION = 9000  # characters; table 3 with all labels has about 900
_FIFTEEN = 15


class Second:
    """The stream reading of all three tables."""

    def __init__(self, stream: Stream, form: Form) -> None:
        self.stream = stream
        text = stream.text
        start, end = self._requests_region(form)
        self.requests = stream.spans(form.requests.rows, start, end) if start >= 0 else {}
        first = self._proactive_start(form)
        until = start if start >= 0 else len(text)
        rows = [label for _, label in form_rows(form)]
        spans = stream.spans(rows, first, until) if 0 <= first < until else {}
        self.proactive = {row_key(label): spans[label.key] for label in rows if label.key in spans}
        self.litigation = self._litigation(form, max(0, start))

    def _requests_region(self, form: Form) -> tuple[int, int]:
        first, second = form.requests.rows[0], form.requests.rows[1]
        for found in pattern(first).finditer(self.stream.text):
            if pattern(second).search(self.stream.text, found.end(), found.end() + 200):
                after = spelled("结果维持").search(self.stream.text, found.end())
                return found.start(), min(after.start() if after else len(self.stream.text), found.start() + _REGION)
        return -1, -1

    def _proactive_start(self, form: Form) -> int:
        column = form.proactive[0].columns[0]
        found = pattern(column).search(self.stream.text)
        return found.end() if found else -1

    def _litigation(self, form: Form, start: int) -> Span | None:
        group = form.litigation.row("after_reconsideration")
        found = pattern(group).search(self.stream.text, start)
        if not found:
            return None
        total, position = spelled("总计"), found.end()
        while (leaf := total.search(self.stream.text, position)) and leaf.start() - found.end() < 400:
            position = leaf.end()
        return self.stream.span("litigation", position, len(self.stream.text))


def requests(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 3 from both readings."""
    table = form.requests
    width = len(table.columns)
    for row in table.rows:
        cells = found.rows.get(row.key)
        span = second.requests.get(row.key)
        if cells is None or (row.key in found.short and not _any_trusted(cells)):
            glued = _from_span(span, width, row_holds, row_holds)
            cells = glued or cells
        elif span is not None and not _agree([s.text for s in found.lines[row.key].figures], span):
            cells = tuple(_disputed(cell) for cell in cells)
            reading.note("two-readings-differ", f"“{row.label}”一行两次读取的数字不同", table.key)
        if cells:
            reading.found.add(table.key)
            for column, cell in zip(table.columns, cells, strict=True):
                reading.cells[table.path(row.key, column.key)] = cell
    for line in found.left_over:
        reading.note("row-unknown", f"有一行数字没有对应到表样：{''.join(line.labels)[:40]}", table.key)
    for key in sorted(found.short):
        reading.note("row-short", f"“{table.row(key).label}”一行的数字个数与表头不符", table.key)


def proactive(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 2 from both readings."""
    for block, row in form_rows(form):
        key = row_key(row)
        cells, span = found.rows.get(key), second.proactive.get(key)
        if cells is None:
            cells = _from_span(span, len(block.columns), no_equation, None)
        elif span is not None and key not in found.short and not _agree([s.text for s in found.lines[key].figures], span):
            cells = tuple(_disputed(cell) for cell in cells)
            reading.note("two-readings-differ", f"“{row.label}”一行两次读取的数字不同", "proactive")
        if cells:
            reading.found.add("proactive")
            for path, cell in zip(_paths(form, block, row), cells, strict=True):
                reading.cells[path] = cell


def litigation(reading: TableReading, found: FoundLitigation, second: Second, form: Form) -> None:
    """Settle table 4 from both readings."""
    table, span = form.litigation, second.litigation
    cells: Sequence[Cell] = found.cells
    if not cells:
        cells = _from_span(span, _FIFTEEN, groups_hold, groups_hold) or ()
    elif not (found.misaligned or found.short) and span is not None and not _agree([s.text for s in found.figures], span):
        cells = tuple(_disputed(cell) for cell in cells)
        reading.note("two-readings-differ", "表中数字两次读取不同", table.key)
    if found.misaligned:
        reading.note("header-misaligned", "表头与数字的列数对不上，无法确定数字属于哪一列", table.key)
    if found.short:
        reading.note("row-short", "数字个数与表头不符", table.key)
    if cells:
        reading.found.add(table.key)
        for path, cell in zip(table.paths(), cells, strict=True):
            reading.cells[path] = cell


def _paths(form: Form, block: ProactiveBlock, row: Label) -> list[CellPath]:
    return [form.proactive_path(row, position) for position in range(len(block.columns))]


def _any_trusted(cells: Sequence[Cell]) -> bool:
    return any(cell.trusted for cell in cells)


def _agree(texts: Sequence[str], span: Span) -> bool:
    """Whether the grid's figures, blanks left out, are the stream's figures; a stream that saw nothing has no say."""
    seen = [numbers.read(token) for token in span.tokens]
    mine = [numbers.read(text) for text in texts if text.strip()]
    return not seen or [f.value for f in seen] == [f.value for f in mine]


def _disputed(cell: Cell) -> Cell:
    return doubt(cell, 0.7) if cell.kind is not CellKind.CONFLICT else cell


def _from_span(
    span: Span | None, width: int, holds: Callable[[Way], bool | None], filter_by: Callable[[Way], bool | None] | None
) -> tuple[Cell, ...] | None:
    """Cells from the stream alone: taken as they are where the count is right, digits split where one way is left, else unreadable."""
    if span is None or not span.tokens:
        return None
    if len(span.tokens) == width:
        return settle([tuple(of_text(token, span.at) for token in span.tokens)], holds, 0.95)
    runs = [part for token in span.tokens for part in _runs(token)]
    ways = [tuple(of_text(part, span.at) for part in way) for way in windows.splits(runs, width)] if all(runs) else []
    if len(ways) > 1 and filter_by is not None:
        fitting = [way for way in ways if filter_by(way)]
        ways = fitting if len(fitting) == 1 else ways
    if len(ways) == 1:
        return settle(ways, holds, 0.92)
    values = [v for token in span.tokens if (v := numbers.read(token).value) is not None]
    if ways:
        return tuple(conflict([way[i] for way in ways]) for i in range(width))
    return tuple(unreadable(" ".join(span.tokens), span.at, values) for _ in range(width))


def _runs(token: str) -> list[str]:
    return [token] if token.lstrip("+-").isdigit() else [""]

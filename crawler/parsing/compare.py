"""Two readings of one table held against each other: agreement stands, disagreement is flagged, no figure is used twice or lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.parsing import numbers, windows
from crawler.parsing.choosing import balanced, choose
from crawler.parsing.litigation_table import FoundLitigation, groups_hold
from crawler.parsing.printed import CHOSEN, DOUBTFUL, Way, conflict, doubt, of_text, settle, unreadable
from crawler.parsing.printed import cell as one_cell
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
_SEVEN = 7


class Second:
    """The stream reading of all three tables."""

    def __init__(self, stream: Stream, form: Form) -> None:
        self.stream = stream
        text = stream.text
        start, end = self._requests_region(form)
        self.requests = stream.spans(form.requests.rows, start, end) if start >= 0 else {}
        self.usual_order = self._usual_order(form, start)
        first = self._proactive_start(form)
        until = start if start >= 0 else len(text)
        self.proactive = {
            row_key(label): span
            for _, label in form_rows(form)
            if 0 <= first < until and (span := stream.after_label(label, first, until)) is not None
        }
        self.litigation = self._litigation(form, max(0, start))
        self.elastic: set[str] = set()  # rows taken from glued figures that a cell fewer would leave just as readable

    def _requests_region(self, form: Form) -> tuple[int, int]:
        first, second = form.requests.rows[0], form.requests.rows[1]
        official = [spelled(first.label).search(self.stream.text)]  # sentences use the short wordings too, but not the official one
        for found in official if official[0] else pattern(first).finditer(self.stream.text):
            if found and pattern(second).search(self.stream.text, found.end(), found.end() + 200):
                after = spelled("结果维持").search(self.stream.text, found.end())
                return found.start(), min(after.start() if after else len(self.stream.text), found.start() + _REGION)
        return -1, -1

    def _usual_order(self, form: Form, start: int) -> bool:
        """Whether the column heads that can be found before the first row stand in the form's order."""
        head = self.stream.text[max(0, start - 400) : max(0, start)]
        head = head[max(0, head.rfind("申请人情况")) :] if "申请人情况" in head else head[-80:]
        for heading in form.requests.header_labels:
            head = spelled(heading).sub("", head)
        *columns, total = form.requests.columns
        places = [found.start() for column in columns if (found := spelled(column.label).search(head))]
        last = spelled(total.label).search(head)
        return places == sorted(places) and not (last and places and last.start() < places[0])

    def _proactive_start(self, form: Form) -> int:
        block = form.proactive[0]
        marks = (pattern(block.columns[0]), spelled(block.title))
        return min((found.start() for mark in marks if (found := mark.search(self.stream.text))), default=-1)

    def _litigation(self, form: Form, start: int) -> Span | None:
        group = form.litigation.row("after_reconsideration")
        found = pattern(group).search(self.stream.text, start)
        if not found:
            return None
        total, position = spelled("总计"), found.end()
        while (leaf := total.search(self.stream.text, position)) and leaf.start() - found.end() < 400:
            position = leaf.end()
        return self.stream.span("litigation", position, len(self.stream.text))

    def confirms(self, found: FoundLitigation, form: Form) -> bool:
        """Whether the stream has the figures of table 4 as the grid has them; a stream that saw nothing has no say."""
        texts = [slot.text for slot in found.figures]
        if not found.in_rows:
            return self.litigation is None or _agree(texts, self.litigation)
        size = len(form.litigation.columns)
        spans = [self.stream.after_label(row, 0, len(self.stream.text)) for row in form.litigation.rows]
        return all(span is None or _agree(texts[i * size : (i + 1) * size], span) for i, span in enumerate(spans))

    @property
    def prints_zeros(self) -> bool:
        """Whether this document prints zeros as 0: only then does a run of digits tell how many cells it comes from."""
        lengths = [sum(c.isdigit() for c in span.text) for span in self.requests.values()]
        return len(lengths) >= 15 and sum(length < _SEVEN for length in lengths) <= 1  # the heading （六）其他处理 states nothing

    @property
    def glues(self) -> bool:
        """Whether this document prints figures without a space between them; where most rows keep theirs apart, none is taken apart."""
        parted = sum(len(span.tokens) == _SEVEN for span in self.requests.values())
        return 3 * parted <= len(self.requests)

    def ways(self, span: Span | None, width: int, holds: Callable[[Way], bool | None]) -> list[Way]:
        """All ways to read the figures after a label; those that satisfy the row's own equation where there are several."""
        if span is None or not span.tokens:
            return []
        if len(span.tokens) == width:
            return [tuple(of_text(token, span.at) for token in span.tokens)]
        runs = [token if token.lstrip("+-").isdigit() else "" for token in span.tokens]
        if span.bordered or not all(runs) or not self.glues or (len(runs) > 1 and "\n" in span.text.strip()):
            return []  # figures with a cell or a line of their own, or in a document that parts them by spaces, are whole
        ways = [tuple(of_text(part, span.at) for part in way) for way in windows.splits(runs, width)]
        return [way for way in ways if holds(way)] or ways if len(ways) > 1 else ways

    def settled(self, span: Span | None, ways: Sequence[Way], width: int, holds: Callable[[Way], bool | None]) -> tuple[Cell, ...] | None:
        """Cells from the stream alone: one way is taken, several conflict, none is unreadable."""
        if span is None or not span.tokens:
            return None
        if len(ways) == 1:
            split = len(span.tokens) != width
            if split and len(span.tokens) < width and windows.splits(span.tokens, width - 1):
                self.elastic.add(span.key)
            # one figure per line: a neighbour's may have moved in where one was lost
            strayed = not span.bordered and "\n" in span.text.strip() and holds(ways[0]) is False
            doubted = strayed or (
                split and (not self.prints_zeros or holds(ways[0]) is False or (width == _FIFTEEN and not _all_single(ways[0])))
            )
            return settle(ways, holds, DOUBTFUL if doubted else CHOSEN)
        if ways:
            return tuple(conflict([way[i] for way in ways]) for i in range(width))
        values = [v for token in span.tokens if (v := numbers.read(token).value) is not None]
        return tuple(unreadable(" ".join(span.tokens), span.at, values) for _ in range(width))


def _all_single(way: Way) -> bool:
    return all(len(printed.raw) == 1 for printed in way)


def requests(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 3 from both readings."""
    table = form.requests
    read: dict[str, tuple[Cell, ...]] = {}
    open_rows = dict(found.open_rows)
    for row in table.rows:
        cells = _requests_row(reading, found, second, row, open_rows)
        if cells:
            read[row.key] = cells
    for key, way in choose(read, open_rows, table).items():
        read[key] = tuple(one_cell(printed, CHOSEN) for printed in way)
    if second.elastic & read.keys() and not balanced(read, table):
        read = {key: tuple(doubt(c) for c in cells) if key in second.elastic else cells for key, cells in read.items()}
    for key, cells in read.items():
        reading.found.add(table.key)
        for column, cell in zip(table.columns, cells, strict=True):
            reading.cells[table.path(key, column.key)] = _in_unit(reading, cell, table.unit, table.row(key), table.key)
    if found.rivals:
        reading.note("table-twice", "同一张表出现两次，数字不同", table.key)
        for path in table.paths():
            reading.cells[path] = doubt(reading.cells[path])
    for line in found.left_over:
        reading.note("row-unknown", f"有一行数字没有对应到表样：{''.join(line.labels)[:40]}", table.key)
    for key in sorted(found.short):
        reading.note("row-short", f"“{table.row(key).label}”一行的数字个数与表头不符", table.key)


def _requests_row(
    reading: TableReading, found: Found, second: Second, row: Label, open_rows: dict[str, list[Way]]
) -> tuple[Cell, ...] | None:
    cells, span = found.rows.get(row.key), second.requests.get(row.key)
    if cells is None or (row.key in found.short and not _any_trusted(cells)):
        ways = second.ways(span, _SEVEN, row_holds)
        if len(ways) > 1 and second.usual_order:
            open_rows[row.key] = ways
        cells = second.settled(span, ways, _SEVEN, row_holds) or cells
        return cells if cells is None or second.usual_order else tuple(doubt(cell) for cell in cells)
    if span is not None and not _agree([slot.text for slot in found.lines[row.key].figures], span):
        reading.note("two-readings-differ", f"“{row.label}”一行两次读取的数字不同", "requests")
        return tuple(_disputed(cell) for cell in cells)
    return cells


def proactive(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 2 from both readings."""
    for block, row in form_rows(form):
        key = row_key(row)
        cells, span = found.rows.get(key), second.proactive.get(key)
        if cells is None:
            ways = second.ways(span, len(block.columns), no_equation)
            cells = second.settled(span, ways, len(block.columns), no_equation)
            if cells and span and span.key in second.elastic:  # nothing tells whether a cell was lost before the figures ran together
                cells = tuple(doubt(cell) for cell in cells)
        elif span is not None and key not in found.short and not _agree([s.text for s in found.lines[key].figures], span):
            cells = tuple(_disputed(cell) for cell in cells)
            reading.note("two-readings-differ", f"“{row.label}”一行两次读取的数字不同", "proactive")
        if cells:
            reading.found.add("proactive")
            for path, cell in zip(_paths(form, block, row), cells, strict=True):
                reading.cells[path] = _in_unit(reading, cell, block.unit, row, "proactive")


def litigation(reading: TableReading, found: FoundLitigation, second: Second, form: Form) -> None:
    """Settle table 4 from both readings."""
    table, span = form.litigation, second.litigation
    cells: Sequence[Cell] = found.cells
    if not cells:
        cells = second.settled(span, second.ways(span, _FIFTEEN, groups_hold), _FIFTEEN, groups_hold) or ()
        if span and span.key in second.elastic:
            cells = tuple(doubt(cell) for cell in cells)
    elif not (found.misaligned or found.short) and not second.confirms(found, form):
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


def _in_unit(reading: TableReading, cell: Cell, unit: str, row: Label, table: str) -> Cell:
    """The cell as printed; doubted where it carries another unit than its column."""
    if not unit or cell.kind is not CellKind.ANNOTATED or not numbers.other_unit(cell.note, unit):
        return cell
    reading.note("other-unit", f"“{row.label}”一格写的是“{cell.raw.strip()}”，表头单位是{unit}", table)
    return doubt(cell)


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

"""Two readings of one table held against each other: agreement stands, disagreement is flagged, no figure is used twice or lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from crawler.parsing import numbers
from crawler.parsing.choosing import balanced, choose
from crawler.parsing.litigation_table import FoundLitigation, groups_hold
from crawler.parsing.printed import CHOSEN, Way, doubt
from crawler.parsing.printed import cell as one_cell
from crawler.parsing.proactive_table import form_rows, no_equation, row_key
from crawler.parsing.requests_table import Found, row_holds
from crawler.parsing.second_reading import Second, agree
from storage.domain.enums import CellKind, Edition
from storage.domain.ids import CellPath
from storage.domain.reports import Cell
from storage.forms import loader as forms
from storage.forms.loader import Form, Label, ProactiveBlock

if TYPE_CHECKING:
    from crawler.parsing.tables import TableReading


_SEVEN = 7
_FIFTEEN = 15
_NOTED = CellKind.ANNOTATED
_ALONE = 0.95  # the stream found nothing to set against it: sure, but not proven twice


def requests(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 3 from both readings."""
    table = form.requests
    read: dict[str, tuple[Cell, ...]] = {}
    open_rows = dict(found.open_rows)
    for row in table.rows:
        cells = _requests_row(reading, found, second, row, open_rows)
        if cells:
            read[row.key] = cells
    seen = read.keys() | second.requests.keys()
    replaced = {row.key for row in table.rows if row.alternative_to and not seen.isdisjoint(row.alternative_to)}
    for key in replaced & read.keys():
        if key not in found.rows:
            del read[key]  # the stream took the heading of those rows for a row
    for key, way in choose(read, open_rows, table).items():
        read[key] = tuple(one_cell(printed, CHOSEN) for printed in way)
    if second.elastic & read.keys() and not balanced(read, table):
        read = {key: _doubted(cells) if key in second.elastic else cells for key, cells in read.items()}
    if found.rivals:
        read = {key: _doubted(cells) for key, cells in read.items()}
        reading.note("table-twice", "同一张表出现两次，数字不同", table.key)
    for key, cells in read.items():
        reading.found.add(table.key)
        label = table.row(key)
        for path, cell in zip(_row_paths(form.edition, key), cells, strict=True):
            reading.cells[path] = _in_unit(reading, cell, table.unit, label, table.key) if cell.kind is _NOTED else cell
    _note_rows(reading, found, form)


@cache
def _row_paths(edition: Edition, key: str) -> tuple[CellPath, ...]:
    table = forms.form(edition).requests
    return tuple(table.path(key, column.key) for column in table.columns)


def _note_rows(reading: TableReading, found: Found, form: Form) -> None:
    """Say which rows of table 3 belong to nothing, are short, or hold more figures than were read."""
    table = form.requests
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
        return cells if cells is None or second.usual_order else _doubted(cells)
    return _weighed(reading, cells, agree([slot.text for slot in found.lines[row.key].figures], span), f"“{row.label}”一行", "requests")


def proactive(reading: TableReading, found: Found, second: Second, form: Form) -> None:
    """Settle table 2 from both readings."""
    for block, row in form_rows(form):
        key = row_key(row)
        cells, span = found.rows.get(key), second.proactive.get(key)
        if cells is None:
            ways = second.ways(span, len(block.columns), no_equation)
            cells = second.settled(span, ways, len(block.columns), no_equation)
            if cells and span and span.key in second.elastic:  # nothing tells whether a cell was lost before the figures ran together
                cells = _doubted(cells)
        elif key not in found.short:
            cells = _weighed(reading, cells, agree([s.text for s in found.lines[key].figures], span), f"“{row.label}”一行", "proactive")
        if cells:
            reading.found.add("proactive")
            for path, cell in zip(_paths(form, block, row), cells, strict=True):
                reading.cells[path] = _in_unit(reading, _headed(reading, cell, second, block), block.unit, row, "proactive")


def litigation(reading: TableReading, found: FoundLitigation, second: Second, form: Form) -> None:
    """Settle table 4 from both readings."""
    table, span = form.litigation, second.litigation
    cells: Sequence[Cell] = found.cells
    if not cells:
        cells = second.settled(span, second.ways(span, _FIFTEEN, groups_hold), _FIFTEEN, groups_hold) or ()
        if span and span.key in second.elastic:
            cells = _doubted(cells)
    elif not (found.misaligned or found.short):
        cells = _weighed(reading, cells, second.confirms(found, form), "表中", table.key)
    if found.misaligned:
        reading.note("header-misaligned", "表头与数字的列数对不上，无法确定数字属于哪一列", table.key)
    if found.short:
        reading.note("row-short", "数字个数与表头不符", table.key)
    if cells:
        reading.found.add(table.key)
        for path, cell in zip(table.paths(), cells, strict=True):
            reading.cells[path] = cell


def _weighed(reading: TableReading, cells: Sequence[Cell], agreed: bool | None, where: str, table: str) -> tuple[Cell, ...]:
    """The grid's cells after the stream was asked: as sure as they were, a little less where it is silent, doubted where it differs."""
    if agreed is None:
        return tuple(doubt(cell, _ALONE) for cell in cells)
    if agreed:
        return tuple(cells)
    reading.note("two-readings-differ", f"{where}两次读取的数字不同", table)
    return tuple(_disputed(cell) for cell in cells)


def _doubted(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    return tuple(doubt(cell) for cell in cells)


def _headed(reading: TableReading, cell: Cell, second: Second, block: ProactiveBlock) -> Cell:
    """The cell as printed; doubted where its column is headed by another unit than the form's. Nothing is nothing in every unit."""
    unit = second.stream.unit_after(block.columns[0].label) if cell.value and numbers.is_money(block.unit) else ""
    if not unit or not numbers.other_unit(unit, block.unit):
        return cell
    reading.note("other-unit", f"表头写的单位是“{unit}”，表样单位是{block.unit}", "proactive")
    return doubt(cell)


def _in_unit(reading: TableReading, cell: Cell, unit: str, row: Label, table: str) -> Cell:
    """The cell as printed; doubted where it carries another unit than its column."""
    if not unit or cell.kind is not _NOTED or not numbers.other_unit(cell.note, unit):
        return cell
    reading.note("other-unit", f"“{row.label}”一格写的是“{cell.raw.strip()}”，表头单位是{unit}", table)
    return doubt(cell)


def _paths(form: Form, block: ProactiveBlock, row: Label) -> list[CellPath]:
    return [form.proactive_path(row, position) for position in range(len(block.columns))]


def _any_trusted(cells: Sequence[Cell]) -> bool:
    return any(cell.trusted for cell in cells)


def _disputed(cell: Cell) -> Cell:
    return doubt(cell, 0.7) if cell.kind is not CellKind.CONFLICT else cell

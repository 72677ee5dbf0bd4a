"""Damage done to a drawn table, as extractors and careless editors do it; each returns the tables to print in its place."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from crawler.demo.filled_form import Block, DrawnTable, Placed, ReportFacts, Truth, lay_out, truth_of
from storage.domain.ids import CellPath

Truths = dict[CellPath, Truth]
Damage = Callable[[DrawnTable, random.Random, Truths], list[DrawnTable]]


def damaged(report: ReportFacts, key: str, harm: Damage, rng: random.Random) -> tuple[tuple[Block, ...], Truths]:
    """The report's blocks with one table harmed, and what a right reading then says."""
    truth = dict(report.truth())
    blocks: list[Block] = []
    for block in lay_out(report):
        blocks += harm(block, rng, truth) if isinstance(block, DrawnTable) and block.key == key else [block]
    return tuple(blocks), truth


def _figures(table: DrawnTable) -> list[Placed]:
    return [cell for cell in table.cells if cell.path]


def _first_column(table: DrawnTable) -> int:
    return min(cell.column for cell in _figures(table))


def _with(table: DrawnTable, cells: list[Placed], *, rows: int = 0, columns: int = 0) -> list[DrawnTable]:
    return [replace(table, cells=tuple(cells), rows=rows or table.rows, columns=columns or table.columns)]


def organisations_shuffled(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    start, head = _first_column(table) + 1, min(cell.row for cell in _figures(table)) - 1
    order = list(range(start, start + 5))
    rng.shuffle(order)
    moved = dict(zip(range(start, start + 5), order, strict=True))
    cells = [
        replace(cell, column=moved.get(cell.column, cell.column)) if cell.path or (cell.row == head and cell.colspan == 1) else cell
        for cell in table.cells
    ]
    return _with(table, cells)


def total_first(table: DrawnTable, _rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    start = _first_column(table)
    moved = {start + 6: start} | {start + i: start + i + 1 for i in range(6)}
    return _with(table, [replace(cell, column=moved.get(cell.column, cell.column)) for cell in table.cells])


def blank_column(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    at = rng.randint(_first_column(table), table.columns)
    cells: list[Placed] = []
    for cell in table.cells:
        if cell.column >= at:
            cells.append(replace(cell, column=cell.column + 1))
        else:
            cells.append(replace(cell, colspan=cell.colspan + 1) if cell.column + cell.colspan > at else cell)
    taken = {
        (r, c) for cell in cells for r in range(cell.row, cell.row + cell.rowspan) for c in range(cell.column, cell.column + cell.colspan)
    }
    cells += [Placed(row, at, "") for row in range(table.rows) if (row, at) not in taken]
    return _with(table, cells, columns=table.columns + 1)


def cut_by_a_page(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    rows = sorted({cell.row for cell in _figures(table)})
    at = rng.choice(rows[1:] or rows)
    upper, lower = [], []
    for cell in table.cells:
        if cell.row >= at:
            lower.append(replace(cell, row=cell.row - at))
        elif cell.row + cell.rowspan > at:
            upper.append(replace(cell, rowspan=at - cell.row))
            lower.append(Placed(0, cell.column, "", cell.row + cell.rowspan - at, cell.colspan))
        else:
            upper.append(cell)
    return [*_with(table, upper, rows=at), *_with(table, lower, rows=table.rows - at)]


def spans_lost(table: DrawnTable, _rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    first = min(cell.row for cell in _figures(table))
    return _with(table, [replace(c, rowspan=1) if not c.path and c.row >= first else c for c in table.cells])


def head_lost(table: DrawnTable, _rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    first = min(cell.row for cell in _figures(table))
    return _with(table, [replace(c, row=c.row - first) for c in table.cells if c.row >= first], rows=table.rows - first)


def letters_lost(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    cells = []
    for cell in table.cells:
        at = rng.randrange(2, len(cell.text)) if not cell.path and len(cell.text) > 6 and rng.random() < 0.5 else None
        cells.append(cell if at is None else replace(cell, text=cell.text[:at] + cell.text[at + 1 :]))
    return _with(table, cells)


def labels_lost(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    rows = sorted({cell.row for cell in _figures(table)})
    gone = set(rng.sample(rows[1:-1], 2))
    return _with(table, [replace(c, text="") if c.row in gone and not c.path and c.rowspan == 1 else c for c in table.cells])


def row_added(table: DrawnTable, rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    at = rng.choice(sorted({cell.row for cell in _figures(table)})[1:])
    cells = []
    for cell in table.cells:
        grown = replace(cell, rowspan=cell.rowspan + 1) if cell.row + cell.rowspan > at else cell
        cells.append(replace(cell, row=cell.row + 1) if cell.row >= at else grown)
    start = _first_column(table)
    taken = {c for cell in cells if cell.row <= at < cell.row + cell.rowspan for c in range(cell.column, cell.column + cell.colspan)}
    free = [column for column in range(start) if column not in taken]
    cells += [Placed(at, free[0], "小计", 1, len(free))] if free else []
    cells += [Placed(at, column, str(rng.randint(0, 30))) for column in range(start, table.columns)]
    return _with(table, cells, rows=table.rows + 1)


def figure_changed(table: DrawnTable, rng: random.Random, truth: Truths) -> list[DrawnTable]:
    chosen, new = rng.choice(_figures(table)), str(rng.randint(0, 9999))
    assert chosen.path
    truth[chosen.path] = truth_of(new)
    return _with(table, [replace(cell, text=new) if cell is chosen else cell for cell in table.cells])


def cell_lost(table: DrawnTable, rng: random.Random, truth: Truths) -> list[DrawnTable]:
    gone = rng.choice(_figures(table))
    assert gone.path
    truth.pop(gone.path)
    cells = [cell for cell in table.cells if cell is not gone]
    return _with(table, [replace(c, column=c.column - 1) if c.row == gone.row and c.column > gone.column else c for c in cells])


def printed_twice_differently(table: DrawnTable, _rng: random.Random, _truth: Truths) -> list[DrawnTable]:
    other = [replace(cell, text=str(int(cell.text) + 1)) if cell.path and cell.text.isdigit() else cell for cell in table.cells]
    return [table, *_with(table, other)]

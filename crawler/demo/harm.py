"""Harm to printed tables that destroys or moves figures: what a reader must flag, never guess.

Each function takes blocks and a source of chance, and gives the harmed blocks back with the cells that can no longer be told. A reader may
say nothing of those, or say it with a doubt; every other cell keeps its truth.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from crawler.demo.layout import Block, DrawnTable, Placed
from storage.domain.ids import CellPath

Blocks = tuple[Block, ...]
Harm = Callable[[Blocks, random.Random], tuple[Blocks, frozenset[CellPath]]]


def cells_merged(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """Two neighbouring figures of a row are one cell over both columns; only the first one's text is left."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        pairs = [
            (a, b) for a in table.cells for b in table.cells if a.path and b.path and a.row == b.row and b.column == a.column + a.colspan
        ]
        first, second = rng.choice(pairs)
        wide = replace(first, colspan=first.colspan + second.colspan)
        cells = tuple(wide if cell is first else cell for cell in table.cells if cell is not second)
        return replace(table, cells=cells), _paths(first, second)

    return _on_one(blocks, rng, change)


def cells_glued(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """The figures of two neighbouring cells stand in the first one, parted by a space; the second is empty."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        pairs = [
            (a, b) for a in table.cells for b in table.cells if a.path and b.path and a.row == b.row and b.column == a.column + a.colspan
        ]
        first, second = rng.choice(pairs)
        texts = {first: f"{first.text} {second.text}", second: ""}
        return replace(table, cells=tuple(replace(c, text=texts.get(c, c.text)) for c in table.cells)), _paths(first, second)

    return _on_one(blocks, rng, change)


def cell_lost(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """One figure's cell is gone and those behind it moved up; the row is a cell short."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        gone = rng.choice([cell for cell in table.cells if cell.path])
        cells = [
            replace(c, column=c.column - gone.colspan) if c.row == gone.row and c.column > gone.column else c
            for c in table.cells
            if c is not gone
        ]
        return replace(table, cells=tuple(cells)), _paths(gone)

    return _on_one(blocks, rng, change)


def row_moved(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """The figures of a row stand one column further left; the last cell is empty."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        chosen = rng.choice([cell for cell in table.cells if cell.path])
        row = sorted((c for c in table.cells if c.path and c.row == chosen.row), key=lambda c: c.column)
        texts = {cell: after.text for cell, after in zip(row, [*row[1:], replace(row[-1], text="")], strict=True)}
        return replace(table, cells=tuple(replace(c, text=texts.get(c, c.text)) for c in table.cells)), frozenset()

    return _on_one(blocks, rng, change)


def figures_lost(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """A row of table 3 kept its label and lost its cells."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        chosen = rng.choice([cell for cell in table.cells if cell.path])
        row = [c for c in table.cells if c.path and c.row == chosen.row]
        return replace(table, cells=tuple(c for c in table.cells if c not in row)), _paths(*row)

    return _on_one(blocks, rng, change, keys=("requests",))


def labels_swapped_off(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """A row of table 3 lost its label and kept its figures: its neighbours must not take them."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        chosen = rng.choice([cell for cell in table.cells if cell.path])
        row = [c for c in table.cells if c.path and c.row == chosen.row]
        cells = [replace(c, text="") if c.row == chosen.row and not c.path and c.rowspan == 1 else c for c in table.cells]
        return replace(table, cells=tuple(cells)), _paths(*row)

    return _on_one(blocks, rng, change, keys=("requests",))


def row_missing(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """A row of table 3 is not printed at all."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        gone = rng.choice([cell for cell in table.cells if cell.path]).row
        cells = []
        for cell in table.cells:
            if cell.row <= gone < cell.row + cell.rowspan:
                if cell.rowspan > 1:
                    cells.append(replace(cell, rowspan=cell.rowspan - 1))
            else:
                cells.append(replace(cell, row=cell.row - (cell.row > gone)))
        return replace(table, rows=table.rows - 1, cells=tuple(cells)), frozenset()

    return _on_one(blocks, rng, change, keys=("requests",))


def row_extra(blocks: Blocks, rng: random.Random) -> tuple[Blocks, frozenset[CellPath]]:
    """A row of table 3 that is not in the form, with figures of its own, stands between two others."""

    def change(table: DrawnTable) -> tuple[DrawnTable, frozenset[CellPath]]:
        at = rng.choice([cell for cell in table.cells if cell.path]).row + 1
        cells = []
        for cell in table.cells:
            crosses = cell.row < at < cell.row + cell.rowspan
            cells.append(replace(cell, row=cell.row + (cell.row >= at), rowspan=cell.rowspan + crosses))
        taken = {c for x in cells if x.row < at < x.row + x.rowspan for c in range(x.column, x.column + x.colspan)}
        start = min(cell.column for cell in cells if cell.path)
        free = [column for column in range(start) if column not in taken]
        new = [Placed(at, free[0], rng.choice(("小计", "9.其他情形", "其中：涉企申请")), colspan=len(free))] if free else []
        new += [Placed(at, column, str(rng.randint(0, 9))) for column in range(start, table.columns)]
        ordered = sorted((*cells, *new), key=lambda cell: (cell.row, cell.column))
        return replace(table, rows=table.rows + 1, cells=tuple(ordered)), frozenset()

    return _on_one(blocks, rng, change, keys=("requests",))


def _on_one(
    blocks: Blocks,
    rng: random.Random,
    change: Callable[[DrawnTable], tuple[DrawnTable, frozenset[CellPath]]],
    *,
    keys: tuple[str, ...] = ("proactive", "requests", "litigation"),
) -> tuple[Blocks, frozenset[CellPath]]:
    """Change one of the tables with these keys."""
    tables = [block for block in blocks if isinstance(block, DrawnTable) and block.key in keys]
    chosen = rng.choice(tables)
    changed, lost = change(chosen)
    return tuple(changed if block is chosen else block for block in blocks), lost


def _paths(*cells: Placed) -> frozenset[CellPath]:
    return frozenset(cell.path for cell in cells if cell.path)


HARM: tuple[Harm, ...] = (cells_merged, cells_glued, cell_lost, row_moved, figures_lost, labels_swapped_off, row_missing, row_extra)

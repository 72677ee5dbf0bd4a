"""Drawn tables as rows: spans expanded, every row knowing the cells that reach into it from above. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from crawler.parsing import numbers
from storage.domain.document import Document, GridBlock, GridCell
from storage.domain.quick import quick


class Slot(NamedTuple):
    """A cell as one row sees it. `above` is True where the cell began in an earlier row.

    A tuple: a report has hundreds, and a frozen dataclass takes twice as long to make.
    """

    cell: GridCell
    figure: numbers.Figure
    above: bool

    @property
    def column(self) -> int:
        """First column of the cell."""
        return self.cell.column

    @property
    def text(self) -> str:
        """The cell's text."""
        return self.cell.text


@quick
@dataclass(frozen=True, slots=True)
class Row:
    """One row of one grid, cells from left to right. `order` counts rows over the whole document."""

    order: int
    grid: int
    index: int
    structure: Literal["cells", "fields", "tokens"]
    slots: tuple[Slot, ...]

    @property
    def own(self) -> tuple[Slot, ...]:
        """The cells that begin in this row."""
        return tuple(slot for slot in self.slots if not slot.above)

    def at(self, column: int) -> Slot | None:
        """The cell covering a column."""
        for slot in self.slots:
            cell = slot.cell
            if cell.column <= column < cell.column + cell.colspan:
                return slot
        return None

    def under(self, columns: Sequence[int]) -> list[Slot] | None:
        """The cells covering some columns; None where one is covered by nothing."""
        first: dict[int, Slot] = {}
        for slot in self.slots:
            left, wide = slot.cell.column, slot.cell.colspan
            for column in (left,) if wide == 1 else (c for c in columns if left <= c < left + wide):
                first.setdefault(column, slot)
        found = [first[column] for column in columns if column in first]
        return found if len(found) == len(columns) else None


def rows(document: Document) -> list[Row]:
    """All rows of all grids in reading order."""
    found: list[Row] = []
    grids = (block for block in document.blocks if isinstance(block, GridBlock))
    for grid, block in enumerate(grids):
        for index, slots in enumerate(_expand(block.cells)):
            found.append(Row(len(found), grid, index, block.structure, slots))
    return found


def turned(document: Document) -> list[Row]:
    """All rows of all grids laid on their side: what is printed as a column becomes a row. Ragged tables are left out."""
    found: list[Row] = []
    grids = (block for block in document.blocks if isinstance(block, GridBlock))
    for grid, block in enumerate(grids):
        if block.structure == "cells" or _rectangular(block.cells):
            cells = [GridCell(c.column, c.row, c.text, c.at, c.colspan, c.rowspan, c.confidence) for c in block.cells]
            for index, slots in enumerate(_expand(cells)):
                found.append(Row(len(found), grid, index, block.structure, slots))
    return found


def _rectangular(cells: Sequence[GridCell]) -> bool:
    return len({*Counter(cell.row for cell in cells).values()}) == 1


def _column(slot: Slot) -> int:
    return slot[0].column


def _expand(cells: Iterable[GridCell]) -> Iterator[tuple[Slot, ...]]:
    lines: defaultdict[int, list[Slot]] = defaultdict(list)
    for cell in cells:
        figure, first = numbers.read(cell.text), cell.row
        lines[first].append(Slot(cell, figure, False))
        if cell.rowspan > 1:
            shared = Slot(cell, figure, True)
            for row in range(first + 1, first + cell.rowspan):
                lines[row].append(shared)
    for row in sorted(lines):
        yield tuple(sorted(lines[row], key=_column))

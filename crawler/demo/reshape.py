"""Other shapes of the same figures: table 4 as three rows, tables on their side, all three tables in one. Truth unchanged."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed
from storage.domain.enums import Edition
from storage.forms.loader import form

Blocks = tuple[Block, ...]

_LITIGATION = form(Edition.E2021).litigation


def litigation_in_rows(blocks: Blocks, rng: random.Random) -> Blocks:
    """Table 4 has a row per group and a column per result."""
    named = rng.random() < 0.5
    return _replaced(blocks, "litigation", lambda table: _group_rows(table, named=named))


def _group_rows(table: DrawnTable, *, named: bool) -> DrawnTable:
    if not _whole(table):
        return table
    figures = sorted((cell for cell in table.cells if cell.path), key=lambda cell: cell.column)
    width = len(_LITIGATION.columns)
    cells = [Placed(0, 0, "案件类型" if named else "", colspan=2), *(Placed(0, 2 + i, c.label) for i, c in enumerate(_LITIGATION.columns))]
    for number, row in enumerate(_LITIGATION.rows):
        if number == 0:
            cells.append(Placed(1, 0, row.label, colspan=2))
        else:
            cells += [Placed(2, 0, "行政诉讼", rowspan=2)] if number == 1 else []
            cells.append(Placed(1 + number, 1, row.label))
        cells += [replace(cell, row=1 + number, column=2 + i) for i, cell in enumerate(figures[number * width : (number + 1) * width])]
    return DrawnTable(table.key, 4, 2 + width, tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def requests_on_the_side(blocks: Blocks, rng: random.Random) -> Blocks:
    """Table 3 has a row per kind of applicant and a column per outcome."""
    del rng
    return _replaced(blocks, "requests", _turned)


def litigation_on_the_side(blocks: Blocks, rng: random.Random) -> Blocks:
    """Table 4 has fifteen rows of one figure."""
    del rng
    return _replaced(blocks, "litigation", _turned)


def _whole(table: DrawnTable) -> bool:
    """Whether a table stands as the form prints it, not already cut or reshaped."""
    return (table.rows, table.columns) == (4, 15) if table.key == "litigation" else table.rows > 20 and table.columns == 10


def _turned(table: DrawnTable) -> DrawnTable:
    if not _whole(table):
        return table
    cells = [replace(c, row=c.column, column=c.row, rowspan=c.colspan, colspan=c.rowspan) for c in table.cells]
    return DrawnTable(table.key, table.columns, table.rows, tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))


def all_in_one(blocks: Blocks, rng: random.Random) -> Blocks:
    """The three tables and the headings between them are one table."""
    del rng
    places = [i for i, block in enumerate(blocks) if isinstance(block, DrawnTable)]
    inner = blocks[places[0] : places[-1] + 1]
    if len(places) != 3:
        return blocks
    width = max(block.columns for block in inner if isinstance(block, DrawnTable))
    cells: list[Placed] = []
    at = 0
    for block in inner:
        if isinstance(block, Paragraph):
            cells.append(Placed(at, 0, block.text, colspan=width))
            at += 1
            continue
        cells += [replace(cell, row=cell.row + at) for cell in block.cells]
        if block.columns < width:
            cells += [Placed(at + row, block.columns, "", colspan=width - block.columns) for row in range(block.rows)]
        at += block.rows
    joined = DrawnTable("joined", at, width, tuple(sorted(cells, key=lambda cell: (cell.row, cell.column))))
    return (*blocks[: places[0]], joined, *blocks[places[-1] + 1 :])


def _replaced(blocks: Blocks, key: str, change: Callable[[DrawnTable], DrawnTable]) -> Blocks:
    return tuple(change(block) if isinstance(block, DrawnTable) and block.key == key else block for block in blocks)


RESHAPE = (litigation_in_rows, requests_on_the_side, litigation_on_the_side, all_in_one)

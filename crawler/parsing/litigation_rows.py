"""Table 4 printed with a row per group (行政复议, 未经复议直接起诉, 复议后起诉) and a column per result. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.parsing import windows
from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import best, nearest_of, plain
from crawler.parsing.lines import Line, split
from crawler.parsing.printed import CHOSEN, SURE, Way, of_slot, settle
from crawler.parsing.requests_table import row_holds
from storage.domain.reports import Cell
from storage.forms.loader import Table

_SURE = 0.9
_NEAR = 8  # rows below the head


def find(rows: Sequence[Row], table: Table) -> tuple[tuple[Cell, ...], tuple[Slot, ...], int] | None:
    """The fifteen cells in the form's order, their figures and the order of the head row; None unless each group has its row."""
    for position, row in enumerate(rows):
        heads = _heads(row, table)
        if heads is None:
            continue
        found: dict[str, tuple[tuple[Cell, ...], tuple[Slot, ...]]] = {}
        for below in rows[position + 1 : position + 1 + _NEAR]:
            line = split(below)
            key = _group(line, table)
            if key and key not in found and below.grid == row.grid and (read := _read(line, heads, table)) is not None:
                found[key] = read
        if len(found) == len(table.rows):
            parts = [found[label.key] for label in table.rows]
            return tuple(c for cells, _ in parts for c in cells), tuple(s for _, slots in parts for s in slots), row.order
    return None


def _heads(row: Row, table: Table) -> Mapping[str, int] | None:
    """Column per result where the row names each of them exactly once."""
    leaf = nearest_of(table.columns)
    texts = [(bare, slot) for slot in row.own if (bare := plain(slot.cell.text))]
    named = [(found[1], slot.cell.column) for bare, slot in texts if (found := leaf(bare))[0] >= _SURE]
    return dict(named) if len(named) == len(table.columns) == len(dict(named)) else None


def _group(line: Line, table: Table) -> str:
    """The group a row's own label names; the heading 行政诉讼 over two of them is none."""
    names = line.suffixes[:1]
    scored = max(((best(name, label), label.key) for name in names for label in table.rows), default=(0.0, ""))
    return scored[1] if scored[0] >= _SURE else ""


def _read(line: Line, heads: Mapping[str, int], table: Table) -> tuple[tuple[Cell, ...], tuple[Slot, ...]] | None:
    official = [column.key for column in table.columns]
    ways: list[Way] = []
    if line.row.structure == "cells":
        slots = [line.row.at(heads[key]) for key in official]
        if any(slot is None for slot in slots) or len({id(slot) for slot in slots}) < len(slots):
            return None
        ways = [tuple(of_slot(slot) for slot in slots if slot is not None)]
    else:
        order = sorted(official, key=lambda key: heads[key])
        for pick in windows.choices([slot.figure for slot in line.figures], len(official)):
            by_key = dict(zip(order, (of_slot(line.figures[i]) for i in pick), strict=True))
            ways.append(tuple(by_key[key] for key in official))
    if not ways:
        return None
    return settle(ways, row_holds, SURE if line.row.structure == "cells" else CHOSEN), line.figures

"""Table 4, reconsideration and litigation: one row of three times five figures under a head of two or three lines. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from crawler.parsing import litigation_rows, windows
from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import nearest_of, plain
from crawler.parsing.lines import split
from crawler.parsing.numbers import BLANK
from crawler.parsing.printed import CHOSEN, DOUBTFUL, SURE, Printed, Way, cell, conflict, of_slot, settle, spends, unreadable
from crawler.parsing.requests_table import row_holds
from storage.domain.enums import CellKind
from storage.domain.reports import Cell
from storage.forms.loader import Table

_HEAD_SURE = 0.85
_GROUP = 5


@dataclass
class FoundLitigation:
    """The fifteen cells in the form's order, the printed row they came from, and whether head and figures fit each other."""

    cells: tuple[Cell, ...] = ()
    figures: tuple[Slot, ...] = ()
    misaligned: bool = False
    short: bool = False
    first_order: int | None = None
    in_rows: bool = False


@dataclass
class _Head:
    rows: list[Row] = field(default_factory=list)
    leaves: list[tuple[str, Row, Slot]] = field(default_factory=list)
    groups: list[tuple[str, Row, Slot]] = field(default_factory=list)


def from_grids(rows: Sequence[Row], table: Table, after: int | None) -> FoundLitigation:
    """Find the head, then the figures below it."""
    below = [row for row in rows if after is None or row.order > after]
    by_group = litigation_rows.find(below, table)
    if by_group is not None:
        cells, figures, order = by_group
        return FoundLitigation(cells, figures, first_order=order, in_rows=True)
    head, data = _find(below, table)
    if data is None:
        return FoundLitigation(first_order=head.rows[0].order if head.rows else None)
    line = split(data)
    found = FoundLitigation(figures=line.figures, first_order=head.rows[0].order)
    ways = _ways(head, data, line.figures, table)
    if ways is None:
        found.misaligned = True
        found.cells = _misaligned(line.figures)
    elif not ways:
        found.short = True
        raw = " ".join(slot.text for slot in line.figures if slot.text)
        found.cells = tuple(unreadable(raw, data.slots[0].cell.at if data.slots else None) for _ in range(3 * _GROUP))
    else:
        whole = all(spends(line.figures, way) for way in ways)
        found.cells = settle(ways, groups_hold, _confidence(head, data, ways) if whole else DOUBTFUL)
    return found


def _confidence(head: _Head, data: Row, ways: Sequence[Way]) -> float:
    """Where only separators are left, a single blank among the figures may stand for a lost field or a figure of two columns."""
    if data.structure != "cells" and len(ways) == 1 and sum(p.figure == BLANK for p in ways[0]) == 1:
        return DOUBTFUL
    return SURE if len(head.leaves) == 3 * _GROUP else CHOSEN


def groups_hold(way: Way) -> bool | None:
    """Whether each group's total is the sum of its four results."""
    answers = [row_holds(way[i : i + _GROUP]) for i in range(0, 3 * _GROUP, _GROUP)]
    return None if None in answers else all(answers)


def _find(rows: Sequence[Row], table: Table) -> tuple[_Head, Row | None]:
    head = _Head()
    leaf, group = nearest_of(table.columns), nearest_of(table.rows)
    for row in rows:
        named = [(slot, text) for slot in row.own if slot.figure.kind is CellKind.TEXT and (text := plain(slot.cell.text))]
        leaves = [(found[1], slot) for slot, text in named if (found := leaf(text))[0] >= _HEAD_SURE]
        groups = [(found[1], slot) for slot, text in named if (found := group(text))[0] >= _HEAD_SURE]
        if len(leaves) >= 2 or groups:
            if head.leaves and row.grid - head.rows[-1].grid > 1:
                break
            head.rows.append(row)
            head.leaves.extend((key, row, slot) for key, slot in leaves)
            head.groups.extend((key, row, slot) for key, slot in groups)
        elif len(head.leaves) >= 2 and len(split(row).figures) >= _GROUP:
            head.leaves = _once(head.leaves)
            return head, row
        elif head.leaves and row.grid - head.rows[-1].grid > 2:
            break
    return head, None


def _once(leaves: list[tuple[str, Row, Slot]]) -> list[tuple[str, Row, Slot]]:
    """The leaves without those printed again under themselves (a program that undoes merges does that), where fifteen are left."""
    if len(leaves) == 3 * _GROUP:
        return leaves
    first = {(key, slot.column): (key, row, slot) for key, row, slot in reversed(leaves)}
    kept = [leaf for leaf in leaves if first[leaf[0], leaf[2].column] is leaf or first[leaf[0], leaf[2].column][1] is leaf[1]]
    return kept if len(kept) == 3 * _GROUP else leaves


def _ways(head: _Head, data: Row, figures: tuple[Slot, ...], table: Table) -> list[Way] | None:
    """All ways to read the row; None where the head does not fit the form, empty where figures are missing."""
    official = [(row.key, column.key) for row in table.rows for column in table.columns]
    by_column = _by_column(head, data, official)
    if by_column is not None:
        return [by_column]
    order = _sequence(head, table)
    if order is None and len(head.leaves) < 10:
        order = official  # the head is lost rather than wrong: the figures must then prove their own order
        straight = [of_slot(slot) for slot in figures]
        if len(figures) != len(official) or not groups_hold(tuple(straight)) or not any(p.value for p in straight):
            return None
    if order is None:
        return None
    ways: list[Way] = []
    for pick in windows.choices([slot.figure for slot in figures], len(official)):
        by_key = dict(zip(order, (of_slot(figures[i]) for i in pick), strict=True))
        ways.append(tuple(by_key[key] for key in official))
    return ways


def _by_column(head: _Head, data: Row, official: Sequence[tuple[str, str]]) -> Way | None:
    """Read by column where the head, spans and all, names every one of the fifteen columns exactly once."""
    if data.structure != "cells":
        return None
    columns: dict[tuple[str, str], int] = {}
    for key, row, slot in head.leaves:
        group = _group_over(head, row, slot)
        if group is None or (group, key) in columns:
            return None
        columns[(group, key)] = slot.column
    if set(columns) != set(official):
        return None
    slots = [data.at(columns[name]) for name in official]
    if any(slot is None for slot in slots) or len({id(slot) for slot in slots}) < len(slots):
        return None
    return tuple(of_slot(slot) for slot in slots if slot is not None)


def _group_over(head: _Head, row: Row, slot: Slot) -> str | None:
    over = [
        (above.order, key)
        for key, above, wide in head.groups
        if above.order < row.order and wide.column <= slot.column < wide.column + wide.cell.colspan
    ]
    return max(over)[1] if over else None


def _sequence(head: _Head, table: Table) -> list[tuple[str, str]] | None:
    """The fifteen names in reading order, where the head prints five different results for each of the three groups."""
    keys = [key for key, _, _ in head.leaves]
    groups = [key for key, _ in groupby(key for key, _, _ in head.groups)]
    five = {column.key for column in table.columns}
    official = [row.key for row in table.rows]
    if len(keys) != 3 * _GROUP or any(set(keys[i : i + _GROUP]) != five for i in range(0, 3 * _GROUP, _GROUP)):
        return None
    if sorted(groups) != sorted(official):
        return None
    return [(group, key) for i, group in enumerate(groups) for key in keys[i * _GROUP : (i + 1) * _GROUP]]


def _misaligned(figures: Sequence[Slot]) -> tuple[Cell, ...]:
    """Head and figures do not fit: a cell is read only where every shift by up to two columns gives the same figure, and never as sure."""
    printed = [of_slot(slot) for slot in figures]
    first = tuple(conflict(printed[: _GROUP + 1]) for _ in range(_GROUP))
    return first + tuple(_shifted(printed, i) for i in range(_GROUP, 3 * _GROUP))


def _shifted(printed: Sequence[Printed], position: int) -> Cell:
    near = printed[max(0, position - 2) : position + 3]
    if near and all(p.figure == near[0].figure for p in near):
        return cell(near[0], DOUBTFUL)
    return conflict(near)

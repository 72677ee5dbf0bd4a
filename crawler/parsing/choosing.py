"""Rows that can be read in several ways: the form's equations choose where they leave exactly one combination, never otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

from crawler.parsing.printed import Way
from storage.domain.enums import CellKind
from storage.domain.reports import Cell, Number
from storage.forms.loader import Table

_MOST_COMBINATIONS = 20_000

Vector = tuple[Number, ...]


def choose(sure: Mapping[str, Sequence[Cell]], open_rows: Mapping[str, Sequence[Way]], table: Table) -> dict[str, Way]:
    """For the open rows, the one combination of ways under which every column equation holds; empty where none or several do."""
    if not open_rows or prod(len(ways) for ways in open_rows.values()) > _MOST_COMBINATIONS:
        return {}
    known = {key: vector for key, cells in sure.items() if key not in open_rows and (vector := _of_cells(cells)) is not None}
    if any(key not in known and key not in open_rows for key in sure):
        return {}
    keys = list(open_rows)
    vectors = {key: [_of_way(way) for way in open_rows[key]] for key in keys}
    if any(vector is None for options in vectors.values() for vector in options):
        return {}
    fitting: list[tuple[int, ...]] = []
    for picks in product(*(range(len(open_rows[key])) for key in keys)):
        rows = {**known, **{key: vectors[key][i] for key, i in zip(keys, picks, strict=True)}}
        if _holds(rows, table):
            fitting.append(picks)
            if len(fitting) > 1:
                return {}
    return {key: open_rows[key][i] for key, i in zip(keys, fitting[0], strict=True)} if fitting else {}


def balanced(read: Mapping[str, Sequence[Cell]], table: Table) -> bool:
    """Whether every row has seven figures and every column equation holds over them."""
    rows = {key: _of_cells(cells) for key, cells in read.items()}
    return None not in rows.values() and _holds(rows, table)


def _of_cells(cells: Sequence[Cell]) -> Vector | None:
    values = [0 if cell.kind in (CellKind.BLANK, CellKind.DASH) else cell.value for cell in cells]
    return None if None in values else tuple(v for v in values if v is not None)


def _of_way(way: Way) -> Vector | None:
    values = [0 if p.figure.kind in (CellKind.BLANK, CellKind.DASH) else p.value for p in way]
    return None if None in values else tuple(v for v in values if v is not None)


def _holds(rows: Mapping[str, Vector | None], table: Table) -> bool:
    for equation in table.equations:
        if equation.along != "columns":
            continue
        left = [row for key in equation.left if (row := rows.get(key)) is not None]
        right = [row for key in equation.right if (row := rows.get(key)) is not None]
        if len(right) < len(equation.right):
            return False
        if any(sum(row[i] for row in left) != sum(row[i] for row in right) for i in range(len(table.columns))):
            return False
    return True

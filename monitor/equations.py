"""The arithmetic of tables 3 and 4 as one list: every equation of the form, evaluated once per report for all rules that speak of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import repeat
from typing import Any, NamedTuple, cast

from monitor.intervals import NOTHING, Interval, compare, exactly, is_plain_zero, of_cell, total
from monitor.remembered import Remembered
from storage.domain.enums import CellKind, Edition, Outcome
from storage.domain.ids import CellPath
from storage.domain.reports import ABSENT_CELL, Cell, Number, ParsedReport
from storage.forms.loader import Equation, Form, Table, form

VIOLATED = frozenset({Outcome.FAIL, Outcome.LIKELY_FAIL})

BLANKS = frozenset({CellKind.BLANK, CellKind.DASH})

Values = Mapping[CellPath, Number | None]


class Evaluated(NamedTuple):
    """One equation at one place: `at` is `requests/<column>` or `<table>/<row>`; paths are the cells the report's form variant has."""

    id: str
    at: str
    left: tuple[CellPath, ...]
    right: tuple[CellPath, ...]
    left_side: Interval
    right_side: Interval
    outcome: Outcome

    @property
    def cells(self) -> tuple[CellPath, ...]:
        """All operands, left side first."""
        return self.left + self.right

    @property
    def violated(self) -> bool:
        """Does not hold, at least when blanks are 0."""
        return self.outcome in VIOLATED


@dataclass(frozen=True, slots=True)
class Operands:
    """Cells of one report as intervals, with the edition's form.

    `left_out` are rows of table 3 that belong to the form variant this report does not use (the single （六） against three sub-rows).
    `read` names the tables of which any cell was found at all, `blank` are the cells printed as blank or as a dash. `values` are the
    cells as numbers, None where one is not known to be one number; `by_id` are the equations again, by their id. `telling` are the cells
    other than a plain 0, read without doubt: a third of most reports, and all that rules on single cells have to look at.
    """

    form: Form
    cells: dict[CellPath, Cell]
    intervals: dict[CellPath, Interval]
    left_out: frozenset[str]
    equations: tuple[Evaluated, ...]
    read: frozenset[str]
    blank: frozenset[CellPath]
    values: Values
    by_id: Mapping[str, tuple[Evaluated, ...]]
    telling: tuple[tuple[CellPath, Cell], ...]

    def at(self, path: str) -> Interval:
        """The interval of one cell."""
        return self.intervals[CellPath(path)]

    def sum_of(self, paths: Iterable[str]) -> Interval:
        """The interval of a sum of cells."""
        known = cast(tuple[CellPath, ...], tuple(paths))
        value = _sum(self.values, known)
        return total([self.intervals[path] for path in known]) if value is None else exactly(value)

    def rows(self, *prefixes: str, column: str = "total") -> tuple[CellPath, ...]:
        """Cells of `column` in the rows of table 3 whose key starts with one of `prefixes`."""
        return _rows(self.form.edition, self.left_out, prefixes, column)

    def paths(self, table: str) -> tuple[CellPath, ...]:
        """All cells of one table that the report's form variant has."""
        return _paths_of(self.form.edition, self.left_out)[table]


def operands(report: ParsedReport) -> Operands:
    """Everything arithmetic needs of `report`. Where the edition is unknown the 2021 form stands in; its cells are then all absent."""
    known = form(report.form or Edition.E2021)
    paths = _paths(known.edition)
    cells = dict(zip(paths, map(report.cells.get, paths, repeat(ABSENT_CELL)), strict=True))
    telling = tuple([(path, cell) for path, cell in cells.items() if not is_plain_zero(cell)])
    intervals = dict.fromkeys(paths, NOTHING) | {path: of_cell(cell) for path, cell in telling}
    values: dict[CellPath, Number | None] = dict.fromkeys(paths, 0)
    for path, _ in telling:
        low, high, if_blank = intervals[path]
        values[path] = low if low == high == if_blank else None
    out = _left_out(known.requests, cells)
    equations = tuple(_evaluate_all(known, intervals, values, out))
    return Operands(
        form=known,
        cells=cells,
        intervals=intervals,
        left_out=out,
        equations=equations,
        read=frozenset(
            table
            for table, paths in _paths_of(known.edition, frozenset()).items()
            if any(cells[path].kind is not CellKind.ABSENT for path in paths)
        ),
        blank=frozenset([path for path, cell in telling if cell.kind in BLANKS]),
        values=values,
        by_id=_by_id(equations),
        telling=telling,
    )


operands_of = Remembered(operands)
"""The same, remembered: a report is judged once and then stands beside the reports of other years."""


def _sum(values: Values, paths: Iterable[CellPath]) -> Number | None:
    """The sum of cells that are all known to be one number, as most are; None where one is not."""
    value: Callable[[CellPath], Any] = values.__getitem__
    try:
        whole: Number = sum(map(value, paths))  # adding None is what it fails on
    except TypeError:
        return None
    return whole


def _by_id(equations: Iterable[Evaluated]) -> Mapping[str, tuple[Evaluated, ...]]:
    found: dict[str, list[Evaluated]] = {}
    for evaluated in equations:
        found.setdefault(evaluated.id, []).append(evaluated)
    return {equation: tuple(of_it) for equation, of_it in found.items()}


def _left_out(table: Table, cells: dict[CellPath, Cell]) -> frozenset[str]:
    """Alternatives exclude one another: what is printed stays; where nothing of （六） is found the official rows stay, absent."""
    keys = {row.key for row in table.rows}
    out: set[str] = set()
    for row in table.rows:
        others = [key for key in row.alternative_to if key in keys]
        if not others:
            continue
        if _absent(table, row.key, cells):
            out.add(row.key)
        elif all(_absent(table, key, cells) for key in others):
            out.update(others)
    return frozenset(out)


def _absent(table: Table, row: str, cells: dict[CellPath, Cell]) -> bool:
    return all(cells[table.path(row, column.key)].kind is CellKind.ABSENT for column in table.columns)


def _evaluate_all(known: Form, intervals: dict[CellPath, Interval], values: Values, out: frozenset[str]) -> Iterator[Evaluated]:
    for kind, at, left, right in _layout(known.edition, out):
        one, other = _sum(values, left), _sum(values, right)
        if one is None or other is None:
            sides = total([intervals[path] for path in left]), total([intervals[path] for path in right])
            yield Evaluated(kind, at, left, right, *sides, compare(*sides))
        else:
            holds = Outcome.PASS if one == other else Outcome.FAIL
            yield Evaluated(kind, at, left, right, exactly(one), exactly(other), holds)


Place = tuple[str, tuple[CellPath, ...], tuple[CellPath, ...]]


@cache
def _paths(edition: Edition) -> tuple[CellPath, ...]:
    return tuple(form(edition).paths())


@cache
def _paths_of(edition: Edition, out: frozenset[str]) -> Mapping[str, tuple[CellPath, ...]]:
    """The cells of each table of a form variant."""
    known = form(edition)
    return {
        "proactive": tuple(known.proactive_paths()),
        "requests": tuple(path for path in known.requests.paths() if path.split("/")[1] not in out),
        "litigation": tuple(known.litigation.paths()),
    }


@lru_cache(maxsize=1024)
def _rows(edition: Edition, out: frozenset[str], prefixes: tuple[str, ...], column: str) -> tuple[CellPath, ...]:
    table = form(edition).requests
    return tuple(table.path(row.key, column) for row in table.rows if row.key.startswith(prefixes) and row.key not in out)


@cache
def _layout(edition: Edition, out: frozenset[str]) -> tuple[tuple[str, str, tuple[CellPath, ...], tuple[CellPath, ...]], ...]:
    """Every equation of a form variant with its cells; the variants are few, reports are many."""
    known = form(edition)
    return tuple(
        (equation.id, at, left, right)
        for table in (known.requests, known.litigation)
        for equation in table.equations
        for at, left, right in _places(table, equation, out)
    )


def _places(table: Table, equation: Equation, out: frozenset[str]) -> Iterator[Place]:
    if equation.along == "columns":
        left = [row for row in equation.left if row not in out]
        for column in table.columns:
            at = f"{table.key}/{column.key}"
            yield at, tuple(table.path(r, column.key) for r in left), tuple(table.path(r, column.key) for r in equation.right)
        return
    for row in table.rows:
        if row.key not in out:
            at = f"{table.key}/{row.key}"
            yield at, tuple(table.path(row.key, c) for c in equation.left), tuple(table.path(row.key, c) for c in equation.right)

"""The arithmetic of tables 3 and 4 as one list: every equation of the form, evaluated once per report for all rules that speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from monitor.intervals import Interval, compare, of_cell, total
from monitor.remembered import Remembered
from storage.domain.enums import CellKind, Edition, Outcome
from storage.domain.ids import CellPath
from storage.domain.reports import ABSENT_CELL, Cell, ParsedReport
from storage.forms.loader import Equation, Form, Table, form

VIOLATED = frozenset({Outcome.FAIL, Outcome.LIKELY_FAIL})


@dataclass(frozen=True, slots=True)
class Evaluated:
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
    `read` names the tables of which any cell was found at all, `blank` are the cells printed as blank or as a dash.
    """

    form: Form
    cells: dict[CellPath, Cell]
    intervals: dict[CellPath, Interval]
    left_out: frozenset[str]
    equations: tuple[Evaluated, ...]
    read: frozenset[str]
    blank: frozenset[CellPath]

    def at(self, path: str) -> Interval:
        """The interval of one cell."""
        return self.intervals[CellPath(path)]

    def sum_of(self, paths: Iterable[str]) -> Interval:
        """The interval of a sum of cells."""
        return total([self.intervals[CellPath(path)] for path in paths])

    def rows(self, *prefixes: str, column: str = "total") -> tuple[CellPath, ...]:
        """Cells of `column` in the rows of table 3 whose key starts with one of `prefixes`."""
        return tuple(
            self.form.requests.path(row.key, column)
            for row in self.form.requests.rows
            if row.key.startswith(prefixes) and row.key not in self.left_out
        )

    def paths(self, table: str) -> tuple[CellPath, ...]:
        """All cells of one table that the report's form variant has."""
        return _paths_of(self.form.edition, self.left_out)[table]


def operands(report: ParsedReport) -> Operands:
    """Everything arithmetic needs of `report`. Where the edition is unknown the 2021 form stands in; its cells are then all absent."""
    known = form(report.form or Edition.E2021)
    cells = {path: report.cells.get(path, ABSENT_CELL) for path in _paths(known.edition)}
    intervals = {path: of_cell(cell) for path, cell in cells.items()}
    out = _left_out(known.requests, cells)
    return Operands(
        form=known,
        cells=cells,
        intervals=intervals,
        left_out=out,
        equations=tuple(_evaluate_all(known, intervals, out)),
        read=frozenset(
            table
            for table, paths in _paths_of(known.edition, frozenset()).items()
            if any(cells[path].kind is not CellKind.ABSENT for path in paths)
        ),
        blank=frozenset(path for path, cell in cells.items() if cell.kind is CellKind.BLANK or cell.kind is CellKind.DASH),
    )


operands_of = Remembered(operands)
"""The same, remembered: a report is judged once and then stands beside the reports of other years."""


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


def _evaluate_all(known: Form, intervals: dict[CellPath, Interval], out: frozenset[str]) -> Iterator[Evaluated]:
    for kind, at, left, right in _layout(known.edition, out):
        left_side = total([intervals[path] for path in left])
        right_side = total([intervals[path] for path in right])
        yield Evaluated(kind, at, left, right, left_side, right_side, compare(left_side, right_side))


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

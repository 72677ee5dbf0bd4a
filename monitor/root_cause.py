"""Why equations do not hold: the smallest sets of cells whose change would make all of them hold, and the slip that would explain it.

The 39 equations of table 3 are one system, each group of table 4 a system of its own. A cause is a set of violated equations that share
their explanation; its cells are the candidates. Nothing is repaired: values found here are suggestions beside the printed ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.equations import Evaluated, Operands
from monitor.slips import TOTAL_LEFT_OUT, TOTALS_LEFT_OUT, slip_of
from storage.domain.enums import Outcome
from storage.domain.ids import CellPath
from storage.domain.judgement import Hypothesis
from storage.domain.reports import Number

MOST_CELLS = 3
"""Sets up to this size are searched for completely; larger ones only along the patterns met in print (a whole total row or column)."""

MOST_STEPS = 20_000
"""Bound on the search, so that a table of nonsense cannot hold up a run (some tenths of a second)."""

Changes = Mapping[CellPath, Number]


@dataclass(frozen=True, slots=True)
class Cause:
    """Violated equations with one explanation.

    `cells` are all cells that may be wrong, the likeliest first. `determined` says the equations leave only this set; `changes` is then
    the value each would need. `explained` is False where no small set was found: `cells` are then the totals of the equations.
    """

    cells: tuple[CellPath, ...]
    equations: tuple[Evaluated, ...]
    determined: bool
    explained: bool
    changes: Changes = field(default_factory=dict)
    slip: str = ""

    @property
    def hypothesis(self) -> Hypothesis | None:
        """The one-cell change that settles it, where one cell does."""
        if len(self.changes) != 1:
            return None
        ((cell, value),) = self.changes.items()
        return Hypothesis(cell, value, self.slip)


class System:
    """Equations over cells with the values as printed, blanks as 0. Equations that cannot be decided take no part."""

    def __init__(self, operands: Operands, equations: Sequence[Evaluated]) -> None:
        self.equations = [e for e in equations if e.outcome is not Outcome.UNDETERMINED]
        self.values: dict[CellPath, Number] = {}
        self.uses: dict[CellPath, list[tuple[int, int]]] = {}
        self.residuals: list[Number] = []
        self.fixed: set[CellPath] = set()
        for index, equation in enumerate(self.equations):
            self._add(index, equation, operands)

    def _add(self, index: int, equation: Evaluated, operands: Operands) -> None:
        residual: Number = 0
        for sign, paths in ((1, equation.left), (-1, equation.right)):
            for path in paths:
                interval = operands.intervals[path]
                self.values[path] = interval.low if interval.if_blank is None else interval.if_blank
                self.uses.setdefault(path, []).append((index, sign))
                residual += sign * self.values[path]
        self.residuals.append(residual)

    def solutions(self) -> list[dict[CellPath, Number]]:
        """All smallest sets of changes that make every equation hold; empty when none was found within the bounds."""
        pattern = self._totals("total_handled") or self._last_column()
        for size in range(1, MOST_CELLS + 1):
            if pattern is not None and len(pattern) < size:
                return [pattern]
            search = _Search(self, size)
            search.run()
            if search.found:
                return list(search.found.values())
            if search.exhausted:
                break
        return [pattern] if pattern is not None else []

    def _last_column(self) -> dict[CellPath, Number] | None:
        """Every violated row has its total changed to the sum of its columns."""
        wanted = [i for i, e in enumerate(self.equations) if e.id in {"row_total", "group_total"} and self.residuals[i]]
        return self._try({self.equations[i].right[0]: self.residuals[i] for i in wanted})

    def _totals(self, row: str) -> dict[CellPath, Number] | None:
        """Every violated column has its row （七） changed to the sum of the results."""
        wanted = [i for i, e in enumerate(self.equations) if e.id == "outcomes" and self.residuals[i]]
        deltas = {self.equations[i].right[0]: self.residuals[i] for i in wanted if self.equations[i].right[0].split("/")[1] == row}
        return self._try(deltas)

    def _try(self, deltas: Mapping[CellPath, Number]) -> dict[CellPath, Number] | None:
        if not deltas:
            return None
        residuals = list(self.residuals)
        for path, delta in deltas.items():
            if self.values[path] + delta < 0:
                return None
            for index, sign in self.uses[path]:
                residuals[index] += sign * delta
        if any(residuals):
            return None
        return {path: self.values[path] + delta for path, delta in deltas.items()}


class _Search:
    """All sets of exactly `size` changes that bring every residual to 0.

    A smallest set contains an equation touched by only one of its cells; that cell's change is then fixed by the residual. Which equation
    that is is not known, so every violated one is tried.
    """

    def __init__(self, system: System, size: int) -> None:
        self.system = system
        self.size = size
        self.found: dict[frozenset[CellPath], dict[CellPath, Number]] = {}
        self.seen: set[frozenset[CellPath]] = set()
        self.steps = 0

    @property
    def exhausted(self) -> bool:
        """The bound was hit: what was found may not be all."""
        return self.steps > MOST_STEPS

    def run(self) -> None:
        self._step(list(self.system.residuals), {}, self.size)

    def _step(self, residuals: list[Number], deltas: dict[CellPath, Number], left: int) -> None:
        violated = [index for index, residual in enumerate(residuals) if residual]
        if not violated:
            self._keep(deltas)
            return
        if left == 0 or len(violated) > 3 * left or not self._coverable(violated, left):
            return
        for index in violated[:1] if left == 1 else violated:
            for sign, paths in ((1, self.system.equations[index].left), (-1, self.system.equations[index].right)):
                for path in paths:
                    self._change(residuals, deltas, left, path, -sign * residuals[index])

    def _change(self, residuals: list[Number], deltas: dict[CellPath, Number], left: int, path: CellPath, delta: Number) -> None:
        self.steps += 1
        if self.exhausted or path in deltas or self.system.values[path] + delta < 0:
            return
        after = list(residuals)
        for index, sign in self.system.uses[path]:
            after[index] += sign * delta
        if left == 1:
            if not any(after):
                self._keep({**deltas, path: delta})
            return
        self._step(after, {**deltas, path: delta}, left - 1)

    def _coverable(self, violated: Iterable[int], left: int) -> bool:
        """A cell touches at most one equation of each kind, so no kind may have more violated ones than changes are left."""
        kinds: dict[str, int] = {}
        for index in violated:
            kind = self.system.equations[index].id
            kinds[kind] = kinds.get(kind, 0) + 1
        return max(kinds.values()) <= left

    def _keep(self, deltas: Mapping[CellPath, Number]) -> None:
        self.found.setdefault(frozenset(deltas), {path: self.system.values[path] + delta for path, delta in deltas.items()})


def causes(operands: Operands) -> tuple[Cause, ...]:
    """The causes behind all violated equations of tables 3 and 4, in the order of the form."""
    found: list[Cause] = []
    requests = [e for e in operands.equations if e.at.startswith("requests/")]
    if any(e.violated for e in requests):
        found.extend(_one_pattern(_explain(operands, System(operands, requests))))
    for equation in operands.equations:
        if equation.id == "group_total" and equation.violated:
            found.extend(_explain(operands, System(operands, [equation])))
    return tuple(found)


def _explain(operands: Operands, system: System) -> list[Cause]:
    violated = [e for i, e in enumerate(system.equations) if system.residuals[i]]
    solutions = system.solutions()
    if not solutions:
        totals = tuple(dict.fromkeys(path for e in violated for path in e.right))
        return [Cause(totals, tuple(violated), determined=False, explained=False)]
    return [_cause(operands, system, part, solutions) for part in _components(system, solutions)]


def _one_pattern(found: list[Cause]) -> list[Cause]:
    """Totals left at 0 in several rows are one slip, also where the column that would join them could not be read."""
    alike = [cause for cause in found if cause.slip == TOTAL_LEFT_OUT and cause.determined]
    if len(alike) < 2:
        return found
    changes = {path: value for cause in alike for path, value in cause.changes.items()}
    equations = tuple(equation for cause in alike for equation in cause.equations)
    merged = Cause(tuple(changes), equations, determined=True, explained=True, changes=changes, slip=TOTALS_LEFT_OUT)
    return [merged, *(cause for cause in found if cause not in alike)]


def _components(system: System, solutions: Iterable[Changes]) -> list[set[int]]:
    """Groups of equations joined by cells that change; each violated equation is in exactly one."""
    parent = list(range(len(system.equations)))

    def root(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    for solution in solutions:
        for path in solution:
            first, *others = (index for index, _ in system.uses[path])
            for other in others:
                parent[root(other)] = root(first)
    groups: dict[int, set[int]] = {}
    for index in range(len(parent)):
        groups.setdefault(root(index), set()).add(index)
    return [group for group in groups.values() if any(system.residuals[index] for index in group)]


def _cause(operands: Operands, system: System, part: set[int], solutions: Iterable[Changes]) -> Cause:
    within = {path for path, uses in system.uses.items() if any(index in part for index, _ in uses)}
    options: dict[frozenset[CellPath], Changes] = {}
    for solution in solutions:
        changes = {path: value for path, value in solution.items() if path in within}
        options.setdefault(frozenset(changes), changes)
    ranked = sorted(options.values(), key=lambda changes: _rank(operands, changes))
    first = ranked[0]
    slip = slip_of(operands, first)
    likely = len(ranked) == 1 or (bool(slip) and len(first) == 1 and not slip_of(operands, ranked[1]))
    return Cause(
        cells=tuple(dict.fromkeys(path for changes in ranked for path in changes)),
        equations=tuple(e for i, e in enumerate(system.equations) if i in part and system.residuals[i]),
        determined=len(ranked) == 1,
        explained=True,
        changes=first if likely else {},
        slip=slip if likely else "",
    )


def _rank(operands: Operands, changes: Changes) -> tuple[int, int, tuple[CellPath, ...]]:
    """Blanks that would be filled first, then changes a known slip explains, then the order of the form."""
    blanks = sum(1 for path in changes if not operands.intervals[path].exact)
    order = tuple(changes)
    return (-blanks, 0 if slip_of(operands, changes) else 1, order)

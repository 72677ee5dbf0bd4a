"""What a printed cell lets us know of its count, as an interval, and what two such sides say of a relation.

Counts cannot be negative, so a blank is "0 or more", not "nothing". The outcome of a relation follows from the intervals of its own
operands alone: learning what stands in a blank can never turn `fail` into `pass` or the reverse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from storage.domain.enums import CellKind, Outcome
from storage.domain.ids import CellPath
from storage.domain.reports import TRUSTED, Cell, Number

Relation = Literal["=", "<="]


class Interval(NamedTuple):
    """The values a side may have: `low` to `high` (None: no upper bound); `if_blank` is its value when every blank counts as 0.

    `if_blank` is None where a cell other than a blank or a dash is unknown: nothing may be assumed of those.
    """

    low: Number
    high: Number | None
    if_blank: Number | None

    @property
    def exact(self) -> bool:
        """Known to be one value."""
        return self.high is not None and self.low == self.high

    def holds(self, value: Number) -> bool:
        """Whether the side may be `value`."""
        return self.low <= value and (self.high is None or value <= self.high)


UNKNOWN = Interval(0, None, None)
BLANK = Interval(0, None, 0)
NOTHING = Interval(0, 0, 0)


def exactly(value: Number) -> Interval:
    """The interval of a known value."""
    return tuple.__new__(Interval, (value, value, value))  # most sides of most equations; a third of the time that naming the fields takes


def of_cell(cell: Cell) -> Interval:
    """What `cell` lets us know. A doubtful reading gives the hull of its candidates, its one guess, or anything; findings say so."""
    doubtful = cell.kind is CellKind.CONFLICT or cell.confidence < TRUSTED
    if doubtful and cell.candidates:
        return Interval(min(cell.candidates), max(cell.candidates), None)
    if cell.value is not None:
        return Interval(cell.value, cell.value, cell.value)
    return BLANK if (cell.kind is CellKind.BLANK or cell.kind is CellKind.DASH) and not doubtful else UNKNOWN


def is_plain_zero(cell: Cell) -> bool:
    """Whether the cell is printed as a bare 0 and was read without doubt, as most cells of most reports are."""
    sure = cell.raw == "0" and cell.kind is CellKind.ZERO and cell.confidence >= TRUSTED
    return sure and cell.value == 0 and type(cell.value) is int


def total(parts: Iterable[Interval]) -> Interval:
    """The sum of independent sides."""
    low: Number = 0
    high: Number | None = 0
    if_blank: Number | None = 0
    for part_low, part_high, part_if_blank in parts:
        low = low + part_low
        high = None if high is None or part_high is None else high + part_high
        if_blank = None if if_blank is None or part_if_blank is None else if_blank + part_if_blank
    return Interval(low, high, if_blank)


def less(whole: Interval, part: Interval) -> Interval:
    """`whole` without one of its parts; never below 0, since a part is not larger than its whole."""
    low: Number = 0 if part.high is None else max(0, whole.low - part.high)
    high = None if whole.high is None else max(0, whole.high - part.low)
    if_blank = None if whole.if_blank is None or part.if_blank is None else max(0, whole.if_blank - part.if_blank)
    return Interval(low, high, if_blank)


def compare(left: Interval, right: Interval, relation: Relation = "=") -> Outcome:
    """What the intervals say of `left = right` or `left <= right`."""
    if left.low == left.high and right.low == right.high:
        return Outcome.PASS if _true(left.low, right.low, relation) else Outcome.FAIL
    if _impossible(left, right, relation):
        return Outcome.FAIL
    if relation == "<=" and left.high is not None and left.high <= right.low:
        return Outcome.PASS
    if left.if_blank is None or right.if_blank is None:
        return Outcome.UNDETERMINED
    return Outcome.PASS_IF_BLANK_ZERO if _true(left.if_blank, right.if_blank, relation) else Outcome.LIKELY_FAIL


def _true(left: Number, right: Number, relation: Relation) -> bool:
    return left == right if relation == "=" else left <= right


def _impossible(left: Interval, right: Interval, relation: Relation) -> bool:
    if right.high is not None and left.low > right.high:
        return True
    return relation == "=" and left.high is not None and left.high < right.low


ORDER = (
    Outcome.PASS,
    Outcome.PASS_IF_BLANK_ZERO,
    Outcome.UNDETERMINED,
    Outcome.LIKELY_FAIL,
    Outcome.FAIL,
)


def among(value: Number, candidates: Sequence[Interval]) -> Outcome:
    """What is known of "`value` is one of `candidates`": it contradicts only if every candidate excludes it."""
    outcomes = [compare(exactly(value), candidate) for candidate in candidates]
    return min(outcomes, key=ORDER.index) if outcomes else Outcome.NOT_APPLICABLE


class Sum(NamedTuple):
    """`sum(left) = sum(right)` over cells, for propagation."""

    left: tuple[CellPath, ...]
    right: tuple[CellPath, ...]


def propagate(known: Mapping[CellPath, Interval], equations: Sequence[Sum], rounds: int = 50) -> dict[CellPath, Interval] | None:
    """Narrow every cell by all equations until nothing moves; None when no assignment can satisfy them.

    The result says what the blanks *would* be; it never becomes a reading. `rounds` bounds slow convergence of loops.
    """
    bounds: dict[CellPath, tuple[Number, Number | None]] = {path: (i.low, i.high) for path, i in known.items()}
    for _ in range(rounds):
        moved = False
        for equation in equations:
            step = _tighten(bounds, equation)
            if step is None:
                return None
            moved = moved or step
        if not moved:
            break
    return {path: Interval(low, high, known[path].if_blank) for path, (low, high) in bounds.items()}


def _tighten(bounds: dict[CellPath, tuple[Number, Number | None]], equation: Sum) -> bool | None:
    """One pass over one equation: True if a bound moved, None if the equation has become impossible."""
    moved = False
    for side, other in ((equation.left, equation.right), (equation.right, equation.left)):
        low, high, open_ends = _span(bounds, other)
        own_low, own_high, own_open = _span(bounds, side)
        if not open_ends and own_low > high:
            return None
        for path in side:
            cell_low, cell_high = bounds[path]
            if cell_high is not None and cell_low == cell_high:
                continue
            if not open_ends:
                limit = high - (own_low - cell_low)
                if cell_high is None or limit < cell_high:
                    bounds[path] = (cell_low, limit)
                    moved = True
            if own_open == (1 if cell_high is None else 0):
                floor = low - (own_high - (0 if cell_high is None else cell_high))
                if floor > cell_low:
                    bounds[path] = (floor, bounds[path][1])
                    moved = True
            if moved:
                own_low, own_high, own_open = _span(bounds, side)
    return moved


def _span(bounds: Mapping[CellPath, tuple[Number, Number | None]], paths: Iterable[CellPath]) -> tuple[Number, Number, int]:
    low: Number = 0
    high: Number = 0
    open_ends = 0
    for path in paths:
        cell_low, cell_high = bounds[path]
        low = low + cell_low
        if cell_high is None:
            open_ends += 1
        else:
            high = high + cell_high
    return low, high, open_ends

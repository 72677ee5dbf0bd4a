"""Ruled lines on a page to the cells they enclose. Pure geometry: x to the right, y downwards, in points.

A border missing between two elementary cells makes them one cell; outer borders may be missing altogether: the ends of the crossing lines
stand for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.domain.quick import quick

NEAR = 2.5  # points: lines nearer than this are one line drawn twice
_REACH = 4.0  # a line may stop short of the crossing one by this much
_LONG = 6.0  # shorter strokes are no borders
_MAX_LINES = 4000


@quick
@dataclass(frozen=True, slots=True)
class Stroke:
    """An axis-parallel line: at `at` on its own axis, from `low` to `high` on the other one."""

    at: float
    low: float
    high: float


@quick
@dataclass(frozen=True, slots=True)
class RuledCell:
    """A cell enclosed by lines, with its place in the grid and its rectangle."""

    row: int
    column: int
    rowspan: int
    colspan: int
    left: float
    top: float
    right: float
    bottom: float


class RuledTable:
    """One table: its column and row edges and its cells; `find` tells the cell at a point."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float], owner: Sequence[Sequence[int]], cells: Sequence[RuledCell]) -> None:
        self.xs, self.ys, self.cells = xs, ys, cells
        self._owner = owner

    def find(self, x: float, y: float) -> int | None:
        """Index of the cell at a point, None outside the table."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return self._owner[row][column]
        return None


def tables(horizontal: Iterable[Stroke], vertical: Iterable[Stroke]) -> list[RuledTable]:
    """The tables drawn by these lines, from top to bottom; single frames (one cell) are not tables."""
    across = _joined(horizontal)[:_MAX_LINES]
    down = _joined(vertical)[:_MAX_LINES]
    found = [table for rows, columns in _groups(across, down) if (table := _table(rows, columns)) is not None]
    return sorted(found, key=lambda table: (table.ys[0], table.xs[0]))


def _joined(strokes: Iterable[Stroke]) -> list[Stroke]:
    """Lines on one axis that touch or overlap, as one."""
    found: list[Stroke] = []
    for stroke in sorted(strokes, key=lambda s: (s.at, s.low)):
        i = _touching(found, stroke)
        if i is None:
            found.append(stroke)
        else:
            other = found[i]
            found[i] = Stroke(other.at, min(other.low, stroke.low), max(other.high, stroke.high))
    return [stroke for stroke in found if stroke.high - stroke.low >= _LONG]


def _touching(found: Sequence[Stroke], stroke: Stroke) -> int | None:
    for i in range(len(found) - 1, -1, -1):
        other = found[i]
        if stroke.at - other.at > NEAR:
            return None
        if stroke.low <= other.high + _REACH and other.low <= stroke.high + _REACH:
            return i
    return None


def _groups(across: Sequence[Stroke], down: Sequence[Stroke]) -> list[tuple[list[Stroke], list[Stroke]]]:
    parent = list(range(len(across) + len(down)))
    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if v.low - _REACH <= h.at <= v.high + _REACH and h.low - _REACH <= v.at <= h.high + _REACH:
                _merge(parent, i, len(across) + j)
    members: dict[int, tuple[list[Stroke], list[Stroke]]] = {}
    for i, h in enumerate(across):
        members.setdefault(_root(parent, i), ([], []))[0].append(h)
    for j, v in enumerate(down):
        members.setdefault(_root(parent, len(across) + j), ([], []))[1].append(v)
    return [group for group in members.values() if len(group[0]) >= 2 and group[1]]


def _edges(own: Iterable[Stroke], other: Iterable[Stroke]) -> list[float]:
    """Distinct positions of lines, with the far ends of the crossing lines as outer edges."""
    positions = sorted(stroke.at for stroke in own)
    ends = [end for stroke in other for end in (stroke.low, stroke.high)]
    outer = [min(ends), max(ends)]
    edges: list[float] = []
    for position in positions:
        if not edges or position - edges[-1] > NEAR:
            edges.append(position)
    for end in outer:
        if all(abs(end - edge) > _REACH * 1.5 for edge in edges):
            edges.append(end)
    return sorted(edges)


def _table(across: Sequence[Stroke], down: Sequence[Stroke]) -> RuledTable | None:
    xs, ys = _edges(down, across), _edges(across, down)
    if len(xs) < 2 or len(ys) < 2 or len(xs) * len(ys) <= 4:
        return None
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = list(range(rows * columns))
    walls_down, walls_across = [_near(down, x) for x in xs], [_near(across, y) for y in ys]
    for r in range(rows):
        middle = (ys[r] + ys[r + 1]) / 2
        for c in range(columns):
            if c and not _wall(walls_down[c], middle):
                _merge(owner, r * columns + c, r * columns + c - 1)
            if r and not _wall(walls_across[r], (xs[c] + xs[c + 1]) / 2):
                _merge(owner, r * columns + c, (r - 1) * columns + c)
    return _finish(xs, ys, [[_root(owner, r * columns + c) for c in range(columns)] for r in range(rows)])


def _near(strokes: Iterable[Stroke], at: float) -> list[tuple[float, float]]:
    """Whence and whither the lines at a position reach."""
    return [(s.low - 1, s.high + 1) for s in strokes if abs(s.at - at) <= NEAR]


def _wall(reaches: Iterable[tuple[float, float]], middle: float) -> bool:
    for low, high in reaches:  # noqa: SIM110 - asked for every cell of a table, and twice as fast as any(…)
        if low <= middle <= high:
            return True
    return False


def _merge(parent: list[int], one: int, other: int) -> None:
    parent[_root(parent, one)] = _root(parent, other)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _finish(xs: Sequence[float], ys: Sequence[float], owner: Sequence[Sequence[int]]) -> RuledTable:
    boxes: dict[int, list[int]] = {}
    for r, line in enumerate(owner):
        for c, value in enumerate(line):
            box = boxes.get(value)
            if box is None:
                boxes[value] = [r, c, r, c]
            else:
                box[0], box[1], box[2], box[3] = min(box[0], r), min(box[1], c), max(box[2], r), max(box[3], c)
    order = sorted(boxes, key=lambda value: (boxes[value][0], boxes[value][1]))
    index = {value: i for i, value in enumerate(order)}
    cells = []
    for value in order:
        top, left, bottom, right = boxes[value]
        cells.append(RuledCell(top, left, bottom - top + 1, right - left + 1, xs[left], ys[top], xs[right + 1], ys[bottom + 1]))
    return RuledTable(xs, ys, [[index[value] for value in line] for line in owner], cells)

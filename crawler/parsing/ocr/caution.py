"""What was recognised from a picture is believed only where the form's own sums bear it out. Pure.

Measured on degraded scans, the recogniser's certainty finds under half of its mistakes, the sums nearly all (`tests/bench/bench_ocr.py`).
A sum that does not hold doubts every figure in it; where one figure's change would mend all broken sums, that value is its suggestion. No
figure is ever changed. A report whose sums are really wrong is thereby doubted too: a person looks at the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crawler.parsing.printed import DOUBTFUL, doubt
from storage.domain.enums import CellKind
from storage.domain.ids import CellPath
from storage.domain.reports import Cell, Number
from storage.forms.loader import Form, Table

_PERHAPS_PARTED = 100
_EMPTY = frozenset({CellKind.BLANK, CellKind.DASH, CellKind.ABSENT})


@dataclass(frozen=True, slots=True)
class _Sum:
    """One equation at one place: left side plus, right side minus; `off` is by how much it misses, None where a figure is unknown."""

    plus: tuple[CellPath, ...]
    minus: tuple[CellPath, ...]
    off: Number | None


def cautious(cells: Mapping[CellPath, Cell], form: Form, recognised: frozenset[str], *, strange: bool = False) -> dict[CellPath, Cell]:
    """The same cells; those recognised from a picture doubted where no sum bears them out or one speaks against them.

    `strange` where a recogniser we know nothing of read them: then nothing without a sum is believed.
    """
    made = dict(cells)
    for table in (form.requests, form.litigation):
        sums = list(_sums(cells, table))
        broken = [one for one in sums if one.off]
        borne = {path for one in sums if one.off == 0 for path in (*one.plus, *one.minus)}
        against = {path for one in broken for path in (*one.plus, *one.minus)}
        for path in table.paths():
            cell = cells.get(path)
            if cell is None or cell.at is None or cell.at.path not in recognised:
                continue
            if path in against:
                made[path] = _suggested(doubt(cell, DOUBTFUL), path, broken)
            elif path not in borne:
                made[path] = doubt(cell, DOUBTFUL)
    for path in form.proactive_paths():
        cell = cells.get(path)
        if cell is not None and cell.at is not None and cell.at.path in recognised and (strange or _may_lack_a_point(path, cell)):
            made[path] = doubt(cell, DOUBTFUL)
    return made


def _may_lack_a_point(path: CellPath, cell: Cell) -> bool:
    """Amounts have no sum to bear them out, and a decimal point is the first thing a copier loses: 1281.5814 became 12815814."""
    money = "fees" in path or "procurement" in path
    return money and cell.value is not None and cell.value >= _PERHAPS_PARTED and cell.value == int(cell.value)


def _suggested(cell: Cell, path: CellPath, broken: list[_Sum]) -> Cell:
    """With the value that would mend every broken sum this cell is in, if there is one and all of them are mended by it."""
    mine = [one for one in broken if path in one.plus or path in one.minus]
    if cell.value is None or len(mine) < 2:
        return cell
    wanted = {cell.value - one.off if path in one.plus else cell.value + one.off for one in mine if one.off is not None}
    value = wanted.pop()
    return cell if wanted or value < 0 else replace(cell, suggestion=value)


def _sums(cells: Mapping[CellPath, Cell], table: Table) -> Iterator[_Sum]:
    for equation in table.equations:
        across = equation.along == "rows"
        for place in table.rows if across else table.columns:
            plus = tuple(table.path(place.key, key) if across else table.path(key, place.key) for key in equation.left)
            minus = tuple(table.path(place.key, key) if across else table.path(key, place.key) for key in equation.right)
            yield _Sum(plus, minus, _off(cells, plus, minus))


def _off(cells: Mapping[CellPath, Cell], plus: tuple[CellPath, ...], minus: tuple[CellPath, ...]) -> Number | None:
    left, right = [_value(cells.get(path)) for path in plus], [_value(cells.get(path)) for path in minus]
    known = [value for value in (*left, *right) if value is not None]
    if len(known) < len(left) + len(right):
        return None
    return sum(value for value in left if value is not None) - sum(value for value in right if value is not None)


def _value(cell: Cell | None) -> Number | None:
    """The figure, 0 where nothing stands; None where something stands that could not be read, or not surely."""
    if cell is None or cell.kind in _EMPTY:
        return 0
    return cell.value

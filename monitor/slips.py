"""The slip of the pen that would explain a change: it makes one of several candidates the likely one. Words for people, no verdict."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.equations import Operands
from storage.domain.ids import CellPath
from storage.domain.reports import Number

TOTAL_LEFT_OUT = "总计漏填或填为 0"
TOTALS_LEFT_OUT = "“总计”列漏填或填为 0"

Changes = Mapping[CellPath, Number]


def slip_of(operands: Operands, changes: Changes) -> str:
    """A Chinese phrase for the likely slip behind `changes`, or an empty string."""
    if len(changes) == 1:
        ((path, value),) = changes.items()
        return _single(operands, path, value)
    if all(path.endswith("/total") and not operands.intervals[path].low for path in changes):
        return TOTALS_LEFT_OUT
    if len(changes) == 2:
        return _swap(operands, changes)
    return ""


def _single(operands: Operands, path: CellPath, value: Number) -> str:
    interval = operands.intervals[path]
    if not interval.exact:
        return "漏填"
    old = interval.low
    if not old and (path.endswith("/total") or "/total_handled/" in path):
        return TOTAL_LEFT_OUT
    return digits(old, value) or _neighbour(operands, path, value)


def digits(old: Number, new: Number) -> str:
    """How the digits of `old` come from those of `new`: exchanged, one lost, one too many, or nothing recognisable."""
    written, wanted = str(old), str(new)
    if len(written) == len(wanted) >= 2 and sorted(written) == sorted(wanted):
        return "数字换位"
    if len(written) + 1 == len(wanted) and _one_dropped(wanted, written):
        return "少写一位数字"
    if len(wanted) + 1 == len(written) and _one_dropped(written, wanted):
        return "多写一位数字"
    return ""


def _one_dropped(longer: str, shorter: str) -> bool:
    return shorter != "0" and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def _neighbour(operands: Operands, path: CellPath, value: Number) -> str:
    """The value printed is that of the cell above or below, and is not what the equations want."""
    table, row, column = path.split("/")
    if table != "requests" or not operands.intervals[path].low:
        return ""
    rows = [r.key for r in operands.form.requests.rows if r.key not in operands.left_out]
    at = rows.index(row)
    for other in rows[max(0, at - 1) : at] + rows[at + 1 : at + 2]:
        near = operands.intervals[operands.form.requests.path(other, column)]
        if near.exact and near.low == operands.intervals[path].low and near.low != value:
            return "与相邻行数字相同，可能抄错行"
    return ""


def _swap(operands: Operands, changes: Changes) -> str:
    (first, first_value), (second, second_value) = changes.items()
    if operands.intervals[first].low == second_value and operands.intervals[second].low == first_value:
        same_row = first.split("/")[1] == second.split("/")[1]
        return "相邻列数字填错列" if same_row else "相邻行数字填错行"
    return ""

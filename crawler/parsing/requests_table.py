"""Table 3, requests: 25 rows by 7 columns, read by grid and by stream. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from crawler.parsing import alignment, windows
from crawler.parsing.column_heads import Columns, columns_named, disputed, printed_order
from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import wordings
from crawler.parsing.lines import Line
from crawler.parsing.printed import NOTHING, Printed, Way, doubt, of_slot, settle, spends, unreadable
from storage.domain.enums import CellKind
from storage.domain.reports import Cell
from storage.forms.loader import Table


@dataclass
class Found:
    """Rows of a table as read from grids: cells per row key in the form's column order, and where each row stands."""

    rows: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)
    open_rows: dict[str, list[Way]] = field(default_factory=dict)
    placed: set[str] = field(default_factory=set)
    rivals: bool = False
    left_over: list[Line] = field(default_factory=list)


def from_grids(lines: Sequence[Line], table: Table) -> Found:
    """Align the rows of the document with the table's rows and read their figures; of several such tables the fullest one."""
    copies = [_from_copy(copy, table) for copy in _copies(lines, table)]
    copies.sort(key=lambda found: -len(found.rows))
    best_one = copies[0]
    for other in copies[1:]:
        if 2 * len(other.rows) >= len(best_one.rows) and _differ(best_one, other):
            best_one.rivals = True
    return best_one


def doubted(found: Found) -> Found:
    """The same table with every cell doubted: its labels do not carry the place it was put in."""
    return replace(found, rows={key: tuple(doubt(cell) for cell in cells) for key, cells in found.rows.items()})


def _copies(lines: Sequence[Line], table: Table) -> list[Sequence[Line]]:
    """The rows cut before each further beginning of the table: figures of two tables are never mixed."""
    first = table.rows[0]
    wanted, alone = wordings(first), bool(first.alternative_to)
    starts = [i for i, line in enumerate(lines) if line.stated and alignment.score(line.suffixes, wanted, alone=alone) >= 0.9]
    cuts = [0]
    for start in starts[1:]:
        back = start  # a table's head belongs to it: cut where its grid begins
        while back and lines[back - 1].row.grid == lines[start].row.grid:
            back -= 1
        cuts.append(back if back > cuts[-1] and back > starts[0] else start)
    return [lines[a:b] for a, b in zip(cuts, [*cuts[1:], len(lines)], strict=True)]


def _differ(one: Found, other: Found) -> bool:
    both = one.rows.keys() & other.rows.keys()
    return any([c.value for c in one.rows[key]] != [c.value for c in other.rows[key]] for key in both)


def _from_copy(lines: Sequence[Line], table: Table) -> Found:
    matches = alignment.align(lines, table.rows, len(table.columns))
    found = Found()
    if not matches:
        return found
    heads = _head_rows([line.row for line in lines], matches)
    headers = columns_named(heads, table)
    order = printed_order(heads, headers, table)
    official = [column.key for column in table.columns]
    doubtful = alignment.doubtful_places(matches, table.rows)
    usual = _usual_start(matches, len(table.columns))
    for match in matches:
        columns = headers.get(match.line.row.grid, {})
        ways = _ways(match.line, columns, order, official, usual)
        found.lines[match.key] = match.line
        if not ways:
            found.short.add(match.key)
            found.rows[match.key] = _scraps(match.line, len(table.columns))
            continue
        confidence = 0.6 if match.key in doubtful else 0.93 if match.placed else 1.0
        if match.key in doubtful or match.placed:
            found.placed.add(match.key)
        cells = settle(ways, row_holds, confidence)
        whole = _filled(match.line, ways) and all(spends(match.line.figures, way) or _merges(way) for way in ways)
        found.rows[match.key] = cells if whole else tuple(doubt(cell) for cell in cells)
        if len(ways) > 1 and match.key not in doubtful:
            fitting = [way for way in ways if row_holds(way)] or ways
            if len(fitting) > 1:
                found.open_rows[match.key] = fitting
    _doubt_unnamed(found, headers, table)
    if disputed(heads, order, table):
        found.rows = doubted(found).rows
    found.left_over = _left_over(lines, matches)
    return found


def _doubt_unnamed(found: Found, headers: Mapping[int, Columns], table: Table) -> None:
    """A blank under no heading, where the head names its neighbours, may be the edge of a page that cut the column off."""
    named = {key for columns in headers.values() for key in columns}
    cut = [i for i, column in enumerate(table.columns) if column.key not in named]
    if not named or not cut:
        return
    for key, cells in found.rows.items():
        found.rows[key] = tuple(doubt(c) if i in cut and c.kind is CellKind.BLANK else c for i, c in enumerate(cells))


def _head_rows(rows: Sequence[Row], matches: Sequence[alignment.Match]) -> list[Row]:
    """Rows above the first row of figures of each grid."""
    begin: dict[int, int] = {}
    for match in matches:
        row = match.line.row
        begin[row.grid] = min(begin.get(row.grid, row.order), row.order)
    return [row for row in rows if row.order < begin.get(row.grid, 0) and not any(slot.figure.value is not None for slot in row.own)]


def row_holds(way: Way) -> bool | None:
    """Whether the last figure is the sum of the others; None where one of them is no number and could be any."""
    values = [0 if p.figure.kind in NOTHING else p.figure.value for p in way]
    numbers = [value for value in values if value is not None]
    return sum(numbers[:-1]) == numbers[-1] if len(numbers) == len(values) else None


def _filled(line: Line, ways: Sequence[Way]) -> bool:
    """Where only separators are left, a row with a single blank among figures may have lost a field or hold a figure of two columns; and
    blanks beside printed zeros may be empty label cells that stand where lost fields were.
    """
    if line.row.structure == "cells" or len(ways) != 1:
        return True
    kinds = [p.figure.kind for p in ways[0]]
    blanks = kinds.count(CellKind.BLANK)
    return blanks != 1 and not (blanks and CellKind.ZERO in kinds)


def _merges(way: Way) -> bool:
    """Whether a figure of this way belongs to several cells and is flagged for it."""
    return any(p.figure.kind is CellKind.MERGED for p in way)


def _usual_start(matches: Sequence[alignment.Match], width: int) -> dict[tuple[int, int], int]:
    """Where figures start in rows of the same grid and length, as told by rows that leave only one way."""
    votes: dict[tuple[int, int], dict[int, int]] = {}
    for match in matches:
        ways = windows.choices([slot.figure for slot in match.line.figures], width)
        if len(ways) == 1:
            place = match.line.figures[ways[0][0]].column
            kind = (match.line.row.grid, len(match.line.row.slots))
            votes.setdefault(kind, {}).setdefault(place, 0)
            votes[kind][place] += 1
    return {kind: max(places, key=lambda p: places[p]) for kind, places in votes.items() if len(places) == 1}


def _ways(line: Line, columns: Columns, order: Sequence[str], official: Sequence[str], usual: Mapping[tuple[int, int], int]) -> list[Way]:
    """All ways to read the row's figures, each in the form's column order."""
    under = _under_heads(line, columns, official) if line.row.structure == "cells" else None
    by_header = _as_printed(under) if under is not None else None
    figures = line.figures
    picks = windows.choices([slot.figure for slot in figures], len(official))
    if len(picks) > 1 and by_header is None:
        start = usual.get((line.row.grid, len(line.row.slots)))
        picks = [pick for pick in picks if figures[pick[0]].column == start] or picks
    if under is not None and by_header is not None and order == official and any(_picked(figures, pick, under) for pick in picks):
        return [by_header]
    by_run = [_reordered([of_slot(figures[i]) for i in pick], order, official) for pick in picks]
    if by_header is None:
        return _distinct(by_run)
    if any(_same(by_header, way) for way in by_run) or not by_run:
        return [by_header]
    return _distinct([by_header, *by_run])


def _picked(figures: Sequence[Slot], pick: Sequence[int], slots: Sequence[Slot]) -> bool:
    return all(figures[i] is slot for i, slot in zip(pick, slots, strict=True))


def _under_heads(line: Line, columns: Columns, official: Sequence[str]) -> list[Slot] | None:
    if len(columns) < len(official) or len(set(columns.values())) < len(official):
        return None
    return line.row.under([columns[key] for key in official])


def _as_printed(slots: Sequence[Slot]) -> Way:
    if len({id(slot) for slot in slots}) < len(slots):
        return tuple(_merged(slot, slots) for slot in slots)
    return tuple([of_slot(slot) for slot in slots])


def _merged(slot: Slot, slots: Sequence[Slot]) -> Printed:
    printed = of_slot(slot)
    if sum(other is slot for other in slots) > 1 and printed.figure.kind is not CellKind.BLANK:
        return Printed(type(printed.figure)(CellKind.MERGED), printed.raw, printed.at, printed.confidence)
    return printed


def _reordered(way: Sequence[Printed], order: Sequence[str], official: Sequence[str]) -> Way:
    if order == official:
        return tuple(way)
    by_key = dict(zip(order, way, strict=True))
    return tuple(by_key[key] for key in official)


def _same(a: Way, b: Way) -> bool:
    return all(x.figure is y.figure or x.figure == y.figure for x, y in zip(a, b, strict=True))


def _distinct(ways: Sequence[Way]) -> list[Way]:
    kept: list[Way] = []
    for way in ways:
        if not any(_same(way, other) for other in kept):
            kept.append(way)
    return kept


def _scraps(line: Line, width: int) -> tuple[Cell, ...]:
    raw = " ".join(slot.text for slot in line.figures if slot.text)
    values = [slot.figure.value for slot in line.figures if slot.figure.value is not None]
    return tuple(unreadable(raw, line.figures[0].cell.at if line.figures else None, values) for _ in range(width))


def _left_over(lines: Sequence[Line], matches: Sequence[alignment.Match]) -> list[Line]:
    used = {match.line.row.order for match in matches}
    first, last = min(used), max(used)
    return [line for line in lines if first <= line.row.order <= last and line.row.order not in used and _numeric(line)]


def _numeric(line: Line) -> bool:
    return sum(slot.figure.value is not None and not slot.above for slot in line.figures) >= 1

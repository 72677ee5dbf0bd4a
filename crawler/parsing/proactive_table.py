"""Table 2, proactive disclosure: four (2019: five) small blocks with their own column heads, read by grid and by stream. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.parsing import windows
from crawler.parsing.alignment import score
from crawler.parsing.grids import Row
from crawler.parsing.labels import best, undigited, wordings
from crawler.parsing.lines import Line
from crawler.parsing.numbers import BLANK
from crawler.parsing.printed import DOUBTFUL, SURE, Way, of_slot, settle, spends, unreadable
from crawler.parsing.requests_table import Found
from storage.forms.loader import Form, Label, ProactiveBlock

_ROW_SURE = 0.8
_HEAD_SURE = 0.85


def row_key(row: Label) -> str:
    """A permanent name for a row of this table: its first cell key."""
    return row.cells[0]


def form_rows(form: Form) -> Iterator[tuple[ProactiveBlock, Label]]:
    """The rows of the table with their blocks."""
    for block in form.proactive:
        for row in block.rows:
            yield block, row


def no_equation(_way: Way) -> bool | None:
    """This table has no equation."""
    return None


def from_grids(lines: Sequence[Line], form: Form, until: int | None) -> Found:
    """Find the rows of the table among the rows before `until` (the first row of table 3) and read their figures."""
    found = Found()
    lines = [line for line in lines if until is None or line.row.order < until]
    before = [line.row for line in lines]
    for block, label in form_rows(form):
        wanted, alone = wordings(label), bool(label.alternative_to)
        for position, (row, line) in enumerate(zip(before, lines, strict=True)):
            if not line.figures or score(line.suffixes, wanted, alone=alone) < _ROW_SURE:
                continue
            heads = _heads(before[:position], row, block)
            if not heads:
                continue
            if row_key(label) in found.rows and not line.stated:
                continue
            _take(found, label, line, block, heads)
            if line.stated:
                break
    return found


def _heads(above: Sequence[Row], row: Row, block: ProactiveBlock) -> dict[str, int]:
    """Column heads of the block above a row: key → column; empty where none is near."""
    for candidate in reversed(above[-30:]):
        if row.grid - candidate.grid > 2:
            break
        heads: dict[str, int] = {}
        for slot in candidate.own:
            text = undigited(slot.cell.text)
            for column in block.columns if text else ():
                if best(text, column) >= _HEAD_SURE:
                    heads.setdefault(column.key, slot.column if candidate.grid == row.grid else -1 - slot.column)
        if heads:
            return heads
    return {}


def _take(found: Found, label: Label, line: Line, block: ProactiveBlock, heads: dict[str, int]) -> None:
    key, width = row_key(label), len(block.columns)
    found.lines[key] = line
    official = [column.key for column in block.columns]
    ways = _by_run(line, official, heads)
    placed = _by_head(line, official, heads)
    if placed is not None and not any(_same(placed, way) for way in ways):
        ways.append(placed)
    if not ways:
        found.short.add(key)
        raw = " ".join(slot.text for slot in line.figures if slot.text)
        values = [slot.figure.value for slot in line.figures if slot.figure.value is not None]
        found.rows[key] = tuple(unreadable(raw, line.figures[0].cell.at, values) for _ in range(width))
        return
    lost = line.row.structure != "cells" and width > 1 and len(ways) == 1 and ways[0][-1].figure == BLANK and line.stated
    whole = all(spends(line.figures, way) for way in ways)
    found.rows[key] = settle(ways, no_equation, DOUBTFUL if lost or not whole else SURE)


def _by_run(line: Line, official: list[str], heads: dict[str, int]) -> list[Way]:
    complete = len(heads) == len(official)
    order = sorted(official, key=lambda k: abs(heads[k] + 0.5)) if complete else official
    ways: list[Way] = []
    for pick in windows.choices([slot.figure for slot in line.figures], len(official)):
        by_key = dict(zip(order, (of_slot(line.figures[i]) for i in pick), strict=True))
        way = tuple(by_key[key] for key in official)
        if not any(_same(way, other) for other in ways):
            ways.append(way)
    return ways


def _by_head(line: Line, official: list[str], heads: dict[str, int]) -> Way | None:
    if line.row.structure != "cells" or len(heads) < len(official) or min(heads.values()) < 0:
        return None
    slots = [line.row.at(heads[key]) for key in official]
    if any(slot is None for slot in slots) or len({id(slot) for slot in slots}) < len(slots):
        return None
    return tuple(of_slot(slot) for slot in slots if slot is not None)


def _same(a: Way, b: Way) -> bool:
    return all(x.figure == y.figure for x, y in zip(a, b, strict=True))

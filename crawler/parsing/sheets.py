"""Cells of a spreadsheet to blocks: headings and sentences typed into single cells are text, everything else is a table. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from storage.domain.document import Block, GridBlock, GridCell, Locator, TextBlock
from storage.domain.errors import TooLarge

MAX_CELLS = 200_000
_HEADING = re.compile(r"\s*(?:[一二三四五六七]\s*[、.．]|[（(][一二三四五六七][）)]).{2,40}\Z")
_LONG = 60  # no label of the form has as many characters in a cell of its own row


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, both corners included, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet as shown: texts by (row, column) from 0, blank cells left out, and its merged ranges."""

    name: str
    texts: Mapping[tuple[int, int], str]
    merges: tuple[Merge, ...] = ()


def blocks(sheet: Sheet) -> list[Block]:
    """Text lines and tables of a sheet from top to bottom. Raises TooLarge."""
    rows: dict[int, list[int]] = {}
    for row, column in sorted(sheet.texts):
        rows.setdefault(row, []).append(column)
    inside = {row for m in sheet.merges[:MAX_CELLS] for row in range(m.top + 1, min(m.bottom, m.top + 400) + 1)}
    found: list[Block] = []
    run: list[int] = []
    for row, columns in rows.items():
        if len(columns) == 1 and row not in inside and _is_text(sheet.texts[row, columns[0]], first=not found and not run):
            found += _table(sheet, run)
            run = []
            text = sheet.texts[row, columns[0]].strip()
            found.append(TextBlock(text, Locator(address(sheet.name, row, columns[0])), 1 if _HEADING.match(text) else 0))
        else:
            run.append(row)
    return [*found, *_table(sheet, run)]


def _is_text(text: str, *, first: bool) -> bool:
    return first or bool(_HEADING.match(text)) or len(text) > _LONG or text.rstrip().endswith(("。", "；"))


def address(name: str, row: int, column: int) -> str:
    """The spreadsheet's own name of a cell: `sheet:表1/B7`."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"sheet:{name}/{letters}{row + 1}"


def _table(sheet: Sheet, run: Sequence[int]) -> list[Block]:
    if not run:
        return []
    top, bottom = run[0], run[-1]
    merges = [m for m in sheet.merges if m.top <= bottom and m.bottom >= top]
    used = [column for row, column in sheet.texts if top <= row <= bottom]
    left, right = min(used), max(used)
    starts = {(m.top, m.left): m for m in merges}
    if (bottom - top + 1) * (right - left + 1) > MAX_CELLS:
        raise TooLarge("工作表的单元格数量超过上限")
    covered = _covered(merges, (top, left, bottom, right))
    cells = []
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) in covered:
                continue
            merge = starts.get((row, column))
            high = min(merge.bottom, bottom) - row + 1 if merge else 1
            wide = min(merge.right, right) - column + 1 if merge else 1
            at = Locator(address(sheet.name, row, column))
            cells.append(GridCell(row - top, column - left, sheet.texts.get((row, column), ""), at, high, wide))
    return [GridBlock(tuple(cells), Locator(f"{address(sheet.name, top, left)}:{address('', bottom, right)[7:]}"), "cells")]


def _covered(merges: Iterable[Merge], area: tuple[int, int, int, int]) -> set[tuple[int, int]]:
    """Positions inside merged ranges that are not their top left corner. Raises TooLarge where ranges overlap without end."""
    top, left, bottom, right = area
    found: set[tuple[int, int]] = set()
    spent = 0
    for m in merges:
        rows, columns = range(max(m.top, top), min(m.bottom, bottom) + 1), range(max(m.left, left), min(m.right, right) + 1)
        spent += len(rows) * len(columns)
        if spent > 2 * MAX_CELLS:
            raise TooLarge("工作表的合并单元格超过上限")
        found.update((r, c) for r in rows for c in columns if (r, c) != (m.top, m.left))
    return found

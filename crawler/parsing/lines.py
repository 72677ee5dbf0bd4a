"""A row of a grid split into what names it and what it states. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.parsing.grids import Row, Slot
from crawler.parsing.labels import plain
from storage.domain.enums import CellKind
from storage.domain.quick import quick

_TEXT, _BLANK = CellKind.TEXT, CellKind.BLANK


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """A row with its label texts (left to right, plain) and the run of figure slots at its right end."""

    row: Row
    labels: tuple[str, ...]
    figures: tuple[Slot, ...]
    stated: int  # how many figure slots are not blank
    suffixes: tuple[str, ...]  # what the row may be called: its last label, the last two run together, the last three


def split(row: Row, first_column: int | None = None) -> Line:
    """Split at the last words of the row, or at the first figure column where the header tells it."""
    slots = row.slots
    cut = len(slots)
    if first_column is not None:
        cut = next((i for i, slot in enumerate(slots) if slot.column >= first_column), len(slots))
    else:
        while cut and slots[cut - 1].figure.kind is not _TEXT:
            cut -= 1
    named = slots[:cut]
    while named and not plain(named[-1].cell.text):
        named = named[:-1]
    if named and named[-1].cell.rowspan > 1:
        named = ()  # the row's own label is missing: the heading of its group, which reaches over several rows, is not its name
    labels = tuple([plain(slot.cell.text) for slot in named])
    figures = slots[cut:]
    return Line(row, labels, figures, len([slot for slot in figures if slot.figure.kind is not _BLANK]), _suffixes(labels))


def split_all(rows: Sequence[Row]) -> list[Line]:
    """Every row split at its last words."""
    return [split(row) for row in rows]


@lru_cache(maxsize=2048)
def _suffixes(labels: tuple[str, ...]) -> tuple[str, ...]:
    tail = [label for label in labels if label][-3:]
    return tuple("".join(tail[-k:]) for k in range(1, len(tail) + 1))

"""From what is printed to cells: several ways to read one row settle into cells that are sure and cells that conflict. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from crawler.parsing import numbers
from crawler.parsing.grids import Slot
from crawler.parsing.numbers import Figure
from storage.domain.document import Locator
from storage.domain.enums import CellKind
from storage.domain.reports import ABSENT_CELL, Cell, Number

SURE = 1.0
CHOSEN = 0.92  # one way left by the equations
DOUBTFUL = 0.6  # below 0.9: flagged


_BLANK, _TEXT = CellKind.BLANK, CellKind.TEXT
_SHARED = Figure(CellKind.MERGED)


class Printed(NamedTuple):
    """One figure as printed: its reading, its text and its place."""

    figure: Figure
    raw: str
    at: Locator | None
    confidence: float = 1.0

    @property
    def value(self) -> Number | None:
        """The number, if it is one."""
        return self.figure.value


Way = tuple[Printed, ...]

NOTHING = frozenset({CellKind.BLANK, CellKind.DASH})
"""Kinds that count as 0 in a sum."""


def of_slot(slot: Slot) -> Printed:
    """A grid slot as printed; a figure reaching in from the row above belongs to several cells at once."""
    cell, figure, above = slot
    if above and figure.kind is not _BLANK:
        figure = _SHARED
    return Printed(figure, cell.text, cell.at, cell.confidence)


def of_text(text: str, at: Locator | None) -> Printed:
    """A token of running text as printed."""
    return Printed(numbers.read(text), text, at)


def cell(printed: Printed, confidence: float = SURE) -> Cell:
    """A cell read one way only."""
    figure, raw, at, own = printed
    if figure.kind is _TEXT and any(c.isdigit() for c in raw):
        confidence = min(confidence, DOUBTFUL)  # a figure among words that ran into its cell
    return Cell(figure.kind, raw, figure.value, at, min(confidence, own), figure.note)


def conflict(options: Sequence[Printed]) -> Cell:
    """A cell with more than one possible reading."""
    values = tuple(dict.fromkeys(option.value for option in options if option.value is not None))
    raw = " | ".join(dict.fromkeys(option.raw for option in options if option.raw))
    return Cell(CellKind.CONFLICT, raw, None, options[0].at if options else None, DOUBTFUL, candidates=values)


def spends(figures: Sequence[Slot], way: Way) -> bool:
    """Whether a way to read a row uses every figure that begins in it, none left over and none used twice."""
    stated = len([figure for _, figure, above in figures if figure.value is not None and not above])
    return stated == len([p for p in way if p.figure.value is not None])


def settle(ways: Sequence[Way], holds: Callable[[Way], bool | None], confidence: float = SURE) -> tuple[Cell, ...]:
    """Cells of one row from all ways to read it; `holds` says whether the row's own equation agrees (None: cannot tell).

    One way: as printed, whatever the equation says. Several: the only one that satisfies the equation; else cells on which all
    ways agree are taken and the others conflict.
    """
    if len(ways) == 1:
        return tuple([cell(p, confidence) for p in ways[0]])
    fitting = [way for way in ways if holds(way)]
    if len(fitting) == 1:
        return tuple(cell(p, min(confidence, CHOSEN)) for p in fitting[0])
    rest = fitting or list(ways)
    return tuple(_agreed([way[i] for way in rest], confidence) for i in range(len(rest[0])))


def _agreed(options: Sequence[Printed], confidence: float) -> Cell:
    first = options[0]
    if all(option.figure == first.figure for option in options):
        return cell(first, min(confidence, CHOSEN))
    return conflict(options)


def doubt(found: Cell, confidence: float = DOUBTFUL) -> Cell:
    """The same reading, no longer sure of it."""
    return found if found.kind is CellKind.ABSENT else replace(found, confidence=min(found.confidence, confidence))


def unreadable(raw: str, at: Locator | None, values: Sequence[Number] = ()) -> Cell:
    """A cell whose figure is somewhere in `raw` but cannot be told from its neighbours'."""
    return Cell(CellKind.UNREADABLE, raw, None, at, DOUBTFUL, candidates=tuple(dict.fromkeys(values)))


ABSENT = ABSENT_CELL

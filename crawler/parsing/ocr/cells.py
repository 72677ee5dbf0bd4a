"""The cells of a ruled table on a scanned page: each cut out, its lines parted, recognised twice, and what the two say made one. Pure.

The second look is at the same ink at another size and with other margins: a recogniser that is sure of its reading gives it both times,
one that guesses seldom does. A cell with ink in which nothing was recognised is not blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from crawler.parsing.ocr import engine
from crawler.parsing.ocr.engine import Recognised
from crawler.parsing.ruling import RuledTable

UNSEEN = "?"
"""What stands for ink that nobody could read."""

SURE, UNSURE = 1.0, 0.6
_LEAST_CERTAIN = 0.8
_FIGURE = re.compile(r"[\d.,，/\\—\-－]*\Z")
_SPECK = 0.0012  # of a page's width, squared: less ink than that in one piece is dust
_SAME_LINE = 0.35


@dataclass(frozen=True, slots=True)
class ReadCell:
    """Text of one cell, lines joined by a line break, and how sure it is."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Line:
    cell: int
    top: int
    bottom: int
    left: int
    right: int


def read(grey: Any, ink: Any, table: RuledTable, points: float) -> list[ReadCell]:
    """Every cell of the table, in its order."""
    lines = [line for number in range(len(table.cells)) for line in _lines(ink, table, number, points)]
    first = engine.recognise([_crop(grey, ink, line, 0.22) for line in lines])
    figures = [i for i, one in enumerate(first) if _FIGURE.match(one.text.strip())]
    again = dict(zip(figures, engine.recognise([_crop(grey, ink, lines[i], 0.5, 1.4) for i in figures]), strict=True))
    found: dict[int, list[tuple[Recognised, Recognised | None]]] = {}
    for i, line in enumerate(lines):
        found.setdefault(line.cell, []).append((first[i], again.get(i)))
    return [_cell(found.get(number, [])) for number in range(len(table.cells))]


def _cell(parts: list[tuple[Recognised, Recognised | None]]) -> ReadCell:
    if not parts:
        return ReadCell("", SURE)
    texts = [one.text.strip() or UNSEEN for one, _ in parts]
    sure = all(_agree(one, other) for one, other in parts)
    return ReadCell("\n".join(texts), SURE if sure else UNSURE)


def _agree(one: Recognised, other: Recognised | None) -> bool:
    """Whether both looks say the same, and neither shrugs. Words are matched with the form's labels later, so one look is enough."""
    if not one.text.strip():
        return False
    if other is None:
        return True
    return one.text.strip() == other.text.strip() and min(one.certainty, other.certainty) >= _LEAST_CERTAIN


def _lines(ink: Any, table: RuledTable, number: int, points: float) -> list[_Line]:
    """The lines of text in one cell, from top to bottom."""
    ruled = table.cells[number]
    height, width = ink.shape
    left, right = max(0, round(ruled.left / points) + 2), min(width, round(ruled.right / points) - 1)
    top, bottom = max(0, round(ruled.top / points) + 2), min(height, round(ruled.bottom / points) - 1)
    if right - left < 4 or bottom - top < 4:
        return []
    inside = _without_dust(ink[top:bottom, left:right], width)
    rows = np.flatnonzero(inside.any(axis=1))
    found = []
    for start, end in _runs(rows, max(1, round((bottom - top) * 0.02))):
        columns = np.flatnonzero(inside[start:end].any(axis=0))
        found.append(_Line(number, top + start, top + end, left + int(columns[0]), left + int(columns[-1]) + 1))
    return _joined(found, width)


def _without_dust(ink: Any, width: int) -> Any:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    least = max(4.0, (width * _SPECK) ** 2)
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < least]
    if not small:
        return ink
    cleaned = ink.copy()
    cleaned[np.isin(labels, small)] = 0
    return cleaned


def _runs(rows: Any, gap: int) -> list[tuple[int, int]]:
    """Stretches of consecutive rows with ink, breaks of at most `gap` rows passed over."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > gap + 1)
    starts = [int(rows[0]), *(int(rows[i + 1]) for i in breaks)]
    ends = [*(int(rows[i]) + 1 for i in breaks), int(rows[-1]) + 1]
    return list(zip(starts, ends, strict=True))


def _joined(lines: list[_Line], width: int) -> list[_Line]:
    """Thin stretches belong to the line beside them: the upper stroke of a character, the dot of a heading."""
    if len(lines) < 2:
        return lines
    tallest = max(line.bottom - line.top for line in lines)
    made: list[_Line] = []
    for line in lines:
        thin = line.bottom - line.top < tallest * _SAME_LINE or (made and made[-1].bottom - made[-1].top < tallest * _SAME_LINE)
        if made and thin and line.top - made[-1].bottom <= tallest * _SAME_LINE and line.bottom - made[-1].top <= tallest * 1.35:
            last = made[-1]
            made[-1] = _Line(last.cell, last.top, line.bottom, min(last.left, line.left), max(last.right, line.right))
        else:
            made.append(line)
    return made


def _crop(grey: Any, ink: Any, line: _Line, margin: float, stretch: float = 1.0) -> Any:
    """One line cut out with white around it, nothing of the rules in it; three equal channels."""
    pad = max(2, round((line.bottom - line.top) * margin))
    part = grey[line.top : line.bottom, line.left : line.right].copy()
    # What is far from any ink is paper: rules, their remains and the scanner's shadow are not read.
    near = cv2.dilate(ink[line.top : line.bottom, line.left : line.right], np.ones((5, 5), np.uint8))
    paper = int(np.percentile(part, 90))
    part[near == 0] = paper
    if stretch != 1.0:
        part = cv2.resize(part, None, fx=stretch, fy=stretch, interpolation=cv2.INTER_CUBIC)
    part = cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper)
    return cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)

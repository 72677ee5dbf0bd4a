"""The cells of a ruled table on a scanned page: each cut out, its lines parted, recognised twice, and what the two say made one. Pure.

The second look is at the sheet as it is, at another size and with other margins: a recogniser that is sure of its reading gives it both
times, one that guesses seldom does, and a faint point that was taken for grain is seen. A cell with ink in which nothing was recognised is
not blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from crawler.parsing.ocr import engine
from crawler.parsing.ocr.engine import Recognised
from crawler.parsing.ocr.rules import Ruled
from crawler.parsing.ruling import RuledTable

UNSEEN = "?"
"""What stands for ink that nobody could read."""

SURE, UNSURE = 1.0, 0.6
_LEAST_CERTAIN = 0.8
_FIGURE = re.compile(r"[\d.,，/\\—\-－]*\Z")
# Parts of a letter's height. Figures are 0.6 high and more; on noisy scans grain joins to stretches of up to 0.35, as long as the sheet.
_LOW = 0.4
_NO_SUMS = 5  # columns at most: the table of proactive disclosure has up to five, those with sums eight and more
_GRAIN = 0.2
_LONGEST_DASH, _DENSE = 3.0, 0.5
_SAME_LINE = 0.35


@dataclass(frozen=True, slots=True)
class ReadCell:
    """Text of one cell, lines joined by a line break, and how sure it is."""

    text: str
    confidence: float


Line = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


def read(grey: Any, ruled: Ruled, table: RuledTable) -> list[ReadCell]:
    """Every cell of the table, in its order."""
    ink = ruled.ink
    placed = [(number, line) for number in range(len(table.cells)) for line in _inside(ruled, table, number)]
    first = engine.recognise([crop(grey, ink, line, 0.22) for _, line in placed])
    figures = [i for i, one in enumerate(first) if _FIGURE.match(one.text.strip())]
    again = dict(
        zip(figures, engine.recognise([crop(grey, None, _wider(ruled, table, *placed[i]), 0.5, 1.4) for i in figures]), strict=True)
    )
    found: dict[int, list[tuple[Recognised, Recognised | None]]] = {}
    for i, (number, _) in enumerate(placed):
        found.setdefault(number, []).append((first[i], again.get(i)))
    return [_cell(found.get(number, [])) for number in range(len(table.cells))]


def lines(ink: Any, letter: int) -> list[Line]:
    """The lines of text on a sheet of one column, from top to bottom; what is higher than four usual lines is no text.

    Grain between the lines would join them, so pieces of ink smaller than any stroke do not count.
    """
    found = [line for line in _split(_without_dust(ink, letter, (letter * _GRAIN) ** 2), 0, 0, 1) if line[3] - line[1] >= letter * _LOW]
    usual = float(np.median([bottom - top for _, top, _, bottom in found])) if found else 0.0
    return [line for line in found if line[3] - line[1] <= 4 * usual]


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


def _wider(ruled: Ruled, table: RuledTable, number: int, line: Line) -> Line:
    """The line with a letter's room on both sides, as far as the cell goes: a minus may have been smoothed away with the grain.

    Only in tables without sums: elsewhere a lost sign breaks them, and grain in the room would be taken for figures (84 doubts, not 18).
    """
    left, top, right, bottom = line
    cell, inset = table.cells[number], max(4, round(ruled.letter * _GRAIN))
    if len(table.xs) - 1 > _NO_SUMS:
        return line
    low, high = round(cell.left / ruled.points) + inset, round(cell.right / ruled.points) - inset
    return min(left, max(low, left - ruled.letter)), top, max(right, min(high, right + ruled.letter)), bottom


def _inside(ruled: Ruled, table: RuledTable, number: int) -> list[Line]:
    """The lines of text in one cell, from top to bottom."""
    cell, points = table.cells[number], ruled.points
    height, width = ruled.ink.shape
    left, right = max(0, round(cell.left / points) + 2), min(width, round(cell.right / points) - 1)
    top, bottom = max(0, round(cell.top / points) + 2), min(height, round(cell.bottom / points) - 1)
    if right - left < 4 or bottom - top < 4:
        return []
    inside = _without_dust(ruled.ink[top:bottom, left:right], ruled.letter)
    found = _split(inside, left, top, max(1, round((bottom - top) * 0.02)))
    return [line for line in found if _written(line, ruled)]


def _written(line: Line, ruled: Ruled) -> bool:
    """Whether a stretch of ink is text: as high as a figure, or a dash. Else it is a remain of a rule, or grain."""
    left, top, right, bottom = line
    if bottom - top >= ruled.letter * _LOW:
        return True
    if bottom - top < 2:
        return False
    dense = float((ruled.ink[top:bottom, left:right] > 0).mean()) >= _DENSE
    return dense and ruled.letter * _LOW <= right - left <= ruled.letter * _LONGEST_DASH


def _split(inside: Any, left: int, top: int, gap: int) -> list[Line]:
    found: list[Line] = []
    for start, end in _runs(np.flatnonzero(inside.any(axis=1)), gap):
        columns = np.flatnonzero(inside[start:end].any(axis=0))
        found.append((left + int(columns[0]), top + start, left + int(columns[-1]) + 1, top + end))
    return _joined(found)


def _without_dust(ink: Any, letter: int, least: float = 4.0) -> Any:
    """The ink without its specks. They only do not count where lines are told apart: a decimal point stays on the crop."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    kept = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) >= max(3.0, letter * _GRAIN)
    kept &= stats[:, cv2.CC_STAT_AREA] >= least
    kept[0] = False
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _runs(rows: Any, gap: int) -> list[tuple[int, int]]:
    """Stretches of consecutive rows with ink, breaks of at most `gap` rows passed over."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) > gap + 1)
    starts = [int(rows[0]), *(int(rows[i + 1]) for i in breaks)]
    ends = [*(int(rows[i]) + 1 for i in breaks), int(rows[-1]) + 1]
    return list(zip(starts, ends, strict=True))


def _joined(found: list[Line]) -> list[Line]:
    """Thin stretches belong to the line beside them: the upper stroke of a character, the dot of a heading."""
    if len(found) < 2:
        return found
    usual = float(np.percentile([bottom - top for _, top, _, bottom in found], 75))
    made: list[Line] = []
    for line in found:
        last = made[-1] if made else None
        if last is not None and _parts(last, line, usual):
            made[-1] = (min(last[0], line[0]), last[1], max(last[2], line[2]), line[3])
        else:
            made.append(line)
    return made


def _parts(upper: Line, lower: Line, usual: float) -> bool:
    """Whether two stretches are one line: one of them thin, near each other, and together no higher than a line."""
    thin = min(upper[3] - upper[1], lower[3] - lower[1]) < usual * _SAME_LINE
    return thin and lower[1] - upper[3] <= usual * _SAME_LINE and lower[3] - upper[1] <= usual * 1.35


def crop(grey: Any, ink: Any | None, line: Line, margin: float, stretch: float = 1.0) -> Any:
    """One line cut out with white around it, nothing of the rules in it; three equal channels. Without `ink`, as it is on the sheet."""
    left, top, right, bottom = line
    pad = max(2, round((bottom - top) * margin))
    part = grey[top:bottom, left:right].copy()
    paper = int(np.percentile(part, 90))
    if ink is not None:  # what is far from any ink is paper: rules, their remains and the scanner's shadow are not read
        part[cv2.dilate(ink[top:bottom, left:right], np.ones((5, 5), np.uint8)) == 0] = paper
    if stretch != 1.0:
        part = cv2.resize(part, None, fx=stretch, fy=stretch, interpolation=cv2.INTER_CUBIC)
    part = cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=paper)
    return cv2.cvtColor(part, cv2.COLOR_GRAY2BGR)

"""The ruled lines of a scanned page as strokes, and a page without them, so that a line beside a figure is not taken for a 1. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from crawler.parsing.ruling import Stroke

SHEET = 595.0
"""Points a page's longer table side is laid out on: `crawler.parsing.ruling` measures nearness in points."""

_LONGER_ACROSS, _LONGER_DOWN = 3.0, 1.55
"""How many times a character's height a rule must be long: rows of one line are not much higher than twice that."""

_GRAINY = 12.0
_BREAK_IN_GRAIN = 5
_BREAK = 3  # pixels: breaks in a rule that are mended; wider ones would join the strokes of neighbouring characters
_SURELY_A_RULE = 0.25  # of the sheet's width: a horizontal stroke as long as this needs no vertical ones at its ends
_NEAR_ACROSS, _NEAR_DOWN = 1.5, 3.0
"""Points: a stroke that ends farther from any crossing one is a letter's. Text may fill a cell's width but for a hair, never its height."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """Strokes in points, the points per pixel, the ink of the page without its rules (255: ink), the height of a letter in pixels."""

    across: tuple[Stroke, ...]
    down: tuple[Stroke, ...]
    points: float
    ink: Any
    letter: int


def find(grey: Any) -> Ruled:
    """The rules of an upright page."""
    width = grey.shape[1]
    points = SHEET / width
    grainy = float(np.median(np.abs(cv2.Laplacian(grey, cv2.CV_16S)))) > _GRAINY
    gap = _BREAK_IN_GRAIN if grainy else _BREAK
    dark = cv2.adaptiveThreshold(
        _calm(grey) if grainy else grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _odd(width / 40), 14
    )
    size = _letter(dark)
    across = _lines(dark, (round(size * _LONGER_ACROSS), 1), (gap, 1))
    down = _lines(dark, (1, round(size * _LONGER_DOWN)), (1, gap))
    drawn = _strokes(across, points, horizontal=True)
    columns = tuple(_between(_strokes(down, points, horizontal=False), drawn, _NEAR_DOWN))
    rows = tuple(row for row in drawn if row.high - row.low >= _SURELY_A_RULE * SHEET) + tuple(
        _between([row for row in drawn if row.high - row.low < _SURELY_A_RULE * SHEET], columns, _NEAR_ACROSS)
    )
    rules = _drawn(rows, points, across, horizontal=True) | _drawn(columns, points, down, horizontal=False)
    ink = dark.copy()
    ink[rules > 0] = 0
    return Ruled(rows, columns, points, ink, size)


def _letter(dark: Any) -> int:
    """The usual height of a character in pixels: a rule is longer than any stroke of one."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    wide, high = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT]
    letters = high[(high >= 6) & (high <= dark.shape[1] / 15) & (wide <= 3 * high) & (wide * 6 >= high)]
    return int(np.clip(np.percentile(letters, 85), 8, dark.shape[1] / 30)) if len(letters) else max(8, dark.shape[1] // 70)


def _odd(value: float) -> int:
    return max(15, int(value) | 1)


def _lines(dark: Any, kernel: tuple[int, int], gap: tuple[int, int]) -> Any:
    """Runs of ink at least as long as the kernel, small breaks in them mended first."""
    mended = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap[1], gap[0]), np.uint8))
    return cv2.morphologyEx(mended, cv2.MORPH_OPEN, np.ones((kernel[1], kernel[0]), np.uint8))


def _strokes(mask: Any, points: float, *, horizontal: bool) -> list[Stroke]:
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    found = []
    for x, y, w, h, _area in stats[1:]:
        thick, length = (h, w) if horizontal else (w, h)
        if thick * 4 > length:
            continue
        low, high = (x, x + w) if horizontal else (y, y + h)
        at = (y + h / 2) if horizontal else (x + w / 2)
        found.append(Stroke(float(at * points), float(low * points), float(high * points)))
    return found


def _between(strokes: Sequence[Stroke], others: Sequence[Stroke], near: float) -> list[Stroke]:
    """Strokes that begin and end at one of the crossing ones: those of letters begin and end in the open."""
    kept = []
    for stroke in strokes:
        crossing = [other.at for other in others if other.low - near <= stroke.at <= other.high + near]
        if any(abs(at - stroke.low) <= near for at in crossing) and any(abs(at - stroke.high) <= near for at in crossing):
            kept.append(stroke)
    return kept


def _drawn(strokes: Sequence[Stroke], points: float, found: Any, *, horizontal: bool) -> Any:
    """The pixels of the strokes that were kept, a little wider than they are."""
    mask = np.zeros(found.shape, np.uint8)
    for stroke in strokes:
        at, low, high = round(stroke.at / points), max(0, round(stroke.low / points) - 1), round(stroke.high / points) + 1
        if horizontal:
            mask[max(0, at - 6) : at + 7, low:high] = 255
        else:
            mask[low:high, max(0, at - 3) : at + 4] = 255
    return cv2.dilate(found & mask, np.ones((3, 1) if horizontal else (1, 3), np.uint8))


def _calm(grey: Any) -> Any:
    """The page with its grain smoothed: the middle of three by three takes grain away and leaves rules standing."""
    return cv2.GaussianBlur(cv2.medianBlur(grey, 3), (3, 3), 0)

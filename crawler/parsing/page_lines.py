"""Characters on a page to lines, and lines to paragraphs by the margins they keep. Pure: y downwards, in points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_PAGE_NUMBER = re.compile(r"[-—–－\s·]*第?\s*\d{1,3}\s*页?[-—–－\s·]*\Z")
# Digits are set without a gap: what parts two of them is a space, and the two are not one figure ("3 2" is not 32).
_FIGURES_APART = 0.12


@dataclass(frozen=True, slots=True)
class Glyph:
    """One printed character with its rectangle and its place in the content stream."""

    char: str
    left: float
    top: float
    right: float
    bottom: float
    index: int

    @property
    def middle(self) -> float:
        """Vertical middle."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text with its rectangle."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


def lines(glyphs: Sequence[Glyph]) -> list[TextLine]:
    """Lines from top to bottom; a space where a gap is wider than half a character."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.middle, g.left)):
        last = rows[-1] if rows else None
        if last and glyph.middle - last[-1].middle <= _tolerance(glyph, last[-1]):
            last.append(glyph)
        else:
            rows.append([glyph])
    return [_line(sorted(row, key=lambda g: g.left)) for row in rows]


def _tolerance(a: Glyph, b: Glyph) -> float:
    """Small glyphs (stops, dashes) sit off the middle of their line, so the taller of two neighbours sets the measure."""
    return max(a.bottom - a.top, b.bottom - b.top, 4.0) * 0.45


def _line(row: Sequence[Glyph]) -> TextLine:
    size = max(median(g.bottom - g.top for g in row), 4.0)
    parts = [row[0].char]
    for before, glyph in pairwise(row):
        if glyph.left - before.right > (_FIGURES_APART if before.char.isdigit() and glyph.char.isdigit() else 0.6) * size:
            parts.append(" ")
        parts.append(glyph.char)
    text = "".join(parts).strip()
    return TextLine(text, row[0].left, min(g.top for g in row), row[-1].right, max(g.bottom for g in row), size)


def is_page_number(text: str) -> bool:
    """Whether a line holds nothing but a page number."""
    return bool(_PAGE_NUMBER.match(text))


def continues(before: TextLine, line: TextLine, left: float, right: float) -> bool:
    """Whether a line carries on the paragraph of the line before it, given the text block's margins."""
    full = before.right >= right - 2.2 * before.size
    indented = line.left > left + 1.2 * line.size
    near = line.top - before.bottom < 3 * line.size
    return full and near and not indented

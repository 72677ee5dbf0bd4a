"""Pages whose text lies on its side or its head, as a wide table on a tall sheet does: read as if the sheet were turned. Pure.

The direction is told by figures of several digits: upright digits stand beside each other. Places found on the turned page are given on
the sheet as it is displayed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from crawler.parsing.drawn_pages import Page
from crawler.parsing.page_lines import Glyph
from crawler.parsing.ruling import Stroke
from storage.domain.document import Box, Locator

_ENOUGH = 6  # pairs of digits that say the same
_SHARE = 0.8


@dataclass
class _Turned(Page):
    """A page turned by `quarter` quarters clockwise so that its text is upright."""

    quarter: int = 0

    def at(self, left: float, top: float, right: float, bottom: float, path: str = "") -> Locator:
        """A place on the sheet as displayed."""
        box = (left / self.width, top / self.height, right / self.width, bottom / self.height)
        for _ in range(self.quarter):
            box = (box[1], 1 - box[2], box[3], 1 - box[0])
        return Locator(f"page:{self.number}{path}", self.number, Box(*box))


def upright(page: Page) -> Page:
    """The page with its text upright; the same page where it is, or where nothing tells."""
    quarter = _quarter(page.glyphs)
    if not quarter:
        return page
    glyphs, across, down, width, height = page.glyphs, page.across, page.down, page.width, page.height
    pictures = page.pictures
    for _ in range(quarter):
        glyphs = [Glyph(g.char, height - g.bottom, g.left, height - g.top, g.right, g.number) for g in glyphs]
        rows = [Stroke(s.at, height - s.high, height - s.low) for s in down]
        down, across = [Stroke(height - s.at, s.low, s.high) for s in across], rows
        pictures = [(height - bottom, left, height - top, right) for left, top, right, bottom in pictures]
        width, height = height, width
    return _Turned(page.number, width, height, glyphs, across, down, pictures, page.garbled, page.unseen, quarter=quarter)


def _quarter(glyphs: list[Glyph]) -> int:
    """How many quarters clockwise the sheet must be turned."""
    digits = [glyph for glyph in glyphs if glyph[0].isdigit()]
    votes = Counter(way for a, b in pairwise(digits) if b.number == a.number + 1 and (way := _way(a, b)) is not None)
    if not votes:
        return 0
    way, count = votes.most_common(1)[0]
    return way if count >= _ENOUGH and count >= _SHARE * votes.total() else 0


def _way(a: Glyph, b: Glyph) -> int | None:
    """0 where the second digit stands right of the first, 1 above it, 2 left of it, 3 below it; None where they are apart."""
    dx, dy = (b.left + b.right - a.left - a.right) / 2, b.middle - a.middle
    size = max(a.right - a.left, a.bottom - a.top)
    if max(abs(dx), abs(dy)) > 1.2 * size:
        return None
    if abs(dx) >= abs(dy):
        return 0 if dx > 0 else 2
    return 1 if dy < 0 else 3

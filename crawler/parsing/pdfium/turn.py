"""From PDF coordinates (origin bottom left, unrotated) to the page as displayed (origin top left)."""

from __future__ import annotations

from collections.abc import Iterable

import pypdfium2 as pdfium

Rectangle = tuple[float, float, float, float]


class Turn:
    """The page's own turn and origin taken away."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self._rotation = page.get_rotation()
        self._left, self._bottom, right, top = page.get_bbox()
        self._w, self._h = right - self._left, top - self._bottom

    def point(self, x: float, y: float) -> tuple[float, float]:
        """One point."""
        x, y = x - self._left, y - self._bottom
        if self._rotation == 90:
            return y, x
        if self._rotation == 180:
            return self._w - x, y
        if self._rotation == 270:
            return self._h - y, self._w - x
        return x, self._h - y

    def box(self, left: float, bottom: float, right: float, top: float) -> Rectangle:
        """Left, top, right, bottom as displayed."""
        if not self._rotation:
            return self.boxes(((left, bottom, right, top),))[0]
        x0, y0 = self.point(left, bottom)
        x1, y1 = self.point(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def boxes(self, rectangles: Iterable[Rectangle]) -> list[Rectangle]:
        """The same for many: left, bottom, right, top each."""
        if self._rotation:
            return [self.box(*rectangle) for rectangle in rectangles]
        found: list[Rectangle] = []
        dx, dy, high = self._left, self._bottom, self._h
        for left, bottom, right, top in rectangles:
            x0, x1, y0, y1 = left - dx, right - dx, high - (bottom - dy), high - (top - dy)
            found.append((x0, y1, x1, y0) if x0 <= x1 and y1 <= y0 else (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
        return found

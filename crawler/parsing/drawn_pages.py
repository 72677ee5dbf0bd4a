"""A drawn page (glyphs, ruled lines, pictures) to text lines and tables, whatever carrier it came from. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from crawler.parsing import page_lines, ruling
from crawler.parsing.page_lines import Glyph, TextLine
from crawler.parsing.ruling import RuledTable, Stroke
from storage.domain.document import Block, Box, GridBlock, GridCell, ImageBlock, Locator, TextBlock

SHOWN = "image/png"
"""What `Page.show` gives. Sixty sheets bare would take 700 MB before the first is read."""


@dataclass
class Page:
    """One page's drawing in points, origin top left, as displayed.

    `pictures` are the rectangles of its large pictures; `show` gives a rectangle of the page as picture bytes, where a carrier can.
    """

    number: int
    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    across: list[Stroke] = field(default_factory=list)
    down: list[Stroke] = field(default_factory=list)
    pictures: list[tuple[float, float, float, float]] = field(default_factory=list)
    garbled: bool = False
    unseen: bool = False  # its text is a scanner's reading of its pictures
    show: Callable[[float, float, float, float], bytes] | None = None

    def at(self, left: float, top: float, right: float, bottom: float, path: str = "") -> Locator:
        """A place on this page."""
        box = Box(left / self.width, top / self.height, right / self.width, bottom / self.height)
        return Locator(f"page:{self.number}{path}", self.number, box)


def blocks(page: Page) -> list[Block]:
    """Text lines and tables of a page from top to bottom."""
    tables = ruling.tables(page.across, page.down)
    held, loose = _placed(tables, page.glyphs)
    placed: list[tuple[float, Block]] = []
    for t, table in enumerate(tables):
        grid = _grid(page, t, table, held)
        if grid is not None:
            placed.append((table.ys[0], grid))
    placed.extend(_prose(page, loose))
    if (page.pictures and not tables) or page.garbled:
        placed.extend(_pictures(page))
    return [block for _, block in sorted(placed, key=lambda item: item[0])]


def _pictures(page: Page) -> list[tuple[float, Block]]:
    """The page as one picture where it has no text of its own, else the pictures on it, each at its place."""
    whole = (0.0, 0.0, page.width, page.height)
    found = [whole] if page.garbled or not page.glyphs else page.pictures
    return [
        (
            min(page.height, max(box[1], 0.0)) if box is not whole else page.height,
            ImageBlock(page.at(*box), page.show(*box) if page.show else None, SHOWN),
        )
        for box in found
    ]


def _placed(tables: list[RuledTable], glyphs: list[Glyph]) -> tuple[dict[tuple[int, int], list[Glyph]], list[Glyph]]:
    """The glyphs per table and cell their middle lies in, and those in no table."""
    held: defaultdict[tuple[int, int], list[Glyph]] = defaultdict(list)
    loose: list[Glyph] = []
    reaches = [(t, table, table.ys[0], table.ys[-1]) for t, table in enumerate(tables)]
    for glyph in glyphs:
        y = (glyph[2] + glyph[4]) / 2
        for t, table, top, bottom in reaches:
            if top <= y < bottom and (found := table.find((glyph[1] + glyph[3]) / 2, y)) is not None:
                held[t, found].append(glyph)
                break
        else:
            loose.append(glyph)
    return held, loose


def _grid(page: Page, t: int, table: RuledTable, held: dict[tuple[int, int], list[Glyph]]) -> GridBlock | None:
    cells = []
    for i, ruled in enumerate(table.cells):
        inside = held.get((t, i))
        text = page_lines.text(inside) if inside else ""
        at = page.at(ruled.left, ruled.top, ruled.right, ruled.bottom, f"/table[{t + 1}]/r{ruled.row + 1}c{ruled.column + 1}")
        cells.append(GridCell(ruled.row, ruled.column, text, at, ruled.rowspan, ruled.colspan))
    if not any(cell.text for cell in cells):
        return None
    return GridBlock(tuple(cells), page.at(table.xs[0], table.ys[0], table.xs[-1], table.ys[-1], f"/table[{t + 1}]"), "cells")


def _prose(page: Page, glyphs: list[Glyph]) -> list[tuple[float, Block]]:
    found = [line for line in page_lines.lines(glyphs) if not page_lines.is_page_number(line.text)]
    if not found:
        return []
    left, right = min(line.left for line in found), max(line.right for line in found)
    groups: list[list[TextLine]] = []
    for line in found:
        if groups and page_lines.continues(groups[-1][-1], line, left, right):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [(group[0].top, _paragraph(page, group)) for group in groups]


def _paragraph(page: Page, group: list[TextLine]) -> TextBlock:
    box = (min(x.left for x in group), group[0].top, max(x.right for x in group), group[-1].bottom)
    return TextBlock("".join(line.text for line in group), page.at(*box))

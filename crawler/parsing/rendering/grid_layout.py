"""Widths and heights of a drawn table: columns as wide as their texts ask, within a page where they can. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.parsing.rendering.fonts import Pen
from crawler.parsing.rendering.sheet import MAX_SIDE, Area, Sheet
from storage.domain.document import GridBlock, GridCell

PAD = 6
_WIDEST = 300.0
_NARROWEST = 26.0
MAX_TABLE_HEIGHT = 6000


@dataclass(frozen=True, slots=True)
class LaidTable:
    """Edges of columns and rows in pixels from the table's corner, and the wrapped text of each cell."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    cells: tuple[tuple[GridCell, tuple[str, ...]], ...]

    def area(self, cell: GridCell) -> Area:
        """Where a cell stands, from the table's corner."""
        right = min(cell.column + cell.colspan, len(self.columns) - 1)
        bottom = min(cell.row + cell.rowspan, len(self.rows) - 1)
        return Area(self.columns[min(cell.column, right)], self.rows[min(cell.row, bottom)], self.columns[right], self.rows[bottom])


def lay_out(block: GridBlock, room: float, pen: Pen) -> LaidTable:
    """A whole table, `room` pixels wide where its texts allow."""
    widths = _widths(block.cells, room, pen)
    columns = _edges(widths)
    wrapped = []
    for cell in block.cells:
        wide = columns[min(cell.column + cell.colspan, len(widths))] - columns[min(cell.column, len(widths))]
        wrapped.append((cell, tuple(pen.wrap(cell.text, max(wide - 2 * PAD, pen.size)))))
    return LaidTable(columns, _edges(_heights(wrapped, pen)), tuple(wrapped))


def _edges(sizes: Sequence[float]) -> tuple[float, ...]:
    edges = [0.0]
    for size in sizes:
        edges.append(round(edges[-1] + size))
    return tuple(edges)


def _widths(cells: Sequence[GridCell], room: float, pen: Pen) -> list[float]:
    count = max(cell.column + cell.colspan for cell in cells)
    natural, least = [_NARROWEST] * count, [_NARROWEST] * count
    for cell in cells:
        if cell.colspan == 1:
            lines = [sum(map(pen.width, line)) for line in cell.text.split("\n")]
            words = [sum(map(pen.width, word)) for word in cell.text.split() if word.isascii()]
            natural[cell.column] = max(natural[cell.column], min(max(lines), _WIDEST) + 2 * PAD)
            least[cell.column] = max(least[cell.column], min(max([pen.size, *words]), _WIDEST) + 2 * PAD)
    spare = sum(natural) - sum(least)
    if sum(natural) > room and spare > 0:
        share = max(0.0, (room - sum(least)) / spare)
        natural = [low + (high - low) * share for low, high in zip(least, natural, strict=True)]
    if sum(natural) > MAX_SIDE:
        natural = [width * MAX_SIDE / sum(natural) for width in natural]
    return natural


def _heights(wrapped: Sequence[tuple[GridCell, tuple[str, ...]]], pen: Pen) -> list[float]:
    count = max(cell.row + cell.rowspan for cell, _ in wrapped)
    heights = [float(pen.leading + 2 * PAD)] * count
    for cell, lines in sorted(wrapped, key=lambda item: item[0].rowspan):
        needed = len(lines) * pen.leading + 2 * PAD
        last = cell.row + cell.rowspan
        missing = needed - sum(heights[cell.row : last])
        if missing > 0:
            heights[last - 1] += missing
    return heights


def bands(table: LaidTable, most: float = MAX_TABLE_HEIGHT) -> Iterator[tuple[float, float]]:
    """A table too high for one page cut between rows: top and bottom of each part."""
    start = 0
    for row in range(1, len(table.rows)):
        if row == len(table.rows) - 1 or table.rows[row + 1] - table.rows[start] > most:
            yield table.rows[start], table.rows[row]
            start = row


def draw(table: LaidTable, sheet: Sheet, corner: tuple[float, float], band: tuple[float, float], pen: Pen) -> None:
    """Put the part of a table between two heights on a page; a cell cut in two is addressed where it begins."""
    left, top = corner[0], corner[1] - band[0]
    for cell, lines in table.cells:
        area = table.area(cell)
        if area.bottom <= band[0] or area.top >= band[1]:
            continue
        shown = Area(area.left + left, max(area.top, band[0]) + top, area.right + left, min(area.bottom, band[1]) + top)
        sheet.rules.append((shown, 90))
        if area.top < band[0]:
            continue
        sheet.put(cell.at.path, shown)
        height = len(lines) * pen.leading
        y = shown.top + max(PAD, (shown.bottom - shown.top - height) / 2)
        for number, line in enumerate(lines):
            x = shown.left + max(PAD, (shown.right - shown.left - sum(map(pen.width, line.strip()))) / 2)
            sheet.write(round(x), round(y + number * pen.leading), line.strip(), pen.size)

"""Tables of word processors that write text as one flow: marks end cells and rows, and a row says where its cells end on the page.

RTF and the binary Word format share this model. Columns are found from the printed edges of all rows of a table; where the marks and the
edges disagree the table is handed on as `fields`, whose columns are only a sequence. Pure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from storage.domain.document import Block, GridBlock, GridCell, ImageBlock, Locator, TextBlock
from storage.domain.errors import TooLarge

MAX_DEPTH = 20  # tables in tables
_MAX_CELLS = 200_000
UNREAD = "\ufffc"
"""Stands in a text for what prints but is no text: a picture, a formula, a field. A cell with nothing else cannot be read."""
_UNREADABLE = "\ufffd"
_NEAR = 40  # twips (2 pt): edges of one column as hand-drawn rows leave them


@dataclass(frozen=True, slots=True)
class Edge:
    """What a row says of one cell: its right edge in twips, and whether it carries on the cell to its left or the one above."""

    right: int
    joins_left: bool = False
    joins_above: bool = False


@dataclass(frozen=True, slots=True)
class RowShape:
    """Left edge of a row and the edges of its cells."""

    left: int
    edges: tuple[Edge, ...]


@dataclass
class _Table:
    lines: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    rows: list[tuple[list[str], RowShape | None]] = field(default_factory=list)


@dataclass
class Flow:
    """Gathers paragraphs, cells and rows as they come. Depth 0 is running text, 1 a table, 2 a table in a table."""

    blocks: list[Block] = field(default_factory=list)
    _open: dict[int, _Table] = field(default_factory=dict)
    _inner: list[_Table] = field(default_factory=list)
    _paragraphs: int = 0
    _tables: int = 0
    _cells: int = 0

    def paragraph(self, depth: int, text: str, heading: int = 0) -> None:
        """A paragraph of running text, or a line of the cell that is open at that depth."""
        depth = min(depth, MAX_DEPTH)
        if depth:
            self._table(depth).lines.append(text.strip(" \t\n"))
            return
        self._paragraphs += 1
        bare = text.replace(UNREAD, "").strip()
        self._close(1)
        if bare:
            self.blocks.append(TextBlock(bare, Locator(f"p[{self._paragraphs}]"), heading))

    def picture(self, data: bytes | None = None, media_type: str = "") -> None:
        """A picture in the running text or in a cell; it stands before the table it is in."""
        self.blocks.append(ImageBlock(Locator(f"p[{self._paragraphs + 1}]"), data, media_type))

    def end_cell(self, depth: int) -> None:
        """The open cell is complete. Raises TooLarge."""
        depth = max(1, min(depth, MAX_DEPTH))
        self._close(depth + 1)
        table = self._table(depth)
        table.cells.append(_text(table.lines))
        table.lines = []
        self._cells += 1
        if self._cells > _MAX_CELLS:
            raise TooLarge("文档表格的单元格数量超过上限")

    def end_row(self, depth: int, shape: RowShape | None) -> None:
        """The open row is complete."""
        table = self._table(max(1, min(depth, MAX_DEPTH)))
        if any(table.lines):
            self.end_cell(depth)
        table.lines = []
        if table.cells:
            table.rows.append((table.cells, shape))
        table.cells = []

    def finish(self) -> tuple[Block, ...]:
        """All blocks; what was left open is closed."""
        self._close(1)
        return tuple(self.blocks)

    def _table(self, depth: int) -> _Table:
        return self._open.setdefault(depth, _Table())

    def _close(self, depth: int) -> None:
        """End the tables at that depth and deeper; inner ones follow the table they stand in."""
        for level in sorted(self._open, reverse=True):
            if level < depth:
                continue
            table = self._open.pop(level)
            if any(table.lines):
                table.cells.append(_text(table.lines))
            if table.cells:
                table.rows.append((table.cells, None))
            if level > 1 and len(table.rows) == 1 and len(table.rows[0][0]) == 1:
                self._table(level - 1).lines.append(table.rows[0][0][0])  # a frame of one cell: its text is the outer cell's
            elif table.rows:
                self._inner.append(table)
        if depth == 1:
            for table in reversed(self._inner):
                self._tables += 1
                self.blocks.append(grid(table.rows, f"table[{self._tables}]"))
            self._inner = []


def _text(lines: Sequence[str]) -> str:
    """The lines of a cell as one text."""
    read = "\n".join(line for text in lines if (line := text.replace(UNREAD, "").strip(" \t\n")))
    return read if read or not any(UNREAD in text for text in lines) else _UNREADABLE


def grid(rows: Sequence[tuple[Sequence[str], RowShape | None]], name: str) -> GridBlock:
    """A table from its rows' texts and shapes."""
    shapes = [shape for texts, shape in rows if shape is not None and len(shape.edges) == len(texts)]
    columns = _columns(shapes) if len(shapes) == len(rows) else None
    places = [_places(shape, columns) for shape in shapes] if columns is not None else []
    if columns is None or any(place is None for place in places):
        return _sequence(rows, name)
    drafts: list[GridCell] = []
    above: dict[tuple[int, int], int] = {}  # (column, width) of the row before → index of the cell in drafts
    for r, ((texts, shape), place) in enumerate(zip(rows, places, strict=True)):
        assert shape is not None
        assert place is not None
        above = _row(drafts, above, _joined(texts, shape, place), f"{name}/tr[{r + 1}]", r)
    return GridBlock(tuple(drafts), Locator(name), "cells")


@dataclass
class _Piece:
    number: int
    column: int
    width: int
    text: str
    joins_above: bool


def _joined(texts: Sequence[str], shape: RowShape, place: Sequence[tuple[int, int]]) -> list[_Piece]:
    """The cells of a row, those that carry on the cell to their left made part of it."""
    pieces: list[_Piece] = []
    for k, (text, edge, (start, end)) in enumerate(zip(texts, shape.edges, place, strict=True)):
        if edge.joins_left and pieces:
            pieces[-1].width = end - pieces[-1].column
            pieces[-1].text = "\n".join(t for t in (pieces[-1].text, text) if t)
        else:
            pieces.append(_Piece(k + 1, start, end - start, text, edge.joins_above))
    return pieces


def _row(
    drafts: list[GridCell], above: dict[tuple[int, int], int], pieces: Sequence[_Piece], name: str, row: int
) -> dict[tuple[int, int], int]:
    open_now: dict[tuple[int, int], int] = {}
    for piece in pieces:
        place = (piece.column, piece.width)
        if piece.joins_above and place in above:
            index = above[place]
            old = drafts[index]
            drafts[index] = GridCell(old.row, old.column, old.text, old.at, old.rowspan + 1, old.colspan)
        else:
            index = len(drafts)
            drafts.append(GridCell(row, piece.column, piece.text, Locator(f"{name}/tc[{piece.number}]"), 1, piece.width))
        open_now[place] = index
    return open_now


def _columns(shapes: Sequence[RowShape]) -> list[int] | None:
    """Distinct edges from left to right, near ones taken for one."""
    edges: list[int] = []
    for x in sorted({x for shape in shapes for x in (shape.left, *(edge.right for edge in shape.edges))}):
        if not edges or x - edges[-1] > _NEAR:
            edges.append(x)
    return edges if len(edges) > 1 else None


def _places(shape: RowShape, columns: Sequence[int]) -> list[tuple[int, int]] | None:
    """First column and the one after the last for each cell; None where a cell has no width."""
    found: list[tuple[int, int]] = []
    start = _index(columns, shape.left)
    for edge in shape.edges:
        end = _index(columns, edge.right)
        if end <= start:
            return None
        found.append((start, end))
        start = end
    return found


def _index(columns: Sequence[int], x: int) -> int:
    at = bisect_left(columns, x)
    return at if at < len(columns) and columns[at] == x else at - 1


def _sequence(rows: Sequence[tuple[Sequence[str], RowShape | None]], name: str) -> GridBlock:
    cells = [
        GridCell(r, c, text, Locator(f"{name}/tr[{r + 1}]/tc[{c + 1}]"))
        for r, (texts, _) in enumerate(rows)
        for c, text in enumerate(texts)
    ]
    return GridBlock(tuple(cells), Locator(name), "fields")

"""Print a report as text whose tables are drawn by white space alone, as converters that keep the layout leave it."""

from __future__ import annotations

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed, lay_out

_WIDTHS = {"requests": (4, 6, 15, *([7] * 7)), "litigation": (6,) * 15, "proactive": (16, 12, 12, 12)}
_LINE = 60


def render_aligned(facts: ReportFacts, *, blocks: tuple[Block, ...] | None = None, lines_per_page: int = 0) -> str:
    """The report as text set by columns; with `lines_per_page` cut into numbered pages wherever a page is full, tables included."""
    lines: list[str] = []
    for block in lay_out(facts) if blocks is None else blocks:
        if isinstance(block, Paragraph):
            lines += [block.text[i : i + _LINE] for i in range(0, len(block.text), _LINE)]
        else:
            lines += ["", *_table(block), ""]
    return "\n".join(_paged(lines, lines_per_page) if lines_per_page else lines) + "\n"


def _paged(lines: list[str], size: int) -> list[str]:
    found: list[str] = []
    for page, start in enumerate(range(0, len(lines), size), 1):
        found += [*lines[start : start + size], f"{' ' * 30}- {page} -", "\f"]
    return found


def _table(drawn: DrawnTable) -> list[str]:
    widths = _WIDTHS.get(drawn.key, (8,) * drawn.columns)
    if len(widths) != drawn.columns:
        widths = (8,) * drawn.columns
    edges = [sum(widths[:i]) for i in range(drawn.columns + 1)]
    heights = [max((len(_wrapped(cell, edges)) for cell in drawn.row(r) if cell.rowspan == 1), default=1) for r in range(drawn.rows)]
    tops = [sum(heights[:r]) for r in range(drawn.rows + 1)]
    canvas = [[" "] * edges[-1] for _ in range(tops[-1])]
    for cell in drawn.cells:
        _put(canvas, cell, edges, (tops[cell.row], tops[cell.row + cell.rowspan]))
    return ["".join(line).rstrip() for line in canvas]


def _wrapped(cell: Placed, edges: list[int]) -> list[str]:
    room = edges[cell.column + cell.colspan] - edges[cell.column] - 1
    return [cell.text[i : i + room] for i in range(0, len(cell.text), room)] or [""]


def _put(canvas: list[list[str]], cell: Placed, edges: list[int], rows: tuple[int, int]) -> None:
    """Set a cell in the middle of its rows and columns; what does not fit into its rows is set on the last one that is there."""
    lines = _wrapped(cell, edges)
    left, room = edges[cell.column], edges[cell.column + cell.colspan] - edges[cell.column] - 1
    top = rows[0] + max(0, (rows[1] - rows[0] - len(lines)) // 2)
    for i, line in enumerate(lines):
        at = left + (room - len(line)) // 2
        if top + i < len(canvas):
            canvas[top + i][at : at + len(line)] = line

"""Print a report as the plain text that other extractors leave of it: tabs, pipes, one cell per line, or nothing between the cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from crawler.demo.facts import ReportFacts
from crawler.demo.layout import Block, DrawnTable, Paragraph, lay_out

Shape = Literal["tab", "pipe", "lines", "glued"]


def render_text(facts: ReportFacts, shape: Shape = "tab", *, blocks: tuple[Block, ...] | None = None) -> str:
    """The report as text. In `glued` the borders between cells are lost, so that the figures of a row run together."""
    writers: dict[Shape, Callable[[DrawnTable], str]] = {"tab": _tabs, "pipe": _pipes, "lines": _lines, "glued": _glued}
    printed = lay_out(facts) if blocks is None else blocks
    parts = [block.text if isinstance(block, Paragraph) else writers[shape](block) for block in printed]
    return ("" if shape == "glued" else "\n\n").join(parts) + "\n"


def _tabs(table: DrawnTable) -> str:
    return "\n".join("\t".join(row) for row in table.expanded())


def _pipes(table: DrawnTable) -> str:
    first, *rest = ("| " + " | ".join(row) + " |" for row in table.expanded())
    return "\n".join([first, "|" + "---|" * table.columns, *rest])


def _lines(table: DrawnTable) -> str:
    """A tab and one cell per line, an empty line after each row; a cell that is spanned from above is a bare tab."""
    lines: list[str] = []
    for number in range(table.rows):
        above = {cell.column for cell in table.cells if cell.row < number < cell.row + cell.rowspan}
        texts = {cell.column: cell.text for cell in table.row(number)}
        lines += [f"\t{texts.get(column, '')}" for column in sorted(above | set(texts))]
        lines.append("")
    return "\n".join(lines)


def _glued(table: DrawnTable) -> str:
    return "".join(cell.text for number in range(table.rows) for cell in table.row(number))

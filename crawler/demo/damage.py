"""Damage done to a printed report without changing a figure: what page breaks, other programs and careless typing leave of the tables.

Each function takes blocks of `layout` (or rendered text) and a source of chance, and gives damaged ones back. The truth stays the facts the
report was made from; a right reader finds it or says that it cannot. Harm that destroys figures is in `destroys`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

from crawler.demo.layout import Block, DrawnTable, Paragraph, Placed
from storage.domain.enums import Edition
from storage.forms.loader import Label, form

Blocks = tuple[Block, ...]
BlockDamage = Callable[[Blocks, random.Random], Blocks]
TextDamage = Callable[[str, random.Random], str]

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_HEAD_ROWS = {"requests": 3, "litigation": 3}


def _on_tables(blocks: Blocks, change: Callable[[DrawnTable], tuple[DrawnTable, ...]]) -> Blocks:
    return tuple(part for block in blocks for part in (change(block) if isinstance(block, DrawnTable) else (block,)))


def _on_cells(blocks: Blocks, change: Callable[[Placed], Placed]) -> Blocks:
    return _on_tables(blocks, lambda table: (replace(table, cells=tuple(change(cell) for cell in table.cells)),))


def page_breaks(blocks: Blocks, rng: random.Random) -> Blocks:
    """Table 3 is cut into two or three tables between rows; a group cell cut through stands empty in the later part."""
    return _on_tables(blocks, lambda table: _cut(table, sorted(rng.sample(range(4, 26), rng.choice((1, 2)))), repeat_head=False))


def page_breaks_with_heads(blocks: Blocks, rng: random.Random) -> Blocks:
    """Table 3 is cut in two, its head repeated over the second part."""
    return _on_tables(blocks, lambda table: _cut(table, [rng.randint(4, 25)], repeat_head=True))


def _cut(table: DrawnTable, at: list[int], *, repeat_head: bool) -> tuple[DrawnTable, ...]:
    if not _whole(table):
        return (table,)
    edges = [0, *(edge for edge in at if edge < table.rows), table.rows]
    parts = [_rows(table, start, stop) for start, stop in pairwise(edges)]
    return (parts[0], *(_with_head(part, table) for part in parts[1:])) if repeat_head else tuple(parts)


def _whole(table: DrawnTable) -> bool:
    """Table 3 as one piece, not already cut by another damage."""
    return table.key == "requests" and table.rows > 20


def _rows(table: DrawnTable, start: int, stop: int) -> DrawnTable:
    kept = []
    for cell in table.cells:
        top, bottom = max(cell.row, start), min(cell.row + cell.rowspan, stop)
        if top < bottom:
            kept.append(replace(cell, row=top - start, rowspan=bottom - top, text=cell.text if cell.row >= start else ""))
    return replace(table, rows=stop - start, cells=tuple(sorted(kept, key=lambda cell: (cell.row, cell.column))))


def _with_head(part: DrawnTable, whole: DrawnTable) -> DrawnTable:
    size = _HEAD_ROWS[whole.key]
    head = _rows(whole, 0, size).cells
    return replace(part, rows=part.rows + size, cells=(*head, *(replace(cell, row=cell.row + size) for cell in part.cells)))


def blank_rows(blocks: Blocks, rng: random.Random) -> Blocks:
    """An empty row stands between two item rows of table 3."""

    def insert(table: DrawnTable) -> tuple[DrawnTable, ...]:
        if not _whole(table):
            return (table,)
        at = rng.randint(4, table.rows - 1)
        moved = []
        for cell in table.cells:
            crosses = cell.row < at < cell.row + cell.rowspan
            moved.append(replace(cell, row=cell.row + (cell.row >= at), rowspan=cell.rowspan + crosses))
        covered = {cell.column for cell in moved if cell.row < at < cell.row + cell.rowspan}
        empty = [Placed(at, column, "") for column in range(table.columns) if column not in covered]
        cells = sorted((*moved, *empty), key=lambda cell: (cell.row, cell.column))
        return (replace(table, rows=table.rows + 1, cells=tuple(cells)),)

    return _on_tables(blocks, insert)


def cells_for_spans(blocks: Blocks, rng: random.Random) -> Blocks:
    """Merged cells were taken apart: the text stands in the first position, the others are empty cells."""
    del rng

    def split(table: DrawnTable) -> tuple[DrawnTable, ...]:
        cells = []
        for cell in table.cells:
            positions = [(r, c) for r in range(cell.row, cell.row + cell.rowspan) for c in range(cell.column, cell.column + cell.colspan)]
            cells.append(replace(cell, rowspan=1, colspan=1))
            cells += [Placed(row, column, "") for row, column in positions[1:]]
        return (replace(table, cells=tuple(sorted(cells, key=lambda cell: (cell.row, cell.column)))),)

    return _on_tables(blocks, split)


def one_table(blocks: Blocks, rng: random.Random) -> Blocks:
    """Tables 3 and 4 with the heading between them became one table, as wide as the wider one."""
    del rng
    tables = [block for block in blocks if isinstance(block, DrawnTable)]
    if [table.key for table in tables[-2:]] != ["requests", "litigation"]:
        return blocks
    third, fourth = tables[-2:]
    heading = blocks[blocks.index(fourth) - 1]
    if not isinstance(heading, Paragraph):
        return blocks
    width = max(third.columns, fourth.columns)
    filler = [Placed(row, third.columns, "", colspan=width - third.columns) for row in range(third.rows)]
    title = Placed(third.rows, 0, heading.text, colspan=width)
    below = [replace(cell, row=cell.row + third.rows + 1) for cell in fourth.cells]
    cells = sorted((*third.cells, *filler, title, *below), key=lambda cell: (cell.row, cell.column))
    joined = DrawnTable("requests", third.rows + 1 + fourth.rows, width, tuple(cells))
    kept = [block for block in blocks if block not in (heading, fourth)]
    kept[kept.index(third)] = joined
    return tuple(kept)


def renamed_labels(blocks: Blocks, rng: random.Random) -> Blocks:
    """Some labels stand in another wording met in print."""
    names = _variants()

    def rename(cell: Placed) -> Placed:
        others = names.get(cell.text, ()) if cell.path is None else ()
        return replace(cell, text=rng.choice(others)) if others and rng.random() < 0.3 else cell

    return _on_cells(blocks, rename)


def _variants() -> Mapping[str, tuple[str, ...]]:
    """Wordings per official label; labels that mean different things at different places are left alone."""
    found: dict[str, tuple[str, ...]] = {}
    for edition in Edition:
        official = form(edition)
        labels: list[Label] = [*official.requests.rows, *official.requests.columns, *official.litigation.rows]
        labels += [label for block in official.proactive for label in (*block.columns, *block.rows)]
        found.update({label.label: label.variants for label in labels if label.label not in {"其他", "总计"}})
    return found


def spaced_labels(blocks: Blocks, rng: random.Random) -> Blocks:
    """Labels carry spaces and line breaks where narrow columns broke them, and half-width brackets."""

    def space(cell: Placed) -> Placed:
        if cell.path is not None or len(cell.text) < 4 or rng.random() < 0.5:
            return cell
        at = rng.randint(2, len(cell.text) - 2)
        text = f"{cell.text[:at]} {cell.text[at:]}"
        return replace(cell, text=text.replace("（", "(").replace("）", ")") if rng.random() < 0.5 else text)

    return _on_cells(blocks, space)


def full_width_figures(blocks: Blocks, rng: random.Random) -> Blocks:
    """Some figures are typed in full-width digits."""
    return _on_figures(blocks, rng, lambda text: text.translate(_FULL_WIDTH))


def units_in_cells(blocks: Blocks, rng: random.Random) -> Blocks:
    """Some counts carry their unit in the cell."""
    return _on_figures(
        blocks, rng, lambda text: f"{text}件" if text.isascii() and text.isdigit() else text, tables=("requests", "litigation")
    )


def thousands_separators(blocks: Blocks, rng: random.Random) -> Blocks:
    """Large whole numbers are grouped by commas."""
    return _on_figures(blocks, rng, lambda text: f"{int(text):,}" if text.isascii() and text.isdigit() else text, share=1.0)


def _on_figures(
    blocks: Blocks, rng: random.Random, change: Callable[[str], str], *, share: float = 0.3, tables: tuple[str, ...] = ()
) -> Blocks:
    def on_cell(cell: Placed) -> Placed:
        ours = cell.path is not None and (not tables or cell.path.split("/")[0] in tables)
        return replace(cell, text=change(cell.text)) if ours and cell.text and rng.random() < share else cell

    return _on_cells(blocks, on_cell)


def lost_leading_tabs(text: str, rng: random.Random) -> str:
    """Some rows that begin with empty fields lost one or all of them."""

    def strip(line: str) -> str:
        if not line.startswith("\t") or rng.random() < 0.6:
            return line
        return line.lstrip("\t") if rng.random() < 0.5 else line[1:]

    return "\n".join(strip(line) for line in text.split("\n"))


def lost_trailing_tabs(text: str, rng: random.Random) -> str:
    """Empty fields at the end of rows are gone."""
    del rng
    return "\n".join(line.rstrip("\t") if line.strip() else line for line in text.split("\n"))


def spaces_for_tabs(text: str, rng: random.Random) -> str:
    """Fields are parted by runs of spaces; empty fields are gone."""
    del rng
    return "\n".join("  ".join(field for field in line.split("\t") if field) if "\t" in line else line for line in text.split("\n"))


def page_furniture(text: str, rng: random.Random) -> str:
    """Page numbers stand between lines of the tables, as a text layer leaves them."""
    lines = text.split("\n")
    for number in range(2, 5):
        lines.insert(rng.randint(len(lines) // 4, len(lines)), f"— {number} —")
    return "\n".join(lines)


def repeated_lines_dropped(text: str, rng: random.Random) -> str:
    """Of equal lines in a row only one is left: figures are destroyed, so the reader must say that cells are lost."""
    del rng
    lines = text.split("\n")
    return "\n".join(line for number, line in enumerate(lines) if number == 0 or not line.strip() or line != lines[number - 1])


BLOCK_DAMAGE: tuple[BlockDamage, ...] = (
    page_breaks,
    page_breaks_with_heads,
    blank_rows,
    cells_for_spans,
    one_table,
    renamed_labels,
    spaced_labels,
    full_width_figures,
    units_in_cells,
    thousands_separators,
)
TAB_DAMAGE: tuple[TextDamage, ...] = (lost_leading_tabs, lost_trailing_tabs, spaces_for_tabs, page_furniture)
LINE_DAMAGE: tuple[TextDamage, ...] = (page_furniture, repeated_lines_dropped)
DESTROYS: frozenset[str] = frozenset({"repeated_lines_dropped", "glued"})
"""Damage after which not every figure can be told; such samples ask only that nothing is read wrong without a flag."""

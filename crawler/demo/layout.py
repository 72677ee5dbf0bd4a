"""Place the figures of a report in the official layout: headings, paragraphs, and tables whose cells know their spans.

Every renderer prints these blocks, and damage is done to them, so that what was printed and what is true stay in one place each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crawler.demo.facts import Quirk, ReportFacts
from crawler.demo.narrative import closing_sections, opening_sections
from storage.domain.enums import Edition
from storage.domain.ids import CellPath
from storage.forms.loader import Label, Table, form

WATERMARK = "示例数据，单位与数字均为虚构"

Role = Literal["title", "heading", "text", "signature", "watermark"]


@dataclass(frozen=True, slots=True)
class Placed:
    """One cell of a drawn table: its top-left position, spans and text; `path` is set where it holds a figure of the form."""

    row: int
    column: int
    text: str
    rowspan: int = 1
    colspan: int = 1
    path: CellPath | None = None


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """One drawn table, cells in reading order."""

    key: str
    rows: int
    columns: int
    cells: tuple[Placed, ...]

    def row(self, number: int) -> tuple[Placed, ...]:
        """The cells whose top-left corner lies in that row, left to right."""
        return tuple(sorted((cell for cell in self.cells if cell.row == number), key=lambda cell: cell.column))

    def expanded(self) -> list[list[str]]:
        """Text per position; positions covered by a span are empty, as extractors leave them."""
        grid = [[""] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            grid[cell.row][cell.column] = cell.text
        return grid


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: str
    role: Role = "text"


Block = Paragraph | DrawnTable


def lay_out(facts: ReportFacts) -> tuple[Block, ...]:
    """The whole report as blocks in reading order."""
    titles = {section.number: section.title for section in form(facts.edition).sections}
    blocks: list[Block] = [Paragraph(facts.title, "title")]
    blocks += [Paragraph(text) for text in opening_sections(facts)[0]]
    blocks.append(Paragraph(f"一、{titles[1]}", "heading"))
    blocks += [Paragraph(text) for text in opening_sections(facts)[1]]
    blocks += [Paragraph(f"二、{titles[2]}", "heading"), proactive_table(facts)]
    blocks += [Paragraph(f"三、{titles[3]}", "heading"), requests_table(facts)]
    blocks += [Paragraph(f"四、{titles[4]}", "heading"), litigation_table(facts)]
    problems, other = closing_sections(facts)
    blocks += [Paragraph(f"五、{titles[5]}", "heading"), *map(Paragraph, problems)]
    blocks += [Paragraph(f"六、{titles[6]}", "heading"), *map(Paragraph, other)]
    if facts.signed_on is not None and Quirk.NO_SIGNATURE not in facts.quirks:
        day = facts.signed_on
        blocks += [Paragraph(facts.body, "signature"), Paragraph(f"{day.year}年{day.month}月{day.day}日", "signature")]
    blocks.append(Paragraph(f"（{WATERMARK}）", "watermark"))
    return tuple(blocks)


def proactive_table(facts: ReportFacts) -> DrawnTable:
    """Table 2: four blocks (2021) or five (2019) under each other, four columns wide."""
    official, cells, row = form(facts.edition), list[Placed](), 0
    for block in official.proactive:
        cells.append(Placed(row, 0, block.title, colspan=4))
        widths = _widths(len(block.columns))
        cells.append(Placed(row + 1, 0, "信息内容"))
        cells += [Placed(row + 1, at, column.label, colspan=span) for (at, span), column in zip(widths, block.columns, strict=True)]
        row += 2
        for line in block.rows:
            cells.append(Placed(row, 0, line.label))
            for position, (at, span) in enumerate(widths):
                path = official.proactive_path(line, position)
                cells.append(Placed(row, at, facts.text(path), colspan=span, path=path))
            row += 1
    return DrawnTable("proactive", row, 4, tuple(cells))


def _widths(count: int) -> list[tuple[int, int]]:
    return {1: [(1, 3)], 2: [(1, 1), (2, 2)], 3: [(1, 1), (2, 1), (3, 1)]}[count]


def requests_table(facts: ReportFacts) -> DrawnTable:
    """Table 3: three label columns and seven figures; the group cells span their rows."""
    table = form(facts.edition).requests
    printed = [row for row in table.rows if table.path(row.key, "total") in facts.cells]
    cells = list(_requests_head(table))
    items = [row for row in printed if row.outcome or row.key == "total_handled"]
    at = 3
    for row in printed:
        if row is items[0]:
            cells.append(Placed(at, 0, table.outcome_group, rowspan=len(items)))
        cells += _labels(row, at, items)
        cells += [
            Placed(at, 3 + number, facts.text(table.path(row.key, column.key)), path=table.path(row.key, column.key))
            for number, column in enumerate(table.columns)
        ]
        at += 1
    return DrawnTable("requests", at, 10, tuple(cells))


def _requests_head(table: Table) -> Iterator[Placed]:
    yield Placed(0, 0, table.balance_label, rowspan=3, colspan=3)
    yield Placed(0, 3, "申请人情况", colspan=7)
    yield Placed(1, 3, table.columns[0].label, rowspan=2)
    yield Placed(1, 4, "法人或其他组织", colspan=5)
    yield Placed(1, 9, table.columns[6].label, rowspan=2)
    for number, column in enumerate(table.columns[1:6]):
        yield Placed(2, 4 + number, column.label)


def _labels(row: Label, at: int, items: list[Label]) -> Iterator[Placed]:
    if row not in items:
        yield Placed(at, 0, row.label, colspan=3)
    elif row.group:
        members = [item for item in items if item.group == row.group]
        if row is members[0]:
            yield Placed(at, 1, row.group, rowspan=len(members))
        yield Placed(at, 2, row.label)
    else:
        yield Placed(at, 1, row.label, colspan=2)


def litigation_table(facts: ReportFacts) -> DrawnTable:
    """Table 4: three head rows over one row of fifteen figures."""
    table = form(Edition(facts.edition)).litigation
    figures = [
        Placed(3, number * 5 + place, facts.text(table.path(row.key, column.key)), path=table.path(row.key, column.key))
        for number, row in enumerate(table.rows)
        for place, column in enumerate(table.columns)
    ]
    misaligned = Quirk.HEADER4_MISALIGNED in facts.quirks
    head = _misaligned_head(table) if misaligned else _litigation_head(table)
    return DrawnTable("litigation", 4, 15, (*head, *figures))


def _litigation_head(table: Table) -> Iterator[Placed]:
    first, second, third = table.rows
    yield Placed(0, 0, first.label, colspan=5)
    yield Placed(0, 5, "行政诉讼", colspan=10)
    for number, column in enumerate(table.columns):
        yield Placed(1, number, column.label, rowspan=2)
    yield Placed(1, 5, second.label, colspan=5)
    yield Placed(1, 10, third.label, colspan=5)
    for number, column in enumerate((*table.columns, *table.columns)):
        yield Placed(2, 5 + number, column.label)


def _misaligned_head(table: Table) -> Iterator[Placed]:
    """Two heads of 行政复议 run together, everything after them one column too far left; the figures stay where they are."""
    first, second, third = table.rows
    yield Placed(0, 0, first.label, colspan=4)
    yield Placed(0, 4, "行政诉讼", colspan=10)
    yield Placed(0, 14, "")
    merged = ("结果", *(column.label for column in table.columns[2:]))
    for number, label in enumerate(merged):
        yield Placed(1, number, label, rowspan=2)
    yield Placed(1, 4, second.label, colspan=5)
    yield Placed(1, 9, third.label, colspan=5)
    yield Placed(1, 14, "", rowspan=2)
    for number, column in enumerate((*table.columns, *table.columns)):
        yield Placed(2, 4 + number, column.label)

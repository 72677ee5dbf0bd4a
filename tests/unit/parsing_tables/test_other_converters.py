"""What further programs make of the tables: merges undone by repeating or dropping, fields parted by bars, commas or spaces."""

import pytest
from printing import facts, reading, score

from crawler.demo import slips
from crawler.demo.filled_form import DrawnTable, Paragraph, lay_out
from storage.domain.enums import CellKind
from storage.domain.ids import CellPath

SEPARATORS = {
    "pipes": lambda row: "| " + " | ".join(row) + " |",
    "bars": "|".join,
    "commas": ",".join,
    "tabs": "\t".join,
    "two spaces": lambda row: "  ".join(field for field in row if field),
    "one space": lambda row: " ".join(field for field in row if field),
    "one per line": lambda row: "\n".join(field for field in row if field),
}


def rows(table: DrawnTable, merges: str) -> list[list[str]]:
    """The table's rows, merged cells `dropped` (only their own cell), left `empty`, or repeated `down` the rows they reach over."""
    if merges == "dropped":
        return [[cell.text for cell in table.row(number)] for number in range(table.rows)]
    grid = table.expanded()
    if merges == "down":
        for cell in table.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                grid[row][cell.column] = cell.text
    return grid


@pytest.mark.parametrize("merges", ["dropped", "empty", "down"])
@pytest.mark.parametrize("separator", SEPARATORS)
def test_every_cell_is_read_from_other_programs_text(separator, merges):
    for seed in (1, 3):
        report = facts(seed)
        parts = [
            block.text if isinstance(block, Paragraph) else "\n".join(SEPARATORS[separator](row) for row in rows(block, merges))
            for block in lay_out(report)
        ]
        assert score("\n\n".join(parts).encode(), report.truth()) == {"right": len(report.truth())}


def test_a_title_with_a_bar_stays_text():
    from crawler.parsing.report import parse

    text = "示例市发展局2023年政府信息公开工作年度报告 | 示例市人民政府\n\n一、总体情况\n本年公开信息12条，其中政策3条，解读4条，回应5条。"
    read = parse(text.encode(), source="x")
    assert read.body is not None
    assert read.report_year == 2023
    assert [section.number for section in read.sections if section.number] == [1]


def _line_per_cell(report) -> list[str]:
    """Every cell a line, blank ones too; a cell that is spanned has none."""
    lines: list[str] = []
    for block in lay_out(report):
        lines += [block.text] if isinstance(block, Paragraph) else [cell.text for row in range(block.rows) for cell in block.row(row)]
    return lines


def test_blank_cells_that_are_empty_lines_keep_their_columns():
    report = facts(7)
    inner = {path: "" for path in report.cells if path.startswith("requests/") and path.rpartition("/")[2] not in ("natural", "total")}
    report = slips.blank_cells(report, *inner)
    read = reading("\n".join(_line_per_cell(report)).encode())
    for row in ("new_received", "granted", "carried_out"):
        assert read.cells[CellPath(f"requests/{row}/total")].value == int(report.cells[CellPath(f"requests/{row}/total")])
        assert read.cells[CellPath(f"requests/{row}/business")].kind is CellKind.BLANK
    assert score("\n".join(_line_per_cell(report)).encode(), report.truth())["silent"] == 0


def test_an_empty_line_lost_or_added_is_never_silent():
    report = slips.blank_zeros(facts(7))
    lines = _line_per_cell(report)
    first = next(i for i, line in enumerate(lines) if line.startswith("一、本年新收"))
    blanks = [i for i in range(first, len(lines)) if not lines[i]]
    for i in blanks[::4]:
        assert score("\n".join([*lines[:i], *lines[i + 1 :]]).encode(), report.truth())["silent"] == 0
        assert score("\n".join([*lines[:i], "", *lines[i:]]).encode(), report.truth())["silent"] == 0

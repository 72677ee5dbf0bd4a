"""What stands in a cell that is no plain figure: kept as printed, of the right kind, flagged where its unit or its digits are in doubt."""

import pytest
from printing import STRUCTURED, facts, printed, reading

from crawler.demo.filled_form import ReportFacts, render_html
from storage.domain.enums import CellKind

FEES = "proactive/fees_wan"
CELL = "requests/granted/research"


def with_cell(path: str, text: str) -> ReportFacts:
    report = facts(81)
    cells = dict(report.cells) | {path: text}
    return type(report)(report.body, report.report_year, report.edition, cells, report.stated, report.signed_on)


@pytest.mark.parametrize("carrier", STRUCTURED)
def test_money_in_another_unit_is_kept_and_flagged(carrier):
    read = reading(printed(with_cell(FEES, "251000元"), carrier))
    cell = read.cells[FEES]
    assert (cell.raw, cell.note, cell.trusted) == ("251000元", "元", False)
    assert "other-unit" in {problem.code for problem in read.problems}


@pytest.mark.parametrize("carrier", STRUCTURED)
def test_money_in_the_unit_of_its_column_is_sure(carrier):
    cell = reading(printed(with_cell(FEES, "25.1万元"), carrier)).cells[FEES]
    assert (float(cell.value or 0), cell.trusted) == (25.1, True)


@pytest.mark.parametrize("carrier", STRUCTURED)
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("—", CellKind.DASH),
        ("／", CellKind.DASH),
        ("/", CellKind.DASH),
        ("无", CellKind.DASH),
        ("-", CellKind.DASH),
        ("22（其中修订16件）", CellKind.ANNOTATED),
        ("1,234", CellKind.NUMBER),
        ("１２", CellKind.NUMBER),
    ],
)
def test_kinds_are_kept_in_every_carrier(carrier, text, kind):
    cell = reading(printed(with_cell(CELL, text), carrier)).cells[CELL]
    assert cell.kind is kind
    assert cell.trusted


@pytest.mark.parametrize("carrier", STRUCTURED)
@pytest.mark.parametrize("text", ["1 2", "1\ufffd", "\ufffd"])
def test_broken_digits_are_flagged_and_their_row_is_read(carrier, text):
    report = with_cell(CELL, text)
    cells = reading(printed(report, carrier)).cells
    assert cells[CELL].value is None
    assert cells[CELL].kind in (CellKind.UNREADABLE, CellKind.BLANK) or not cells[CELL].trusted
    natural = cells["requests/granted/natural"]
    assert natural.value in (int(report.cells["requests/granted/natural"]), None)


@pytest.mark.parametrize(
    ("head", "trusted"),
    [("（单位：元）", False), (" 单位:人民币元", False), ("(元)", False), ("（单位：万元）", True), ("（万 元）", True), ("", True)],
)
def test_money_under_a_head_of_another_unit_is_flagged(head, trusted):
    source = printed(with_cell(FEES, "251000"), "html").decode()
    assert "本年收费金额（单位：万元）" in source
    read = reading(source.replace("本年收费金额（单位：万元）", f"本年收费金额{head}").encode())
    assert (read.cells[FEES].value, read.cells[FEES].trusted) == (251000, trusted)
    assert ("other-unit" in {problem.code for problem in read.problems}) is not trusted


def test_tables_of_two_bodies_in_one_file_are_all_in_doubt():
    own, other = (render_html(facts(seed)) for seed in (81, 82))
    read = reading(own.replace("</body>", other.partition("<body>")[2]).encode())
    assert "table-twice" in {problem.code for problem in read.problems}
    assert not [path for path, cell in read.cells.items() if cell.value is not None and cell.trusted]

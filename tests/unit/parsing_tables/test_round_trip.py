import pytest
from printing import CARRIERS, STRUCTURED, facts, printed, reading, score

from crawler.demo import slips
from storage.domain.enums import CellKind, Edition, ReadingQuality

SHAPES = [(Edition.E2021, False), (Edition.E2021, True), (Edition.E2019, False)]


@pytest.mark.parametrize("carrier", STRUCTURED)
@pytest.mark.parametrize(("edition", "mixed"), SHAPES)
def test_every_cell_of_a_filled_form_is_read(carrier, edition, mixed):
    for seed in (1, 2):
        report = facts(seed, edition, mixed=mixed)
        truth = report.truth()
        assert score(printed(report, carrier), truth) == {"right": len(truth)}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize(
    "slip", [slips.blank_zeros, slips.totals_left_zero, slips.row_sum_error, slips.all_zero, slips.litigation_total_zero]
)
def test_wrong_and_blank_figures_are_read_as_printed_or_flagged(carrier, slip):
    report = slip(facts(3))
    counts = score(printed(report, carrier), report.truth())
    assert counts["silent"] == 0
    if carrier in STRUCTURED:
        assert counts["flagged"] == 0


@pytest.mark.parametrize("carrier", STRUCTURED)
def test_a_printed_wrong_total_stays_and_is_sure(carrier):
    report = slips.totals_left_zero(facts(4))
    cell = reading(printed(report, carrier)).cells["requests/granted/total"]
    assert (cell.kind, cell.value, cell.confidence) == (CellKind.ZERO, 0, 1.0)


@pytest.mark.parametrize("carrier", STRUCTURED)
def test_blank_dash_and_zero_stay_three_things(carrier):
    report = slips.blank_cells(facts(5), "requests/granted/research")
    report = slips.blank_cells(report, "requests/partial/research", "requests/partial/legal", mark="/")
    cells = reading(printed(report, carrier)).cells
    assert cells["requests/granted/research"].kind is CellKind.BLANK
    assert cells["requests/partial/research"].kind is CellKind.DASH


@pytest.mark.parametrize("carrier", STRUCTURED)
def test_a_head_that_does_not_fit_the_figures_is_doubted(carrier):
    report = slips.header4_misaligned(facts(6))
    read = reading(printed(report, carrier))
    assert "header-misaligned" in {problem.code for problem in read.problems}
    group = [cell for path, cell in read.cells.items() if path.startswith("litigation/")]
    assert all(not cell.trusted for cell in group)
    assert read.quality["litigation"] is ReadingQuality.LOW


def test_every_cell_of_the_form_is_accounted_for():
    read = reading("没有表格的文字。".encode())
    assert {cell.kind for cell in read.cells.values()} == {CellKind.ABSENT}
    assert {problem.code for problem in read.problems} == {"table-missing"}

import random

import damage
import pytest
from printing import facts, printed, reading, score

from storage.domain.enums import Edition

FIELDS = ("html", "tab", "pipe", "lines")


@pytest.mark.parametrize("carrier", FIELDS)
@pytest.mark.parametrize(
    "harm",
    [
        damage.organisations_shuffled,
        damage.total_first,
        damage.blank_column,
        damage.cut_by_a_page,
        damage.spans_lost,
        damage.head_lost,
        damage.letters_lost,
        damage.row_added,
        damage.figure_changed,
    ],
)
def test_the_reading_of_table_3_follows_the_print(harm, carrier):
    for seed, edition in ((11, Edition.E2021), (12, Edition.E2019)):
        blocks, truth = damage.damaged(facts(seed, edition), "requests", harm, random.Random(seed))
        counts = score(printed(facts(seed, edition), carrier, blocks), truth)
        assert counts["silent"] == 0
        assert counts["flagged"] <= (7 if harm is damage.letters_lost else 0)


@pytest.mark.parametrize("carrier", FIELDS)
@pytest.mark.parametrize("harm", [damage.blank_column, damage.cut_by_a_page, damage.figure_changed])
@pytest.mark.parametrize("table", ["litigation", "proactive"])
def test_the_reading_of_the_small_tables_follows_the_print(harm, carrier, table):
    for seed in (21, 22):
        blocks, truth = damage.damaged(facts(seed), table, harm, random.Random(seed))
        assert score(printed(facts(seed), carrier, blocks), truth) == {"right": len(truth)}


@pytest.mark.parametrize("carrier", ["html", "tab", "pipe", "lines"])
@pytest.mark.parametrize("harm", [damage.labels_lost, damage.cell_lost])
@pytest.mark.parametrize("table", ["requests"])
def test_what_is_lost_is_flagged_never_guessed(harm, carrier, table):
    for seed in range(31, 36):
        blocks, truth = damage.damaged(facts(seed), table, harm, random.Random(seed))
        assert score(printed(facts(seed), carrier, blocks), truth)["silent"] == 0


def test_two_different_tables_of_one_kind_are_not_mixed():
    blocks, _ = damage.damaged(facts(41), "requests", damage.printed_twice_differently, random.Random(41))
    read = reading(printed(facts(41), "html", blocks))
    assert "table-twice" in {problem.code for problem in read.problems}
    assert not any(cell.trusted and cell.value is not None for path, cell in read.cells.items() if path.startswith("requests/"))


@pytest.mark.parametrize("table", ["requests", "litigation"])
def test_a_digit_changed_anywhere_is_read_as_changed(table):
    report = facts(51)
    for path in [path for path in report.cells if path.startswith(table + "/")]:
        data = printed(report, "tab")
        changed = dict(report.cells) | {path: str(int(report.cells[path]) + 3)}
        altered = type(report)(report.body, report.report_year, report.edition, changed, report.stated, report.signed_on)
        read = reading(printed(altered, "tab"))
        assert data != printed(altered, "tab")
        assert read.cells[path].value == int(report.cells[path]) + 3
        assert read.cells[path].trusted

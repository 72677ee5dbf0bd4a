"""Shapes in which other extractors leave the form, with figures of our own: what must come out of each."""

from pathlib import Path

from crawler.parsing import detect, tables
from storage.domain.enums import CellKind, Edition
from storage.forms.loader import form

SHAPES = Path(__file__).parent / "shapes"
COLUMNS = ("natural", "business", "research", "welfare", "legal", "other", "total")


def cells(name: str):
    return tables.read(detect.read((SHAPES / name).read_bytes()), form(Edition.E2021)).cells


def row(found, key: str) -> list[int]:
    read = [found[f"requests/{key}/{column}"] for column in COLUMNS]
    assert all(cell.trusted for cell in read)
    return [cell.value for cell in read]


def test_rows_keep_their_figures_where_label_columns_shift():
    found = cells("shifted_labels.txt")
    assert row(found, "new_received") == [9, 1, 0, 0, 0, 0, 10]
    assert row(found, "granted") == [4, 1, 0, 0, 0, 0, 5]
    assert row(found, "denied_state_secret") == [0] * 7
    assert row(found, "denied_third_party") == [2, 0, 0, 0, 0, 0, 2]
    assert row(found, "denied_enforcement_file") == [1, 0, 0, 0, 0, 0, 1]
    assert row(found, "carried_out") == [2, 0, 0, 0, 0, 0, 2]
    assert found["requests/partial/natural"].kind is CellKind.ABSENT


def test_a_table_cut_into_pipes_of_different_widths_is_one_table():
    found = cells("cut_pipes.md")
    assert row(found, "new_received") == [12, 0, 0, 0, 0, 0, 12]
    assert row(found, "granted") == [7, 0, 0, 0, 0, 0, 0]
    assert row(found, "unable_unclear") == [5, 0, 0, 0, 0, 0, 0]
    assert row(found, "total_handled") == [12, 0, 0, 0, 0, 0, 12]
    assert row(found, "carried_out") == [0] * 7


def test_glued_figures_that_come_apart_in_several_ways_conflict():
    found = cells("glued.txt")
    assert found["proactive/licences"].value == 815
    norms = [found[f"proactive/norm_{name}"] for name in ("made", "repealed", "valid")]
    assert all(cell.kind is CellKind.CONFLICT and cell.value is None and cell.candidates for cell in norms)

"""Files as an office program saves them: legacy Word and Excel, figures of our own; hidden and deleted text beside them is not read."""

import json
from pathlib import Path

import pytest

from crawler.parsing.report import parse
from storage.domain.enums import CellKind, ReadingQuality

OFFICE = Path(__file__).parent / "office"
CASES = {
    "form_2021.doc": "form_2021.json",
    "form_2019.doc": "form_2019.json",
    "form_2021.xls": "form_2021.json",
    "hidden_and_deleted.doc": "form_2021.json",
}


@pytest.mark.parametrize("name", CASES)
def test_every_cell_of_an_office_file_is_read(name):
    truth = json.loads((OFFICE / CASES[name]).read_text(encoding="utf-8"))
    report = parse((OFFICE / name).read_bytes(), source=name)
    values = {path: None if report.cells[path].value is None else str(report.cells[path].value) for path in truth}
    assert {path: float(value) for path, value in values.items() if value} == {path: float(value) for path, value in truth.items() if value}
    assert report.reading.quality is ReadingQuality.HIGH
    assert report.title.endswith("政府信息公开工作年度报告")


def test_what_is_set_apart_in_an_office_file_is_no_digit():
    """A footnote mark after 予以公开, a crossed-out 9 after 上年结转, and 新收 printed by a formula field."""
    cells = parse((OFFICE / "set_apart.doc").read_bytes(), source="set_apart.doc").cells
    marked, struck, field = (cells[f"requests/{row}/total"] for row in ("granted", "carried_in", "new_received"))
    assert (marked.kind, marked.value, marked.note, marked.trusted) == (CellKind.ANNOTATED, 5, "¹", True)
    assert (struck.value, struck.raw, struck.trusted) == (None, "39\u0336", False)
    assert (field.value, field.trusted) == (None, False)

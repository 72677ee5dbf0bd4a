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


def test_white_text_in_an_office_file_is_read_on_a_ground_only():
    """White 9 after 予以公开 总计, red 9 before it; in the second file white 9 on navy and, elsewhere, a cell that is navy."""
    plain, shaded = (parse((OFFICE / f"{name}.doc").read_bytes(), source=name).cells for name in ("white", "white_on_shading"))
    unseen, red = plain["requests/granted/total"], plain["requests/granted/other"]
    assert (unseen.value, unseen.kind, unseen.trusted, red.raw) == (3, CellKind.NUMBER, True, "09")
    doubtful, seen = shaded["requests/granted/total"], shaded["requests/granted/legal"]
    assert (doubtful.value, doubtful.trusted, seen.raw) == (None, False, "09")

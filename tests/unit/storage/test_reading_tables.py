"""Tables taken from stored readings: what others' reports are compared by."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from storage import figures, readings, reports
from storage.database import Database
from storage.domain.document import Box, Locator
from storage.domain.enums import CellKind
from storage.domain.ids import CellPath
from storage.domain.reports import Cell
from tests.unit.storage.test_reports import parsed
from tests.unit.storage.values import MINISTRY, place, version

plain = st.builds(
    Cell,
    kind=st.sampled_from(CellKind),
    raw=st.sampled_from(["", "0", "7", "/"]),
    value=st.sampled_from([None, 0, 7]),
    at=st.sampled_from([None, Locator("table[2]/tr[3]/td[4]")]),
)
odd = st.builds(
    replace,
    plain,
    confidence=st.sampled_from([0.5, 1.0]),
    note=st.sampled_from(["", "含上年结转"]),
    candidates=st.sampled_from([(), (1, 7)]),
    suggestion=st.sampled_from([None, 3]),
    at=st.sampled_from([None, Locator("page:1", 1), Locator("page:1", 1, Box(0.1, 0.2, 0.3, 0.4))]),
)
tables = st.dictionaries(st.sampled_from(["requests/a/total", "requests/b/total", "proactive/c"]).map(CellPath), plain | odd)


@given(tables)
def test_cells_come_back_as_they_were(cells: dict[CellPath, Cell]) -> None:
    report = replace(parsed(), cells=cells)
    assert readings.decode(readings.encode(report)) == report


def test_tables_of_a_stored_reading_are_those_of_one_at_hand(db: Database, now: datetime) -> None:
    cells = {
        CellPath("requests/a/total"): Cell(CellKind.NUMBER, "7", 7, Locator("table[2]/tr[3]/td[4]")),
        CellPath("requests/b/total"): Cell(CellKind.BLANK, at=Locator("table[2]/tr[3]/td[5]")),
        CellPath("requests/c/total"): Cell(CellKind.CONFLICT, "1", None, Locator("page:1", 1), 0.4, "注", (1, 7), 3),
        CellPath("requests/d/total"): Cell(CellKind.ZERO, "0", 0, Locator("page:1", 1, Box(0.1, 0.2, 0.3, 0.4))),
    }
    report = replace(parsed(), title="某局年度报告", text="全文", meta={"description": "摘要"}, cells=cells)
    with db.write() as connection:
        place(connection, now)
        stored, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now), now)
        reading_id = readings.record(connection, stored.id, report, now)
        found = readings.tables_of(connection, [reading_id, 99])
    assert found == {reading_id: figures.tables_only(report)}
    kept = found[reading_id].cells
    assert [(cell.kind, cell.raw, cell.value, cell.confidence, cell.note, cell.candidates) for cell in kept.values()] == [
        (cell.kind, cell.raw, cell.value, cell.confidence, cell.note, cell.candidates) for cell in cells.values()
    ]
    assert {(cell.at, cell.suggestion) for cell in kept.values()} == {(None, None)}
    assert (found[reading_id].title, found[reading_id].text, found[reading_id].body) == ("", "", report.body)

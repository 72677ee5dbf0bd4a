"""The figures beside a reading: what the reading says and nothing else, checked against it, and never believed where they disagree."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from crawler.demo.filled_form import Wanted, make_facts, render_html
from crawler.parsing.report import parse
from monitor.nightly import Night, _compare_figures
from storage import figures, readings, reports
from storage.database import Database
from storage.domain.document import Locator
from storage.domain.enums import CellKind, Edition
from storage.domain.ids import CellPath
from storage.domain.reports import Cell, ParsedReport
from storage.forms.loader import form
from storage.schema import readings as table
from tests.unit.storage.test_reports import parsed
from tests.unit.storage.values import MINISTRY, place, version

PATHS = {edition: tuple(form(edition).paths()) for edition in Edition}
PRINTED = st.builds(lambda n: Cell(CellKind.NUMBER if n else CellKind.ZERO, str(n), n, Locator("t")), st.integers(-3, 10**12))
ANY = st.builds(
    Cell,
    kind=st.sampled_from(CellKind),
    raw=st.sampled_from(["", "0", "00", "７", "7", "/", "12.50"]),
    value=st.sampled_from([None, 0, 7, -1, Decimal("12.50"), Decimal(7)]),
    at=st.sampled_from([None, Locator("table[2]/tr[3]/td[4]")]),
    confidence=st.sampled_from([0.5, 1.0]),
    note=st.sampled_from(["", "含上年结转"]),
    candidates=st.sampled_from([(), (1, 7)]),
    suggestion=st.sampled_from([None, 3]),
)


@st.composite
def filled(draw: st.DrawFn) -> ParsedReport:
    edition = draw(st.sampled_from([*Edition, None]))
    known = PATHS[edition or Edition.E2021]
    paths = draw(st.lists(st.sampled_from([*known, "requests/others/total", "a", "zz"]), unique=True, max_size=40))
    cells = {CellPath(path): draw(PRINTED | ANY | st.just(Cell(CellKind.ABSENT))) for path in paths}
    return replace(parsed(), form=edition, cells=cells, text="全文", title="题")


@given(filled())
def test_the_figures_are_the_tables_of_the_reading(report: ParsedReport) -> None:
    found, stored = figures.decode(figures.encode(report)), readings.decode(readings.encode(report))
    assert found == figures.tables_only(stored)
    assert found is not None
    assert list(found.cells) == list(stored.cells), "in the same order, too"
    assert [type(cell.value) for cell in found.cells.values()] == [type(cell.value) for cell in stored.cells.values()]
    assert figures.encode(stored) == figures.encode(report)


def test_a_whole_report_takes_little_room() -> None:
    report = parse(render_html(make_facts(1, Wanted("云溪县教育局", 2024))).encode(), source="a.html")
    assert figures.decode(figures.encode(report)) == figures.tables_only(readings.decode(readings.encode(report)))
    assert len(figures.encode(report)) < 1200


@pytest.mark.parametrize("data", [b"", b"nonsense", figures.encode(parsed())[:-4]])
def test_damaged_figures_are_none(data: bytes) -> None:
    assert figures.decode(data) is None


@pytest.fixture
def stored(db: Database, now: datetime) -> int:
    cells = {CellPath(PATHS[Edition.E2021][5]): Cell(CellKind.NUMBER, "7", 7, Locator("t"))}
    with db.write() as connection:
        place(connection, now)
        found, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now), now)
        return readings.record(connection, found.id, replace(parsed(), form=Edition.E2021, cells=cells), now)


def _put(db: Database, reading_id: int, data: bytes | None) -> None:
    with db.write() as connection:
        connection.execute(update(table).where(table.c.id == reading_id).values(figures=data))


def _seven(db: Database, reading_id: int) -> list[object]:
    with db.read() as connection:
        return [cell.value for cell in readings.tables_of(connection, [reading_id])[reading_id].cells.values()]


@pytest.mark.parametrize("data", [None, b"nonsense"])
def test_without_usable_figures_the_reading_is_asked(db: Database, stored: int, data: bytes | None) -> None:
    _put(db, stored, data)
    assert _seven(db, stored) == [7]


def test_a_form_that_was_changed_since_makes_the_figures_void(db: Database, stored: int, monkeypatch: pytest.MonkeyPatch) -> None:
    paths, mark = figures._layout(Edition.E2021)
    monkeypatch.setattr(figures, "_layout", lambda edition: (paths[1:], mark + 1))
    assert _seven(db, stored) == [7]


def test_figures_that_disagree_are_found_told_and_set_right(db: Database, stored: int, now: datetime) -> None:
    cells = {CellPath(PATHS[Edition.E2021][5]): Cell(CellKind.NUMBER, "8", 8)}
    _put(db, stored, figures.encode(replace(parsed(), form=Edition.E2021, cells=cells)))
    assert _seven(db, stored) == [8]
    with db.write() as connection:
        assert readings.check_figures(connection, 0, 10) == readings.FiguresCheck(stored, 0, (stored,))
    assert _seven(db, stored) == [7]
    with db.write() as connection:
        assert readings.check_figures(connection, 0, 10) == readings.FiguresCheck(stored)
        assert readings.check_figures(connection, stored, 10) == readings.FiguresCheck(0), "and from the beginning again"


def test_readings_of_before_get_theirs(db: Database, stored: int) -> None:
    _put(db, stored, None)
    with db.write() as connection:
        assert readings.check_figures(connection, 0, 10) == readings.FiguresCheck(stored, filled=1)
        assert readings.check_figures(connection, 0, 10) == readings.FiguresCheck(stored)


def _of_another_program(data: bytes, **otherwise: object) -> bytes:
    plain = {**json.loads(zstandard.ZstdDecompressor().decompress(data)), **otherwise}
    text = json.dumps({key: value for key, value in plain.items() if value is not None})
    return zstandard.ZstdCompressor().compress(text.encode())


OLDER: dict[str, dict[str, object]] = {
    "another form": {"layout": [Edition.E2021.value, 1], "by": "00000000"},
    "a form that is gone": {"layout": ["1999", 1], "by": "00000000"},
    "other cells": {"cells": [None] * len(PATHS[Edition.E2021]), "by": "00000000"},
    "a program that gave no name": {"cells": [None] * len(PATHS[Edition.E2021]), "by": None},
}


@pytest.mark.parametrize("otherwise", OLDER.values(), ids=OLDER)
def test_figures_of_an_older_program_are_renewed_and_nobody_is_alarmed(
    db: Database, stored: int, now: datetime, otherwise: dict[str, object]
) -> None:
    with db.read() as connection:
        good = connection.execute(select(table.c.figures)).scalar_one()
    _put(db, stored, _of_another_program(good, **otherwise))
    night = Night()
    _compare_figures(db, night)
    assert (night.failures, night.sound) == ([], True)
    with db.read() as connection:
        assert connection.execute(select(table.c.figures)).scalar_one() == good
    _put(db, stored, _of_another_program(good, cells=[None] * len(PATHS[Edition.E2021])))
    with db.write() as connection:
        assert readings.check_figures(connection, 0, 10).differing == (stored,), "the same said by this very program is a fault"


@pytest.mark.parametrize("data", [b"nonsense", b"", zstandard.ZstdCompressor().compress(b"[]")])
def test_damaged_figures_are_told(db: Database, stored: int, data: bytes) -> None:
    _put(db, stored, data)
    with db.write() as connection:
        assert readings.check_figures(connection, 0, 10).differing == (stored,)
    assert _seven(db, stored) == [7]


def test_every_night_a_part_is_compared_and_operators_hear_of_what_differed(db: Database, stored: int) -> None:
    _put(db, stored, figures.encode(parsed()))
    first, second = Night(), Night()
    _compare_figures(db, first)
    _compare_figures(db, second)
    assert [failure.partition("：")[0] for failure in first.failures] == ["读数对照"]
    assert not first.sound
    assert (second.failures, _seven(db, stored)) == ([], [7])

"""Wherever the machine or the reader is: deadlines fall at 24:00 in China, and clocks put forward or back make no slot twice or never."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from monitor.evaluate import evaluate_duties
from monitor.snapshots import freeze_passed
from monitor.web.app import create_app
from storage import duties, snapshots
from storage.archive.store import open_archive
from storage.database import Database
from storage.domain import clock as clocks
from storage.domain.clock import FixedClock, deadline_instant, local_date
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus
from storage.domain.ids import BodyId
from storage.schema import bodies as bodies_table
from storage.schema import runs as runs_table
from tests.flows.alert_world import at, look, new_world, report_line, settings_for
from tests.flows.test_process_schedule import Hands, scheduler
from tests.unit.web.world import Client

pytestmark = pytest.mark.flow

ZONES = ("UTC", "America/New_York", "Pacific/Kiritimati", "America/St_Johns", "Asia/Shanghai")
DUE = date(2025, 1, 31)
FLIP = datetime(2025, 1, 31, 16, 0, tzinfo=UTC)

GAP = datetime(2025, 3, 9, 7, 0, tzinfo=UTC)
"""New York goes from 01:59:59 to 03:00."""
OVERLAP = datetime(2025, 11, 2, 6, 0, tzinfo=UTC)
"""New York has the hour from 01:00 a second time."""


@pytest.fixture(params=ZONES)
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The machine's own zone, for this process."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_world(tmp_path) as database:
        look(database, at(20, month=1), (report_line(0, at(20, month=1)),))
        yield database


def states(db: Database, moment: datetime) -> dict[str, DutyStatus]:
    evaluate_duties(db, FixedClock(moment), 2024)
    with db.read() as connection:
        found = {f"b{number}": duties.get(connection, DutyKey(BodyId(f"b{number}"), 2024)) for number in range(3)}
    return {name: one.state.status for name, one in found.items() if one is not None}


def test_a_duty_turns_at_the_exact_instant(machine: str, db: Database) -> None:
    found, waiting, passed = DutyStatus.ON_TIME, DutyStatus.NOT_DUE, DutyStatus.UNKNOWN
    assert states(db, FLIP - timedelta(seconds=1)) == {"b0": found, "b1": waiting, "b2": waiting}
    assert states(db, FLIP - timedelta(microseconds=1)) == {"b0": found, "b1": waiting, "b2": waiting}
    assert states(db, FLIP) == {"b0": found, "b1": passed, "b2": passed}
    assert deadline_instant(DUE) == FLIP


def test_a_look_in_the_last_second_is_no_proof_of_lateness(machine: str, db: Database) -> None:
    """The list is read without the report one second before the end of the day, and with it one second after."""
    look(db, FLIP - timedelta(seconds=1), (report_line(0, at(20, month=1)),))
    line = report_line(1, FLIP)
    look(db, FLIP + timedelta(seconds=1), (report_line(0, at(20, month=1)), line))
    assert line.listed_on == date(2025, 2, 1)
    assert states(db, FLIP + timedelta(hours=1))["b1"] is DutyStatus.LATE
    with db.read() as connection:
        stored = duties.get(connection, DutyKey(BodyId("b1"), 2024))
    assert stored is not None
    assert (stored.state.days_late_min, stored.state.days_late_max) == (1, 1)


def test_a_reader_sees_the_days_of_china(machine: str, db: Database, tmp_path: Path) -> None:
    moment = FLIP - timedelta(minutes=1)
    look(db, moment, (report_line(0, at(20, month=1)),))
    states(db, moment)
    settings = settings_for(tmp_path)
    app = create_app(db, open_archive(settings.archive_url), settings, FixedClock(moment))
    page = Client(app).get("/").text
    calendar = Client(app).get("/feeds/deadlines.ics").text
    assert "2025-01-31 23:59" in page
    assert "DTSTART;VALUE=DATE:20250131" in calendar
    assert local_date(moment) == DUE


@pytest.mark.parametrize("change", [GAP, OVERLAP], ids=["gap", "overlap"])
def test_where_clocks_are_changed_each_slot_runs_once(
    monkeypatch: pytest.MonkeyPatch, db: Database, tmp_path: Path, change: datetime
) -> None:
    """Two schedulers on a machine in New York, half a day before to half a day after."""
    before, after = (moment.astimezone(ZoneInfo("America/New_York")).utcoffset() for moment in (change - timedelta(hours=1), change))
    assert before != after, "the clocks are changed there"
    clock, hands = FixedClock(change - timedelta(hours=12, minutes=7)), Hands()
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "America/New_York")
        time.tzset()
        both = [scheduler(db, tmp_path, clock, hands) for _ in range(2)]
        while clock.now() < change + timedelta(hours=12):
            for one in both:
                one.tick()
                one._guarded("keeper", one.keep)
            both[0].evaluate()
            if hands.live:
                look(db, clock.now(), (report_line(0, at(20, month=1)),))
                hands.end()
            clock.advance(timedelta(minutes=30))
    time.tzset()
    with db.read() as connection:
        rows = connection.execute(select(runs_table.c.kind, runs_table.c.slot)).all()
    counted = Counter(kind for kind, _ in rows)
    assert len(set(rows)) == len(rows)
    assert counted["process"] == 25, "every hour once: none left out, none twice"
    assert counted["nightly"] in {1, 2}
    nights = sorted(slot for kind, slot in rows if kind == "nightly")
    first = date.fromisoformat(nights[0])
    assert nights == [(first + timedelta(days=number)).isoformat() for number in range(len(nights))]


@pytest.fixture
def forgetful() -> Iterator[None]:
    yield
    deadline_instant.cache_clear()


@pytest.mark.usefixtures("forgetful")
def test_new_zone_data_moves_no_deadline_that_has_passed(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The frozen state carries its instant; an update of the zone's rules changes only what is still to come."""
    autumn = datetime(2024, 11, 1, tzinfo=UTC)
    with db.write() as connection:
        connection.execute(bodies_table.update().values(created_at=autumn))
    (made,) = freeze_passed(db, FixedClock(FLIP))
    monkeypatch.setattr(clocks, "CHINA", ZoneInfo("Asia/Tokyo"))
    # New zone data comes with a new process, whose memory is empty.
    deadline_instant.cache_clear()
    assert deadline_instant(DUE) == FLIP - timedelta(hours=1)
    assert freeze_passed(db, FixedClock(FLIP + timedelta(days=1))) == ()
    with db.read() as connection:
        kept = snapshots.find(connection, 2024, DUE)
        assert kept is not None
        assert (kept.deadline_at, kept.digest) == (FLIP, made.digest) == (made.deadline_at, snapshots.digest(connection, kept))

"""Judging what changed leaves every duty as judging all of them would; what is overlooked all the same is found, mended and told."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from monitor.changed import check_all, evaluate_changed
from storage import changes, duties, events
from storage.database import Database, open_database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import Audience, DutyStatus, MissingConfidence
from storage.domain.ids import BodyId
from storage.schema import sightings, visits
from tests.flows.alert_world import MORNING, at, fill_world, look, report_line
from tests.flows.changing_world import HOUR, START, ChangingWorld

pytestmark = pytest.mark.flow
SECOND = DutyKey(BodyId("b1"), 2024)
steps = st.one_of(st.tuples(st.integers(0, 12), st.integers(0, 400)), st.integers(1, 80))


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("changed") / "migrated.sqlite3"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def db(migrated: Path, tmp_path: Path) -> Database:
    """Three departments on one list, of which the first has published."""
    shutil.copy(migrated, tmp_path / "t.sqlite3")
    database = open_database(f"sqlite:///{tmp_path / 't.sqlite3'}", migrate=False)
    fill_world(database)
    look(database, at(20, month=1), (report_line(0, at(19, month=1)),))
    return database


@settings(max_examples=25)
@given(st.lists(st.lists(steps, min_size=1, max_size=6), min_size=2, max_size=8))
def test_whatever_happens_judging_what_changed_is_judging_all(migrated: Path, rounds: list[list[tuple[int, int] | int]]) -> None:
    with TemporaryDirectory() as folder:
        shutil.copy(migrated, Path(folder) / "t.sqlite3")
        with open_database(f"sqlite:///{folder}/t.sqlite3", migrate=False) as database:
            world = ChangingWorld(database)
            for one in rounds:
                done = [world.pass_time(step) if isinstance(step, int) else world.happen(*step) for step in one]
                evaluate_changed(database, world.clock)
                by_changes = world.stored()
                assert check_all(database, world.clock).overlooked == [], done
                assert world.stored() == by_changes, done
            with database.read() as connection:
                assert not changes.are_waiting(connection)


def state(db: Database, key: DutyKey = SECOND) -> duties.StoredDuty:
    with db.read() as connection:
        found = duties.get(connection, key)
    assert found is not None
    return found


def judged(db: Database, now: datetime) -> int:
    """How many duties were judged at that moment."""
    return sum(one.evaluated for one in evaluate_changed(db, FixedClock(now)))


def test_a_tick_judges_only_what_changed(db: Database) -> None:
    morning = at(21, month=1)
    assert judged(db, morning) == 6, "two report years of three bodies, at first all"
    assert judged(db, morning + HOUR) == 0
    with db.write() as connection:
        changes.of_bodies(connection, [SECOND.body_id])
    assert judged(db, morning + 2 * HOUR) == 2
    look(db, morning + 3 * HOUR)
    assert judged(db, morning + 4 * HOUR) == 6


def test_the_clock_alone_turns_what_it_turns(db: Database) -> None:
    deadline = datetime(2025, 1, 31, 16, tzinfo=UTC)
    assert judged(db, deadline - timedelta(seconds=1)) == 6
    assert state(db).state.status is DutyStatus.NOT_DUE
    assert judged(db, deadline) == 2, "two bodies have not published; their other year is not looked at"
    assert state(db).state.status is DutyStatus.UNKNOWN
    for day in (2, 3, 4):
        look(db, at(day))
    assert judged(db, at(4, hour=7)) == 6
    assert state(db).state.missing_confidence is MissingConfidence.ESTABLISHED
    assert judged(db, at(6) - timedelta(seconds=1)) == 0
    assert judged(db, at(6)) > 0
    assert state(db).state.missing_confidence is MissingConfidence.PROVISIONAL, "the newest look is two days old"


def test_a_new_year_brings_its_duties(db: Database) -> None:
    judged(db, at(20, month=3))
    assert judged(db, datetime(2026, 1, 2, tzinfo=UTC)) > 0
    assert state(db, DutyKey(SECOND.body_id, 2025)).state.status is DutyStatus.NOT_DUE


def test_what_nobody_told_of_is_found_mended_and_told_to_the_operators(db: Database) -> None:
    judged(db, MORNING)
    assert check_all(db, FixedClock(MORNING)).overlooked == []
    with db.write() as connection:  # behind the back of the repositories
        connection.execute(update(sightings).where(sightings.c.report_year == 2024).values(body_id=SECOND.body_id))
    found = check_all(db, FixedClock(MORNING + HOUR))
    assert {key.body_id for key in found.overlooked} == {"b0", "b1"}
    assert state(db).state.status is DutyStatus.ON_TIME
    with db.read() as connection:
        (told,) = [one for one in events.recent(connection, audience=Audience.OPERATOR) if one.kind is EventKind.PROCESS_FAILED]
    assert "2项状态" in told.payload["reason"]
    assert check_all(db, FixedClock(MORNING + 2 * HOUR)).overlooked == []


def test_what_waits_to_be_judged_is_no_oversight(db: Database) -> None:
    judged(db, MORNING)
    for day in (2, 3, 4):
        look(db, at(day))
    assert check_all(db, FixedClock(MORNING)).overlooked == []
    assert state(db).state.status is DutyStatus.MISSING, "it is set right at once"
    judged(db, MORNING)
    assert check_all(db, FixedClock(at(9))).overlooked == [], "a look that is no longer fresh was to be expected"


def test_after_a_clock_that_was_ahead_the_evidence_of_today_counts(db: Database) -> None:
    judged(db, at(20))
    for day in (2, 3, 4):
        look(db, at(day), (report_line(1, at(30, month=1)),))
    judged(db, at(4, hour=7))
    assert state(db).state.status is not DutyStatus.ON_TIME, "what was judged as of a later moment stays"
    judged(db, at(20))
    assert state(db).state.status is DutyStatus.ON_TIME


def test_another_program_judges_all_again_and_calls_nothing_overlooked(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(db, MORNING)
    with db.write() as connection:
        connection.execute(update(visits).values(qualified=False))
    monkeypatch.setattr("monitor.changed._code", lambda: "the next release")
    assert check_all(db, FixedClock(MORNING)).overlooked == []
    assert judged(db, MORNING) == 6


def test_a_change_written_while_a_judgement_is_under_way_stays_for_the_next(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    judged(db, START)
    look(db, START + HOUR)
    real = changes.settle

    def settle_late(connection: object, seen: changes.Pending) -> None:
        changes.of_bodies(connection, [SECOND.body_id])  # type: ignore[arg-type]
        real(connection, seen)  # type: ignore[arg-type]

    monkeypatch.setattr(changes, "settle", settle_late)
    judged(db, START + 2 * HOUR)
    monkeypatch.undo()
    assert judged(db, START + 3 * HOUR) == 2

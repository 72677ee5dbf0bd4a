"""Deadline snapshots: frozen at 24:00, after downtime too, never rewritten; what came later stands beside them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.cli.main import main
from monitor.duties.expected import expected
from monitor.evaluate import evaluate_duties
from monitor.snapshots import freeze_passed
from storage import bodies, duties, portals, snapshots
from storage.database import Database, open_database
from storage.domain.clock import CHINA, FixedClock, deadline_instant
from storage.domain.enums import BodyKind, BodyLevel, DutyStatus
from storage.domain.ids import BodyId, PortalId
from storage.domain.registry import Body, Portal
from tests.flows.alert_world import at, look, report_line, settings_for

DUE = date(2025, 1, 31)
DEADLINE = deadline_instant(DUE)
AUTUMN = datetime(2024, 11, 1, tzinfo=UTC)


def fill(db: Database, count: int = 4) -> None:
    """Departments and one government on one list, registered long before the deadline; the last department is exempt."""
    with db.write() as connection:
        for number in range(count):
            reason = "已并入他局" if number == count - 1 else ""
            body = Body(
                BodyId(f"b{number}"), f"示例市示例{number}局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100", exempt_reason=reason
            )
            bodies.upsert(connection, body, AUTUMN)
        bodies.upsert(connection, Body(BodyId("g"), "示例市人民政府", BodyKind.GOVERNMENT, BodyLevel.PREFECTURE, "990100"), AUTUMN)
        portals.upsert(connection, Portal(PortalId("p1"), "示例市门户", "http://a.gov.test/", "platform"), AUTUMN)
        entry = portals.add_entry_point(connection, PortalId("p1"), "http://a.gov.test/list.html", now=AUTUMN)
        portals.link_bodies(connection, entry, [BodyId(f"b{number}") for number in range(count)])


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with open_database(settings_for(tmp_path).database_url) as database:
        fill(database)
        look(database, at(20, month=1), (report_line(0, at(19, month=1)),))
        look(database, at(31, hour=18, month=1), (report_line(0, at(19, month=1)),))
        yield database


def frozen(db: Database) -> dict[str, DutyStatus]:
    with db.read() as connection:
        snapshot = snapshots.find(connection, 2024, DUE)
        assert snapshot is not None
        return {one.duty.key.body_id: one.state.status for one in snapshots.rows(connection, snapshot)}


def test_nothing_is_frozen_before_midnight_and_all_of_it_at_midnight(db: Database) -> None:
    assert freeze_passed(db, FixedClock(DEADLINE - timedelta(seconds=1))) == ()
    (made,) = freeze_passed(db, FixedClock(DEADLINE))
    assert (made.report_year, made.due_on, made.caught_up) == (2024, DUE, False)
    assert frozen(db) == {
        "b0": DutyStatus.ON_TIME,
        "b1": DutyStatus.UNKNOWN,
        "b2": DutyStatus.UNKNOWN,
        "b3": DutyStatus.EXEMPT,
    }  # the government's deadline has not passed
    assert freeze_passed(db, FixedClock(DEADLINE + timedelta(minutes=1))) == ()


def test_the_counts_add_up_and_each_row_names_its_evidence(db: Database) -> None:
    (made,) = freeze_passed(db, FixedClock(DEADLINE))
    with db.read() as connection:
        tally = snapshots.counts(connection, made)
        rows = {one.duty.key.body_id: one for one in snapshots.rows(connection, made)}
    by = tally.by_status
    assert tally.registered == 4
    assert tally.due == tally.registered - by[DutyStatus.EXEMPT] - by[DutyStatus.NOT_DUE] == 3
    assert tally.due == tally.published + by[DutyStatus.MISSING] + by[DutyStatus.UNKNOWN] + by[DutyStatus.WITHDRAWN]
    assert rows["b0"].evidence == {"urls": "http://a.gov.test/0.html"}
    assert rows["b1"].evidence == {"visits": "1,2"}
    assert "2025-01-31 18:00" in rows["b1"].state.reason
    assert rows["b1"].state.last_not_seen_at == at(31, hour=18, month=1)


def test_after_downtime_it_is_computed_as_of_the_deadline_and_says_so(db: Database) -> None:
    # Nothing of ours ran until 9 February; meanwhile one report appeared and the others were looked for.
    for day in (2, 4, 6):
        look(db, at(day), (report_line(0, at(19, month=1)), report_line(1, at(30, month=1))))
    clock = FixedClock(at(9))
    evaluate_duties(db, clock, 2024)
    (made,) = freeze_passed(db, clock)
    assert made.caught_up
    in_time = {"b0": DutyStatus.ON_TIME, "b1": DutyStatus.UNKNOWN, "b2": DutyStatus.UNKNOWN, "b3": DutyStatus.EXEMPT}
    assert frozen(db) == in_time
    with db.read() as connection:
        assert duties.get(connection, snapshots.rows(connection, made)[1].duty.key).state.status is DutyStatus.ON_TIME


def test_what_comes_later_changes_nothing_in_it(db: Database) -> None:
    (made,) = freeze_passed(db, FixedClock(DEADLINE))
    before = frozen(db)
    for day in (1, 3, 5):
        look(db, at(day), (report_line(1, at(3)),))
        clock = FixedClock(at(day, hour=7))
        evaluate_duties(db, clock, 2024)
        freeze_passed(db, clock)
    with db.write() as connection:
        # Rows offered to a sealed snapshot are not taken, whoever offers them.
        row = snapshots.rows(connection, made)[0]
        connection.execute(text("DELETE FROM frozen_duties WHERE body_id = 'b0'"))
        snapshots.add(connection, made, [row], at(6))
        assert not snapshots.seal(connection, made, at(6))
        assert snapshots.digest(connection, made) != made.digest
    assert frozen(db) == {name: status for name, status in before.items() if name != "b0"}


def test_a_body_registered_after_the_deadline_is_not_in_it(db: Database) -> None:
    with db.write() as connection:
        bodies.upsert(connection, Body(BodyId("new"), "新局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), at(2))
    freeze_passed(db, FixedClock(at(9)))
    assert set(frozen(db)) == {"b0", "b1", "b2", "b3"}


def test_an_installation_begun_after_the_deadline_claims_nothing(tmp_path: Path) -> None:
    with open_database(settings_for(tmp_path / "late").database_url) as database:
        with database.write() as connection:
            bodies.upsert(connection, Body(BodyId("b"), "某局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100"), at(2))
        assert freeze_passed(database, FixedClock(at(9))) == ()


KILLED = """
import sys
from datetime import datetime
from monitor import snapshots
from storage import failpoint
from storage.database import open_database
from storage.domain.clock import FixedClock
snapshots.BATCH = 2
with open_database(sys.argv[1]) as db:
    failpoint.arm(sys.argv[2])
    snapshots.freeze_passed(db, FixedClock(datetime.fromisoformat(sys.argv[3])))
"""


def test_killed_at_any_commit_it_goes_on_where_it_stopped(db: Database, tmp_path: Path) -> None:
    url, clock = settings_for(tmp_path).database_url, FixedClock(DEADLINE)
    for commit in (1, 2, 3):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(url), f"commit:{commit}", clock.now().isoformat()],
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
            check=False,
            timeout=120,
        )
        assert done.returncode == -signal.SIGKILL
        with db.read() as connection:
            assert all(one.sealed_at is None for one in snapshots.list_all(connection))
    (made,) = freeze_passed(db, clock)
    assert len(frozen(db)) == 4
    with db.read() as connection:
        assert snapshots.digest(connection, made) == made.digest


def test_the_command_shows_then_and_now_and_notices_an_edit(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    freeze_passed(db, FixedClock(DEADLINE))
    look(db, at(3), (report_line(0, at(19, month=1)), report_line(1, at(3))))
    evaluate_duties(db, FixedClock(at(3)), 2024)
    words = ["--data-dir", str(tmp_path), "duty", "snapshot", "--year", "2024"]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "名录 4 − 免报 1 − 未到期 0 = 应发布 3" in said
    assert "已发布 1 + 未发现 0 + 无法判断 2 + 已撤下 0 = 3" in said
    assert main([*words, "--changed", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["body_id"]: (row["status"], row["now"]) for row in told["duties"]} == {
        "b1": ("unknown", "late"),
        "b2": ("unknown", "missing"),
    }
    assert main(["--data-dir", str(tmp_path), "duty", "snapshots"]) == 0
    assert "2025-01-31" in capsys.readouterr().out
    with db.write() as connection:
        connection.execute(text("UPDATE frozen_duties SET status = 'missing' WHERE body_id = 'b1'"))
    assert main(words) == 8
    assert "不符" in capsys.readouterr().err


def test_the_moment_is_midnight_in_china() -> None:
    body = Body(BodyId("b"), "某局", BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100")
    (duty,) = expected([body], 2024)
    assert deadline_instant(duty.due_on) == datetime(2025, 1, 31, 16, 0, tzinfo=UTC) == datetime(2025, 2, 1, tzinfo=CHINA).astimezone(UTC)

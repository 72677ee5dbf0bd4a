"""Bodies without a known portal are never accused: through a whole year they are not due, then "cannot tell", with the reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.evaluate import evaluate_years, report_years, tell_sources
from storage import duties, events
from storage.database import open_database
from storage.domain.alerts import EventKind
from storage.domain.clock import FixedClock
from storage.domain.enums import BodyLevel, DutyStatus
from storage.registry_import import Import, import_rows
from storage.registry_starter import starter_table

START = datetime(2025, 1, 2, 3, tzinfo=UTC)


def test_nobody_without_a_portal_is_called_missing(tmp_path: Path) -> None:
    seen: set[DutyStatus] = set()
    with open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}") as db:
        with db.write() as connection:
            table = starter_table(BodyLevel.PREFECTURE, "330000", {})
            assert import_rows(connection, table.rows, now=START, how=Import())[0].written
        for weeks in range(0, 56, 3):
            clock = FixedClock(START + timedelta(weeks=weeks))
            for year in evaluate_years(db, clock, report_years(clock.now())):
                seen |= {status for status, count in year.by_status.items() if count}
            tell_sources(db, clock)
        assert seen == {DutyStatus.NOT_DUE, DutyStatus.UNKNOWN}
        with db.read() as connection:
            unknown = duties.list_for(connection, report_year=2024, statuses=[DutyStatus.UNKNOWN])
            assert len(unknown) == 12
            assert all("尚未登记可查的公开栏目" in one.state.reason and "不代表未发布" in one.state.reason for one in unknown)
            assert not [one for one in events.recent(connection, limit=1000) if one.kind is EventKind.REPORT_MISSING]

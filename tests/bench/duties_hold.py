"""What must hold of all duties of the simulated country after every day, and what at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from duties_country import PER_LIST
from sqlalchemy import Row, delete, func, select, text

from monitor.evaluate import evaluate_years, report_years
from storage import changes, duties, snapshots
from storage.database import Database
from storage.domain.clock import Clock, deadline_instant
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus
from storage.domain.ids import BodyId
from storage.schema import duties as duty_table
from storage.schema import duty_transitions

TABLES = ("duties", "duty_transitions", "events", "frozen_duties", "deadline_snapshots", "sightings", "visits", "evidence_changes")


class Report(Protocol):
    """What is true of one report."""

    appears: datetime | None
    away_from: datetime | None


class Holds:
    """Counts what is violated; `met` and `lit` are what the simulated looks have seen so far."""

    def __init__(
        self,
        db: Database,
        truth: Callable[[int, int], Report],
        met: set[tuple[int, int]],
        lit: dict[tuple[int, int], datetime],
        count: int,
    ) -> None:
        self.db, self.truth, self.met, self.lit, self.count = db, truth, met, lit, count
        self.wrong, self.looked = Counter[str](), 0

    def note(self, what: str, holds: bool) -> None:
        """Count a violation."""
        self.wrong[what] += holds
        self.looked += 1

    def check(self, now: datetime) -> None:
        """What must hold after every day."""
        columns = (duty_table.c.body_id, duty_table.c.report_year, duty_table.c.status, duty_table.c.due_on)
        with self.db.read() as connection:
            self.note("changes are left over", changes.are_waiting(connection))
            for year in report_years(now):
                tally = duties.counts(connection, year)
                by = tally.by_status
                added = tally.published + by[DutyStatus.MISSING] + by[DutyStatus.UNKNOWN] + by[DutyStatus.WITHDRAWN]
                self.note("counts do not add up", tally.registered != self.count or tally.due != added)
                for row in connection.execute(select(*columns).where(duty_table.c.report_year == year)):
                    self._check_one(row, now)

    def _check_one(self, row: Row[tuple[str, int, str, object]], now: datetime) -> None:
        body, year, status = int(row.body_id[1:]), row.report_year, DutyStatus(row.status)
        deadline, truth = deadline_instant(row.due_on), self.truth(body, year)
        last_lit = self.lit.get((body // PER_LIST + 1, now.year))
        self.note("missing, but it was there", status is DutyStatus.MISSING and (body, year) in self.met)
        blind = status is DutyStatus.MISSING and year == now.year - 1 and (last_lit is None or last_lit < deadline)
        self.note("missing, but nobody could see", blind)
        in_time = truth.appears is not None and truth.appears < deadline
        self.note("late, but it was in time", status is DutyStatus.LATE and in_time and body % 3 != 0)
        self.note("due, but called not due", status is DutyStatus.NOT_DUE and now >= deadline)
        withdrawn = status is DutyStatus.WITHDRAWN and (truth.away_from is None or now < truth.away_from)
        self.note("withdrawn, but it never went", withdrawn)

    def at_the_end(self, clock: Clock) -> None:
        """Histories hang together, deadlines were frozen once, and states can be computed again from evidence alone."""
        db, years = self.db, report_years(clock.now())
        with db.read() as connection:
            self.sizes = {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in TABLES}
            all_years = duties.report_years(connection)
            before = {one.duty.key: one for year in years for one in duties.list_for(connection, report_year=year)}
            order = (duty_transitions.c.body_id, duty_transitions.c.report_year, duty_transitions.c.id)
            last: dict[DutyKey, str] = {}
            for row in connection.execute(select(duty_transitions).order_by(*order)):
                key = DutyKey(BodyId(row.body_id), row.report_year)
                self.note("a transition is missing", row.from_status != last.get(key, ""))
                last[key] = row.to_status
            self.note("history and state differ", any(last[key] != one.state.status.value for key, one in before.items()))
            self.note(
                "a year's duties are missing",
                connection.scalar(select(func.count()).select_from(duty_table)) != self.count * len(all_years),
            )
            for one in snapshots.list_all(connection):
                self.note("a snapshot is open or altered", one.sealed_at is None or snapshots.digest(connection, one) != one.digest)
        self.owed = self.count * len(all_years)
        with db.write() as connection:
            connection.execute(delete(duty_table))
        evaluate_years(db, clock, years)
        with db.read() as connection:
            again = {one.duty.key: one for year in years for one in duties.list_for(connection, report_year=year)}
        for key, one in before.items():
            same = again[key].duty == one.duty and again[key].next_change_at == one.next_change_at and _bare(again[key]) == _bare(one)
            self.note("not the same when computed again", not same)

    def said(self) -> int:
        """Print what was found; 1 where something was violated."""
        for name, rows in self.sizes.items():
            print(f"  {name:20} {rows:>9,} rows, {rows / self.owed:6.2f} per duty")
        print(f"  violated invariants: {sum(self.wrong.values())} of {self.looked:,} {dict(+self.wrong) or ''}", flush=True)
        return 1 if +self.wrong else 0


def _bare(one: duties.StoredDuty) -> tuple[object, ...]:
    state = one.state
    return (
        *(state.status, state.missing_confidence, state.days_late_min, state.days_late_max, state.published_on, state.published_source),
        *(state.first_seen_at, state.last_not_seen_at, state.reason, state.notes),
    )

"""Three years of a generated country, fast-forwarded: who publishes when, what each look sees, and what must hold after every look."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from duties_country import PER_LIST, line_row, put, registry, visit_row
from sqlalchemy import delete, select, text, update

from monitor.evaluate import evaluate_years, report_years
from monitor.snapshots import freeze_passed
from storage import duties, snapshots
from storage.database import Database
from storage.domain.clock import FixedClock, deadline_instant, local_date
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus
from storage.domain.ids import BodyId
from storage.schema import duties as duty_table
from storage.schema import duty_transitions, sightings, visits

START, END = date(2022, 12, 20), date(2025, 12, 20)
WITHDRAWN = timedelta(days=40)


@dataclass(frozen=True, slots=True)
class Truth:
    """When a report appears, and from when it is away for forty days; None for never."""

    appears: datetime | None
    away_from: datetime | None

    def stands(self, at: datetime) -> bool:
        """Whether the list carries it at that moment."""
        if self.appears is None or at < self.appears:
            return False
        return self.away_from is None or not self.away_from <= at < self.away_from + WITHDRAWN


def steps() -> Iterator[datetime]:
    """Days of looking: daily about the two deadlines, weekly else."""
    day = START
    while day <= END:
        if (1, 26) <= (day.month, day.day) <= (2, 8) or (3, 27) <= (day.month, day.day) <= (4, 8) or day.toordinal() % 7 == 0:
            yield datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        day += timedelta(days=1)


def truth_of(body: int, year: int) -> Truth:
    """Drawn from the body and the year alone: most in time, some late, some never, few withdrawn for a while."""
    drawn = random.Random(f"{body}/{year}")
    due = deadline_instant(date(year + 1, 3, 31) if body % 20 == 0 else date(year + 1, 1, 31))
    kind = drawn.random()
    if kind < 0.05:
        return Truth(None, None)
    appears = due - timedelta(hours=drawn.uniform(12, 500)) if kind < 0.8 else due + timedelta(hours=drawn.uniform(12, 900))
    away = appears + timedelta(days=drawn.uniform(20, 200)) if drawn.random() < 0.02 else None
    return Truth(appears, away)


def dark(entry: int, at: datetime) -> bool:
    """Whether the list cannot be read that day: one in seven is away for three weeks about the departments' deadline."""
    return entry % 7 == at.year % 7 and date(at.year, 1, 20) <= at.date() <= date(at.year, 2, 10)


class Country:
    """The simulated country and what was found wrong."""

    def __init__(self, db: Database, count: int) -> None:
        self.db, self.count, self.wrong = db, count, Counter[str]()
        self.clock = FixedClock(datetime(2022, 12, 1, tzinfo=UTC))
        self.lists = range(1, (count + PER_LIST - 1) // PER_LIST + 1)
        self.met: dict[tuple[int, int], bool] = {}
        self.truths: dict[tuple[int, int], Truth] = {}
        self.lit_since: dict[tuple[int, int], datetime] = {}
        registry(db, count, datetime(2022, 1, 1, tzinfo=UTC))

    def look(self, at: datetime) -> None:
        """One visit to every list; lines that stand on lists that can be read are met."""
        lit = {entry for entry in self.lists if not dark(entry, at)}
        put(self.db, visits, (visit_row(entry, at, qualified=entry in lit) for entry in self.lists))
        seen_at, new, gone = at + timedelta(minutes=5), [], []
        for year in report_years(at):
            for body in range(self.count):
                truth = self.truths.setdefault((body, year), truth_of(body, year))
                if body // PER_LIST + 1 not in lit:
                    continue
                if not truth.stands(at):
                    gone += [f"http://p.gov.test/{body}/{year}.html"] if (body, year) in self.met else []
                elif (body, year) not in self.met:
                    self.met[body, year] = True
                    listed = local_date(truth.appears) if truth.appears and body % 3 else None
                    new.append(line_row(body, year, seen_at, seen_at, listed))
        put(self.db, sightings, new)
        self._see_again(seen_at, lit, gone)
        for entry in lit:
            self.lit_since[entry, at.year] = at

    def _see_again(self, at: datetime, lit: set[int], gone: list[str]) -> None:
        unlit = sorted(set(self.lists) - lit)
        years = report_years(at)
        with self.db.write() as connection:
            standing = (sightings.c.report_year.in_(years), sightings.c.entry_point_id.not_in(unlit), sightings.c.url.not_in(gone))
            connection.execute(update(sightings).where(*standing).values(last_seen_at=at))

    def check(self, now: datetime) -> None:
        """What must hold after every evaluation."""
        with self.db.read() as connection:
            for year in report_years(now):
                tally = duties.counts(connection, year)
                by = tally.by_status
                added = tally.published + by[DutyStatus.MISSING] + by[DutyStatus.UNKNOWN] + by[DutyStatus.WITHDRAWN]
                self.note("counts do not add up", tally.registered != self.count or tally.due != added)
                for one in duties.list_for(connection, report_year=year):
                    self._check_one(one, now)

    def _check_one(self, one: duties.StoredDuty, now: datetime) -> None:
        body, year = int(one.duty.key.body_id[1:]), one.duty.key.report_year
        status, truth = one.state.status, self.truths[body, year]
        deadline = deadline_instant(one.duty.due_on)
        entry = body // PER_LIST + 1
        last_lit = self.lit_since.get((entry, now.year))
        self.note("missing, but it was there", status is DutyStatus.MISSING and (body, year) in self.met)
        blind = status is DutyStatus.MISSING and year == now.year - 1 and (last_lit is None or last_lit < deadline)
        self.note("missing, but nobody could see", blind)
        in_time = truth.appears is not None and truth.appears < deadline
        self.note("late, but it was in time", status is DutyStatus.LATE and in_time and body % 3 != 0)
        self.note("due, but called not due", status is DutyStatus.NOT_DUE and now >= deadline)
        withdrawn = status is DutyStatus.WITHDRAWN and (truth.away_from is None or now < truth.away_from)
        self.note("withdrawn, but it never went", withdrawn)

    def note(self, what: str, holds: bool) -> None:
        """Count a violation."""
        self.wrong[what] += holds


def simulate(db: Database, count: int) -> int:
    """Run the years; 1 where an invariant was violated."""
    country, ticks = Country(db, count), []
    for at in steps():
        country.look(at)
        country.clock.advance(at + timedelta(hours=1) - country.clock.now())
        start = time.process_time()
        freeze_passed(db, country.clock)
        evaluate_years(db, country.clock, report_years(country.clock.now()))
        ticks.append(time.process_time() - start)
        country.check(country.clock.now())
    _at_the_end(country)
    _print(country, sorted(ticks))
    return 1 if +country.wrong else 0


def _at_the_end(country: Country) -> None:
    """Histories hang together, deadlines were frozen once, and states can be computed again from evidence alone."""
    db, years = country.db, report_years(country.clock.now())
    with db.read() as connection:
        before = {one.duty.key: one for year in years for one in duties.list_for(connection, report_year=year)}
        order = (duty_transitions.c.body_id, duty_transitions.c.report_year, duty_transitions.c.id)
        last: dict[DutyKey, str] = {}
        for row in connection.execute(select(duty_transitions).order_by(*order)):
            key = DutyKey(BodyId(row.body_id), row.report_year)
            country.note("a transition is missing", row.from_status != last.get(key, ""))
            last[key] = row.to_status
        country.note("history and state differ", any(last[key] != one.state.status.value for key, one in before.items()))
        for one in snapshots.list_all(connection):
            country.note("a snapshot is open or altered", one.sealed_at is None or snapshots.digest(connection, one) != one.digest)
    with db.write() as connection:
        connection.execute(delete(duty_table))
    evaluate_years(db, country.clock, years)
    with db.read() as connection:
        again = {one.duty.key: one for year in years for one in duties.list_for(connection, report_year=year)}
    country.note("not the same when computed again", any(again[key].state != one.state for key, one in before.items()))


def _print(country: Country, ticks: list[float]) -> None:
    def rows(table: str) -> int:
        with country.db.read() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())

    middle, most = ticks[len(ticks) // 2], ticks[-1]
    print(f"{country.count:,} bodies, {START} to {END}, {len(ticks)} evaluations: median {middle:.2f} s, most {most:.2f} s CPU")
    owed = country.count * 4
    for table in ("duties", "duty_transitions", "events", "frozen_duties", "deadline_snapshots"):
        print(f"  {table:20} {rows(table):>9,} rows, {rows(table) / owed:5.2f} per duty")
    print(f"  violated invariants: {sum(country.wrong.values())} {dict(+country.wrong) or ''}", flush=True)

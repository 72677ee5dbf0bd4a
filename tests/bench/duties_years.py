"""Three years of a generated country, fast-forwarded: who publishes when, and what each look sees. What must hold: `duties_hold`."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from duties_country import PER_LIST, line_row, put, registry, visit_row
from duties_hold import Holds
from sqlalchemy import Connection, bindparam, insert, update

from monitor.changed import check_all, evaluate_changed
from monitor.evaluate import report_years
from monitor.snapshots import freeze_passed
from storage import changes
from storage.database import Database
from storage.domain.clock import FixedClock, deadline_instant, local_date
from storage.schema import sightings, visits

START, END = date(2022, 12, 20), date(2025, 12, 20)
AWAY = timedelta(days=40)
CHECKED_EVERY = 10
"""Days between two passes over all duties that look for overlooked ones."""


@dataclass(frozen=True, slots=True)
class Truth:
    """When a report appears, and from when it is away for forty days; None for never."""

    appears: datetime | None
    away_from: datetime | None

    def stands(self, at: datetime) -> bool:
        """Whether the list carries it at that moment."""
        if self.appears is None or at < self.appears:
            return False
        return self.away_from is None or not self.away_from <= at < self.away_from + AWAY


def steps() -> Iterator[date]:
    """Days of looking: daily about the two deadlines, weekly else."""
    day = START
    while day <= END:
        if (1, 26) <= (day.month, day.day) <= (2, 8) or (3, 27) <= (day.month, day.day) <= (4, 8) or day.toordinal() % 7 == 0:
            yield day
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
    """The simulated country, looked at list by list."""

    def __init__(self, db: Database, count: int) -> None:
        self.db, self.count = db, count
        self.clock = FixedClock(datetime(2022, 12, 1, tzinfo=UTC))
        self.lists = range(1, (count + PER_LIST - 1) // PER_LIST + 1)
        self.met: set[tuple[int, int]] = set()
        self.truths: dict[tuple[int, int], Truth] = {}
        self.lit_since: dict[tuple[int, int], datetime] = {}
        registry(db, count, datetime(2022, 1, 1, tzinfo=UTC))

    def truth(self, body: int, year: int) -> Truth:
        """Of one report."""
        return self.truths.setdefault((body, year), truth_of(body, year))

    def look(self, lists: range, at: datetime) -> None:
        """One visit to each of some lists; lines that stand on lists that can be read are met."""
        lit = [entry for entry in lists if not dark(entry, at)]
        put(self.db, visits, (visit_row(entry, at, qualified=not dark(entry, at)) for entry in lists))
        seen_at, new, again = at + timedelta(minutes=5), [], []
        for entry in lit:
            self.lit_since[entry, at.year] = at
            for body in range((entry - 1) * PER_LIST, min(entry * PER_LIST, self.count)):
                for year in report_years(at):
                    truth = self.truth(body, year)
                    if not truth.stands(at):
                        continue
                    if (body, year) in self.met:
                        again.append({"entry": entry, "address": f"http://p.gov.test/{body}/{year}.html"})
                        continue
                    self.met.add((body, year))
                    new.append(line_row(body, year, seen_at, seen_at, local_date(truth.appears) if truth.appears and body % 3 else None))
        with self.db.write() as connection:
            _write(connection, new, again, seen_at)
            changes.of_entry_points(connection, lists)


def _write(connection: Connection, new: list[dict[str, object]], again: list[dict[str, object]], at: datetime) -> None:
    if new:
        connection.execute(insert(sightings), new)
    if again:
        mine = (sightings.c.entry_point_id == bindparam("entry"), sightings.c.url == bindparam("address"))
        connection.execute(update(sightings).where(*mine).values(last_seen_at=at), again)


def simulate(db: Database, count: int, a_day: int) -> int:
    """Run the years, each day in so many ticks; 1 where an invariant was violated."""
    country, spent = Country(db, count), Spent([], [], [])
    holds = Holds(db, country.truth, country.met, country.lit_since, count)
    share = -(-len(country.lists) // a_day)
    for number, day in enumerate(steps()):
        begin = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        for tick in range(a_day):
            at = begin + tick * timedelta(minutes=20)
            country.look(country.lists[tick * share : (tick + 1) * share], at)
            spent.ticks.append(_tick(country, at + timedelta(minutes=19)))
        spent.midnights.append(_tick(country, datetime(day.year, day.month, day.day, 16, tzinfo=UTC)))
        if number % CHECKED_EVERY == 0:
            start = time.process_time()
            overlooked = check_all(db, country.clock).overlooked
            spent.checks.append(time.process_time() - start)
            holds.note("overlooked by judging what changed", any(overlooked))
        holds.check(country.clock.now())
        if number % CHECKED_EVERY == 0:
            print(f"  {day}: {sum(holds.wrong.values())} of {holds.looked:,} violated; {spent.said()}", file=sys.stderr, flush=True)
    holds.at_the_end(country.clock)
    print(f"{count:,} bodies, {START} to {END}: {spent.said()}")
    return holds.said()


def _tick(country: Country, at: datetime) -> float:
    country.clock.advance(at - country.clock.now())
    start = time.process_time()
    freeze_passed(country.db, country.clock)
    evaluate_changed(country.db, country.clock)
    return time.process_time() - start


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU seconds: of ticks after some lists were looked at, of those at midnight, and of passes over all duties."""

    ticks: list[float]
    midnights: list[float]
    checks: list[float]

    def said(self) -> str:
        """In one line."""
        parts = (("ticks", self.ticks), ("midnights", self.midnights), ("passes over all", self.checks))
        return "; ".join(
            f"{len(of)} {name}: median {_at(of, 0.5):.2f} s, 99 % {_at(of, 0.99):.2f} s, most {max(of):.2f} s" for name, of in parts
        )


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]

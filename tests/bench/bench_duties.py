"""Judging duties at the size of the country: `python tests/bench/bench_duties.py [--bodies 12000] [--years 7] [--simulate 400]`.

Generated data in SQLite: lists of twenty bodies with three weeks of visits, reports of nine bodies in ten (each a list line, an archived
version and a reading). Printed: a full evaluation of all years from nothing and again with nothing changed, in CPU seconds on one core,
and what 120,000 bodies × 7 years come to in proportion; then single ticks: nothing changed, some lists were looked at. Then three simulated
years of `--simulate` bodies (10,000 take the better part of an hour), with outages, late reports, withdrawals and restorations, each day in
`--ticks` ticks; after each day the invariants are checked. `--bodies 0` or `--simulate 0` leaves that part out. Exit 1 where one does
not hold.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from duties_country import NOW, PER_LIST, fill, put, visit_row
from duties_years import simulate

from monitor.changed import evaluate_changed
from monitor.evaluate import evaluate_years
from storage import changes
from storage.database import Database, open_database
from storage.domain.clock import FixedClock
from storage.schema import visits

COUNTRY = 120_000 * 7


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--bodies", type=int, default=12_000)
    asked.add_argument("--years", type=int, default=7)
    asked.add_argument("--simulate", type=int, default=400)
    asked.add_argument("--ticks", type=int, default=12)
    chosen = asked.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, SQLite; CPU seconds of one process")
    with tempfile.TemporaryDirectory() as folder:
        if chosen.bodies:
            with open_database(f"sqlite:///{folder}/country.sqlite3") as db:
                whole(db, chosen.bodies, tuple(range(2024, 2024 - chosen.years, -1)))
        if chosen.simulate:
            with open_database(f"sqlite:///{folder}/years.sqlite3") as db:
                return simulate(db, chosen.simulate, chosen.ticks)
    return 0


def whole(db: Database, bodies: int, years: tuple[int, ...]) -> None:
    """Full evaluations of that many bodies and years."""
    fill(db, bodies, years)
    duties, clock = bodies * len(years), FixedClock(NOW)
    for name in ("first evaluation", "nothing changed"):
        seconds = timed(lambda: evaluate_years(db, clock, years))
        said = f"{1e6 * seconds / duties:6.0f} µs each; 120,000 × 7 in proportion: {seconds * COUNTRY / duties:6.0f} s (bar 300)"
        print(f"{name:20} {duties:>9,} duties {seconds:8.1f} s {said}", flush=True)
    evaluate_changed(db, clock)
    for lists in (0, 1, 20, 100):
        look_at(db, lists, clock.now())
        clock.advance(timedelta(minutes=1))
        seconds, judged = timed(lambda: evaluate_changed(db, clock)), lists * PER_LIST * len(years)
        print(f"tick, {lists:3} lists seen  {judged:>9,} duties {seconds:8.3f} s (bar 1)", flush=True)


def look_at(db: Database, lists: int, now: datetime) -> None:
    """One qualified visit to each of so many lists."""
    put(db, visits, (visit_row(number, now - timedelta(minutes=15), qualified=True) for number in range(1, lists + 1)))
    with db.write() as connection:
        changes.of_entry_points(connection, range(1, lists + 1))


def timed(work: Callable[[], object]) -> float:
    """CPU seconds that it took."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())

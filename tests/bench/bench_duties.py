"""Judging duties at the size of the country: `python tests/bench/bench_duties.py [--bodies 12000] [--years 7] [--simulate 10000]`.

Generated data in SQLite: lists of twenty bodies with three weeks of visits, reports of nine bodies in ten (each a list line, an archived
version and a reading). Printed: a full evaluation of all years from nothing and again with nothing changed, in CPU seconds on one core,
and what 120,000 bodies × 7 years come to in proportion. Then three simulated years of `--simulate` bodies, day by day, with outages, late
reports, withdrawals and restorations; after each day the invariants are checked. Exit 1 where one is violated.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from duties_country import NOW, fill
from duties_years import simulate

from monitor.evaluate import evaluate_years
from storage.database import Database, open_database
from storage.domain.clock import FixedClock

COUNTRY = 120_000 * 7


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("--bodies", type=int, default=12_000)
    asked.add_argument("--years", type=int, default=7)
    asked.add_argument("--simulate", type=int, default=10_000)
    chosen = asked.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, SQLite; CPU seconds of one process")
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/country.sqlite3") as db:
        whole(db, chosen.bodies, tuple(range(2024, 2024 - chosen.years, -1)))
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/years.sqlite3") as db:
        return simulate(db, chosen.simulate)


def whole(db: Database, bodies: int, years: tuple[int, ...]) -> None:
    """Full evaluations of that many bodies and years."""
    fill(db, bodies, years)
    duties, clock = bodies * len(years), FixedClock(NOW)
    for name in ("first evaluation", "nothing changed"):
        seconds = timed(lambda: evaluate_years(db, clock, years))
        said = f"{1e6 * seconds / duties:6.0f} µs each; 120,000 × 7 in proportion: {seconds * COUNTRY / duties:6.0f} s (bar 300)"
        print(f"{name:20} {duties:>9,} duties {seconds:8.1f} s {said}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds that it took."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())

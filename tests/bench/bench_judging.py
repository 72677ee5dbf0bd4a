"""Time to judge one report with all rules, on generated reports: `python tests/bench/bench_judging.py`. Printed, never asserted."""

from __future__ import annotations

import platform
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from monitor.judge import Subject, all_rules, judge
from tests.rules.builder import report

CASES: dict[str, dict[str, object]] = {
    "clean": {},
    "one wrong cell": {"cells": {"requests/granted/natural": 23}},
    "organisation columns blank": {
        "requests": {row: [5, "", "", "", "", "", 5] for row in ("new_received", "granted", "total_handled", "carried_in", "carried_out")}
    },
    "five totals at zero": {"cells": {f"requests/{row}/total": 0 for row in ("granted", "partial", "unable_not_held", "refused_petition")}},
    "nothing read": {"base": "empty"},
}


def measure(case: dict[str, object], rounds: int = 100) -> list[float]:
    """Milliseconds per judgement; the report is built outside the clock, everything derived of it inside."""
    made = report(case)
    found = []
    for _ in range(rounds):
        fresh = replace(made)  # what is remembered of a report hangs on its identity: nothing may be left over from the round before
        start = time.perf_counter()
        judge(Subject(fresh))
        found.append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    all_rules()
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(all_rules())} rules; milliseconds per report")
    for name, case in CASES.items():
        times = sorted(measure(case))
        print(f"{name:30} median {statistics.median(times):6.2f}   p95 {times[int(len(times) * 0.95)]:6.2f}")


if __name__ == "__main__":
    main()

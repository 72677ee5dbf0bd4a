"""Judging stored reports in their surroundings: `python tests/bench/bench_cross.py [bodies]`. Printed, never asserted.

Generated reports of 7 years on SQLite, at a smaller scale than the 120,000 of the budget (default 200 bodies, 1,400 reports); the time per
report does not grow with their number, as every look around a report is bounded, and the total is extrapolated linearly. Two lines: the
whole way of `nianbao rejudge` without writing (readings and registry from the database, all rules), and the same with findings written.
"""

from __future__ import annotations

import platform
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_html
from crawler.parsing.report import parse
from monitor.judge import all_rules
from monitor.judging import SILENT, judge_stored, preview
from monitor.surroundings import Shelf, report_keys
from storage import bodies, originals, readings, reports
from storage.database import Database, open_database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion, StoredOriginal
from storage.domain.registry import Body

NOW = datetime(2026, 4, 2, 1, tzinfo=UTC)
YEARS = range(2019, 2026)
WHOLE = 120_000
PER_DIVISION = 20
TRADES = ("教育局", "公安局", "民政局", "财政局", "卫生健康局", "住房和城乡建设局", "交通运输局", "水利局", "司法局", "审计局")


def fill(database: Database, count: int) -> None:
    """`count` bodies, the first of each division its government, each with a report of every year that follows on the year before."""
    templates = [parse(render_html(_facts(number)).encode(), source="t.html") for number in range(30)]
    rng = random.Random(1)
    for number in range(count):
        division, place = 100000 + number // PER_DIVISION, number % PER_DIVISION
        government = number - place
        kind = BodyKind.DEPARTMENT if place else BodyKind.GOVERNMENT
        name = f"第{division}县{TRADES[place % len(TRADES)]}" if place else f"第{division}县人民政府"
        parent = BodyId(f"b{government}") if place else None
        body = Body(BodyId(f"b{number}"), name, kind, BodyLevel.COUNTY, str(division), parent_id=parent)
        with database.write() as connection:
            bodies.upsert(connection, body, NOW)
            for year in YEARS:
                parsed = rng.choice(templates)
                sha = Sha256(f"{number:032x}{year:032x}")
                originals.record(connection, StoredOriginal(sha, 1, f"b/{sha}", "raw", "text/html", NOW))
                version, _ = reports.record_version(connection, body.id, year, NewVersion(f"http://a.test/{number}/{year}", sha), NOW)
                said = "本报告由各部门数据汇总而成。" if not place else ""
                own = replace(parsed, sha256=sha, report_year=year, source=version.found.url, text=parsed.text + said)
                readings.record(connection, version.id, own, NOW)


def _facts(seed: int) -> ReportFacts:
    return make_facts(seed, Wanted("示例县教育局", 2021 + seed % 4, requests=(4, 30, 90)[seed % 3]))


def run(database: Database, *, write: bool) -> tuple[int, float]:
    """How many reports were judged, and the CPU seconds it took."""
    shelf, started = Shelf(), time.process_time()
    with database.read() as connection:
        keys = report_keys(connection)
        known = bodies.get_many(connection, [body_id for body_id, _ in keys])
    for body_id, year in keys:
        if write:
            with database.write() as connection:
                judge_stored(connection, shelf, known[body_id], year, NOW, SILENT)
        else:
            with database.read() as connection:
                preview(connection, shelf, known[body_id], year, NOW)
    return len(keys), time.process_time() - started


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    all_rules()
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(all_rules())} rules, SQLite, one core, CPU time")
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/bench.sqlite3") as database:
        fill(database, count)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for write in (False, True):
            done, seconds = run(database, write=write)
            each = 1000 * seconds / done
            what = "judged and written" if write else "judged, nothing written"
            print(f"{what:26} {done:6} reports  {each:6.2f} ms each  {WHOLE * each / 60000:6.1f} min for {WHOLE:,} (extrapolated)")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {peak / 1024:.0f} MiB, of it {before / 1024:.0f} MiB before judging")


if __name__ == "__main__":
    main()

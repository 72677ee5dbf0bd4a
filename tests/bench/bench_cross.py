"""Judging stored reports in their surroundings: `python tests/bench/bench_cross.py [bodies]`. Printed, never asserted.

Generated reports of 7 years on SQLite, at a smaller scale than the 120,000 of the budget (default 200 bodies, 1,400 reports); the time per
report does not grow with their number, as every look around a report is bounded, and the total is extrapolated linearly. Three lines: the
whole way of `nianbao rejudge` without writing (readings and registry from the database, all rules); the same with duties and findings
written where there were none; and once more where nothing changes.
"""

from __future__ import annotations

import platform
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import Connection, delete

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts, render_html
from crawler.demo.slips import balance_error
from crawler.parsing.report import parse
from monitor.alike import marks as marks_of
from monitor.collector import seldom_collected
from monitor.judge import all_rules
from monitor.judging import SILENT, judge_body, preview
from monitor.shelf import Shelf
from storage import bodies, marks, originals, readings, reports
from storage.database import Database, open_database
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId, Sha256
from storage.domain.originals import NewVersion, StoredOriginal
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.schema import duties, duty_transitions, events, finding_log, findings

NOW = datetime(2026, 4, 2, 1, tzinfo=UTC)
YEARS = range(2019, 2026)
WHOLE = 120_000
PER_DIVISION = 20
CLAUSES = 85
"""Of 8 to 19 characters: about 1,100 characters in sections one and five, as real reports have (800 to 1,700 in those at hand)."""

COPIED = 0.02
"""The share of bodies that take over the text of the one before them."""

WAYS = (("judged, nothing written", False, False), ("judged and written", True, True), ("again, nothing new", True, False))

TRADES = ("教育局", "公安局", "民政局", "财政局", "卫生健康局", "住房和城乡建设局", "交通运输局", "水利局", "司法局", "审计局")


def fill(database: Database, count: int) -> None:
    """`count` bodies, the first of each division its government; each with a report of every year that follows on the year before."""
    rng, words = random.Random(1), list[str]()
    for number in range(count):
        body = _body(number)
        words = list(words) if words and rng.random() < COPIED else [_clause(rng) for _ in range(CLAUSES)]
        with database.write() as connection:
            bodies.upsert(connection, body, NOW)
            for year, parsed in _years(number, body):
                _store(connection, body, year, _in_own_words(parsed, words, rng))


def _body(number: int) -> Body:
    division, place = 110000 + 100 * (number // PER_DIVISION), number % PER_DIVISION
    name = f"第{division}县{TRADES[place % len(TRADES)]}" if place else f"第{division}县人民政府"
    parent = BodyId(f"b{number - place}") if place else None
    kind = BodyKind.DEPARTMENT if place else BodyKind.GOVERNMENT
    return Body(BodyId(f"b{number}"), name, kind, BodyLevel.COUNTY, str(division), parent_id=parent)


def _years(number: int, body: Body) -> Iterator[tuple[int, ParsedReport]]:
    """Each year's report continues the one before; one in ten carries a slip of arithmetic."""
    facts: ReportFacts | None = None
    for year in YEARS:
        facts = make_facts(
            number * 100 + year % 100, Wanted(body.name, year, kind=body.kind, requests=(4, 30, 90)[number % 3], previous=facts)
        )
        printed = balance_error(facts) if (number + year) % 10 == 0 else facts
        yield year, parse(render_html(printed).encode(), source="t.html")


def _store(connection: Connection, body: Body, year: int, parsed: ParsedReport) -> None:
    sha = Sha256(f"{body.id[1:]:0>32}{year:032x}")
    originals.record(connection, StoredOriginal(sha, 1, f"b/{sha}", "raw", "text/html", NOW))
    version, _ = reports.record_version(connection, body.id, year, NewVersion(f"http://a.test/{body.id}/{year}", sha), NOW)
    said = "本报告由各部门数据汇总而成。" if body.kind is BodyKind.GOVERNMENT else ""
    readings.record(connection, version.id, replace(parsed, sha256=sha, source=version.found.url, text=parsed.text + said), NOW)


def _clause(rng: random.Random) -> str:
    return "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(rng.randrange(8, 20))) + "。"


def _in_own_words(parsed: ParsedReport, words: list[str], rng: random.Random) -> ParsedReport:
    """The report with prose of a body's own, as long as in print; a third of it is new every year."""
    words[::3] = [_clause(rng) for _ in words[::3]]
    texts = {1: "".join(words[:60]), 5: "".join(words[60:])}
    sections = tuple(replace(s, text=s.text + texts.get(s.number, "")) for s in parsed.sections)
    return replace(parsed, sections=sections, text=parsed.text + texts[1] + texts[5])


def mark(database: Database) -> None:
    """Every report's marks, as its judgement kept them when it was read."""
    with database.read() as connection:
        keys = reports.keys(connection)
    for body_id, year in keys:
        with database.write() as connection:
            found = readings.newest_for(connection, body_id, year)
            assert found is not None
            marks.replace(connection, body_id, year, marks_of(found.parsed))


def run(database: Database, *, write: bool) -> list[float]:
    """The CPU seconds that judging each body's reports took, as `nianbao rejudge` does it, divided by their number; one per report."""
    shelf, times = Shelf(reads_ahead=True), list[float]()
    with database.read() as connection:
        keys = reports.keys(connection)
        known = bodies.get_many(connection, [body_id for body_id, _ in keys])
    with seldom_collected():
        of_body = {body_id: [year for _, year in of_one] for body_id, of_one in groupby(keys, key=itemgetter(0))}
        for body in sorted(known.values(), key=bodies.side_by_side):
            years = of_body[body.id]
            started = time.process_time()
            _judge(database, shelf, body, years, write=write)
            times += [(time.process_time() - started) / len(years)] * len(years)
    return times


def _judge(database: Database, shelf: Shelf, body: Body, years: list[int], *, write: bool) -> None:
    if write:
        with database.write() as connection:
            judge_body(connection, shelf, body, years, NOW, SILENT)
        return
    with database.read() as connection:
        for year in years:
            preview(connection, shelf, body, year, NOW)


def forget(database: Database) -> None:
    """No report has been judged yet."""
    with database.write() as connection:
        for table in (finding_log, findings, duty_transitions, duties, events):
            connection.execute(delete(table))


def best_of(database: Database, rounds: int, *, write: bool, anew: bool = False) -> list[float]:
    """Each report's best time of several rounds over all of them: what other programs on the machine took is left out."""
    rows: list[list[float]] = []
    for _ in range(rounds):
        if anew:
            forget(database)
        rows.append(run(database, write=write))
    return [min(times) for times in zip(*rows, strict=True)]


def main() -> None:
    count, rounds = (int(sys.argv[1]) if len(sys.argv) > 1 else 200), (int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    all_rules()
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(all_rules())} rules, SQLite, CPU time, best of {rounds} rounds")
    with tempfile.TemporaryDirectory() as folder, open_database(f"sqlite:///{folder}/bench.sqlite3") as database:
        fill(database, count)
        mark(database)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for what, write, anew in WAYS:
            times = best_of(database, rounds, write=write, anew=anew)
            each, half = 1000 * statistics.mean(times), len(times) // 2
            first, second = 1000 * statistics.mean(times[:half]), 1000 * statistics.mean(times[half:])
            print(f"{what:24} {len(times):6} reports  {each:6.2f} ms each (first half {first:.2f}, second {second:.2f})", end="")
            print(f"  {WHOLE * each / 60000:5.1f} min for {WHOLE:,} (extrapolated)")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory {peak / 1024:.0f} MiB, of it {before / 1024:.0f} MiB before judging")


if __name__ == "__main__":
    main()

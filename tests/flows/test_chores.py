"""What is crawled when no list is due: gaps by day and every three days, histories and neglected reports by night in the quiet months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from crawler.errands import ERRANDS
from monitor.chores import CHORES
from monitor.dispatch import CrawlJob, Finished, record_finished
from monitor.evaluate import evaluate_duties
from monitor.schedule import Scheduler
from storage import portals, reports, searches, sightings, visits
from storage.archive.store import open_archive
from storage.database import Database
from storage.domain.clock import FixedClock
from storage.domain.enums import VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.visits import Decision, ListLine, VisitResult
from tests.flows.alert_world import QUALIFIED, at, new_world, settings_for
from tests.flows.test_process_schedule import Hands
from tests.unit.storage.values import version

pytestmark = pytest.mark.flow

LIST = EntryPointId(1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_world(tmp_path) as database:
        yield database


def visited(db: Database, when: datetime, result: VisitResult = QUALIFIED) -> None:
    with db.write() as connection:
        visits.finish(connection, visits.start(connection, LIST, now=when), result, when)


def due(db: Database, when: datetime, spider: str) -> tuple[EntryPointId, ...]:
    chore = next(one for one in CHORES if one.spider == spider)
    with db.write() as connection:
        return chore.due(connection, when, 50)


class Office:
    """One scheduler whose crawls end at once; the lists are looked at whenever they are due."""

    def __init__(self, db: Database, folder: Path, start: datetime) -> None:
        settings = settings_for(folder)
        self.db, self.clock, self.hands = db, FixedClock(start), Hands()
        self.clockwork = Scheduler(settings, db, open_archive(settings.archive_url), self.clock, self.hands)
        self.done: list[tuple[datetime, CrawlJob]] = []

    def live(self, hours: int) -> list[tuple[datetime, str]]:
        """Tick every half hour; when what else than a watch was begun."""
        for _ in range(hours * 2):
            self.clockwork.tick()
            for job in self.hands.live:
                self.done.append((self.clock.now(), job))
                if job.spider == "watch":
                    visited(self.db, self.clock.now())
            self.hands.end() if self.hands.live else None
            self.clock.advance(timedelta(minutes=30))
        return [(when, job.spider) for when, job in self.done if job.spider not in {"watch", "discover"}]


def test_a_report_not_found_is_asked_for_every_three_days_by_day_until_it_is_too_late(db: Database, tmp_path: Path) -> None:
    visited(db, at(4))
    evaluate_duties(db, FixedClock(at(5)), 2024)
    began = Office(db, tmp_path, at(5, 0)).live(24 * 8)
    assert {spider for _, spider in began} == {"gapfill"}
    hours = [when for when, _ in began]
    assert len(began) == 3
    assert all(later - earlier >= timedelta(days=3) for earlier, later in pairwise(hours))
    assert due(db, at(20, 12), "gapfill") == (LIST,)
    assert due(db, at(20, 23), "gapfill") == ()
    assert due(db, at(20, 12, month=4), "gapfill") == ()


def test_nothing_is_asked_for_where_nothing_is_missing(db: Database) -> None:
    evaluate_duties(db, FixedClock(at(20, month=1)), 2024)
    assert due(db, at(20, 12, month=1), "gapfill") == ()
    with db.write() as connection:
        portals.set_enabled(connection, LIST, False)
    evaluate_duties(db, FixedClock(at(5)), 2024)
    assert due(db, at(5, 12), "gapfill") == ()


def test_a_failed_run_does_not_count_as_asked(db: Database, tmp_path: Path) -> None:
    evaluate_duties(db, FixedClock(at(5)), 2024)
    office = Office(db, tmp_path, at(5, 9))
    visited(db, at(5, 9))
    for _ in range(2):
        office.hands.end()
        office.clockwork.tick()
    (job,) = office.hands.live
    assert job.spider == "gapfill"
    assert record_finished(db, Finished(job, 1, 0, 0, {}, "进程中断"), office.clock)
    assert due(db, at(5, 10), "gapfill") == (LIST,)


CUT = VisitResult(VisitOutcome.PARTIAL, items_seen=30, reason="budget-spent")


@pytest.mark.parametrize(
    ("when", "result", "wanted"),
    [
        (at(10, 22, month=5), CUT, (LIST,)),
        (at(10, 5, month=11), replace(CUT, reason="page-limit"), (LIST,)),
        (at(10, 12, month=5), CUT, ()),
        (at(10, 22, month=2), CUT, ()),
        (at(10, 22, month=5), QUALIFIED, ()),
        (at(10, 22, month=5), replace(CUT, reason="report-page-failed"), ()),
    ],
)
def test_a_list_cut_short_is_read_whole_on_a_quiet_night(
    db: Database, when: datetime, result: VisitResult, wanted: tuple[EntryPointId, ...]
) -> None:
    visited(db, when - timedelta(days=2), result)
    assert due(db, when, "backfill") == wanted
    visited(db, when - timedelta(hours=2), result)
    assert due(db, when, "backfill") == ()


def test_a_report_that_no_look_reached_for_five_weeks_is_looked_after(db: Database) -> None:
    line = ListLine("http://a.gov.test/1.html", "示例", None, "", 0, Decision.REPORT, "", BodyId("b0"), 2023)
    with db.write() as connection:
        visit = visits.start(connection, LIST, now=at(1))
        sightings.record(connection, visit, LIST, [line], at(1))
        kept, _ = reports.record_version(connection, BodyId("b0"), 2023, version(connection, at(1), url=line.url), at(1))
        visits.finish(connection, visit, QUALIFIED, at(1))
    night = at(20, 23, month=4)
    assert due(db, night, "audit") == (LIST,)
    assert due(db, at(20, 12, month=4), "audit") == ()
    with db.write() as connection:
        reports.mark_seen(connection, [kept.id], at(19, month=4))
    assert due(db, night, "audit") == ()


def test_every_chore_is_an_errand_and_searches_are_never_lists(db: Database) -> None:
    assert {chore.spider for chore in CHORES} <= set(ERRANDS)
    with db.write() as connection:
        searches.remember(connection, portals.get(connection, PortalId("p1")), "http://a.gov.test/search", "html_form", {}, at(1))
    evaluate_duties(db, FixedClock(at(5)), 2024)
    assert due(db, at(5, 12), "gapfill") == (LIST,)

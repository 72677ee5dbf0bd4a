"""Runs, visits and sightings: work done once, and absences that may be believed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from storage import evidence, portals, reports, runs, sightings, visits
from storage.database import Database
from storage.domain.duties import DateEvidence, DutyKey
from storage.domain.enums import DateKind, RunState, VisitOutcome
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, EntryPointId, VisitId
from storage.domain.visits import Decision, ListLine, VisitResult
from tests.unit.storage.values import HOUR, MINISTRY, claimed, place, version

GOOD = VisitResult(VisitOutcome.COMPLETE, items_seen=9, whole_list=True, canary=True, negative_control=True, own_network=True)
REPORT = ListLine("http://a.gov.test/r.html", "年报", decision=Decision.REPORT, body_id=MINISTRY, report_year=2024)


# --- runs -------------------------------------------------------------------------------------------------------------------------------


def test_a_slot_is_claimed_once(db: Database, now: datetime) -> None:
    with db.write() as connection:
        run = claimed(connection, now)
        assert runs.claim(connection, "crawl", "s", owner="other", now=now, lease=HOUR) is None
        assert runs.finish(connection, run, RunState.OK, {"portals": 3}, now + HOUR)
        assert runs.claim(connection, "crawl", "s", owner="other", now=now + 9 * HOUR, lease=HOUR) is None
        found = runs.get(connection, run.id)
        assert (found.state, found.summary, found.lease_until) == (RunState.OK, {"portals": 3}, None)
        assert not runs.finish(connection, run, RunState.FAILED, {}, now)
        with pytest.raises(NotFoundError):
            runs.get(connection, 99)


def test_many_claim_one_slot_and_one_gets_it(db: Database, now: datetime) -> None:
    won: list[str] = []
    start = threading.Barrier(4)

    def tick(name: str) -> None:
        start.wait(30)
        for slot in range(20):
            with db.write() as connection:
                if runs.claim(connection, "crawl", str(slot), owner=name, now=now, lease=HOUR):
                    won.append(str(slot))

    threads = [threading.Thread(target=tick, args=(f"owner {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won, key=int) == [str(slot) for slot in range(20)]


def test_a_dead_run_is_taken_over_and_cannot_come_back(db: Database, now: datetime) -> None:
    with db.write() as connection:
        point = place(connection, now)
        dead = claimed(connection, now)
        left_open = visits.start(connection, point, now=now, run_id=dead.id)
        assert runs.renew(connection, dead, now, HOUR)
        later = now + 2 * HOUR
        again = claimed(connection, later)
        assert again.id == dead.id
        assert again.owner != dead.owner
        assert (runs.holds(connection, dead), runs.holds(connection, again)) == (False, True)
        assert not runs.renew(connection, dead, later, HOUR)
        assert not runs.finish(connection, dead, RunState.OK, {}, later)
        visit = visits.finish(connection, left_open, GOOD, later)
        assert not visit.qualified
        assert visits.negatives(connection, MINISTRY, 2024) == ()


def test_expired_runs_are_noticed_once(db: Database, now: datetime) -> None:
    with db.write() as connection:
        point = place(connection, now)
        run = claimed(connection, now)
        open_visit = visits.start(connection, point, now=now, run_id=run.id)
        done = visits.finish(connection, visits.start(connection, point, now=now, run_id=run.id), GOOD, now)
        assert runs.abandon_expired(connection, now + HOUR) == ()
        assert [found.state for found in runs.abandon_expired(connection, now + 2 * HOUR)] == [RunState.ABANDONED]
        assert runs.abandon_expired(connection, now + 3 * HOUR) == ()
        assert visits.get(connection, open_visit).result.outcome is VisitOutcome.ABANDONED
        assert visits.get(connection, done.id).qualified
        assert [visit.id for visit in visits.for_run(connection, run.id)] == [open_visit, done.id]
        newest = runs.newest(connection, "crawl")
        assert newest is not None
        assert newest.id == run.id
        assert runs.newest(connection, "send") is None


# --- visits and negatives ---------------------------------------------------------------------------------------------------------------


def visited(db: Database, point: EntryPointId, at: datetime, result: VisitResult = GOOD, lines: tuple[ListLine, ...] = ()) -> VisitId:
    with db.write() as connection:
        visit = visits.start(connection, point, now=at)
        sightings.record(connection, visit, point, lines, at)
        return visits.finish(connection, visit, result, at).id


@pytest.fixture
def point(db: Database, now: datetime) -> EntryPointId:
    with db.write() as connection:
        return place(connection, now)


def negatives(db: Database, year: int = 2024, body_id: BodyId = MINISTRY) -> list[VisitId | None]:
    with db.read() as connection:
        return [found.visit_id for found in visits.negatives(connection, body_id, year)]


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": VisitOutcome.PARTIAL},
        {"whole_list": False},
        {"canary": None},
        {"canary": False},
        {"negative_control": None},
        {"own_network": False},
        {"inconclusive_reason": "count_drop"},
    ],
)
def test_a_visit_that_lacks_one_proof_proves_nothing(db: Database, point: EntryPointId, now: datetime, change: dict[str, object]) -> None:
    visited(db, point, now, replace(GOOD, **change))  # type: ignore[arg-type]
    assert negatives(db) == []
    assert visited(db, point, now) in negatives(db)


def test_a_visit_under_way_or_finished_twice(db: Database, point: EntryPointId, now: datetime) -> None:
    with db.write() as connection:
        visit = visits.start(connection, point, now=now)
        assert visits.get(connection, visit).result.outcome is VisitOutcome.ABANDONED
        visits.finish(connection, visit, GOOD, now + HOUR)
        assert visits.get(connection, visit).took == HOUR
        with pytest.raises(UsageError):
            visits.finish(connection, visit, GOOD, now)
        with pytest.raises(NotFoundError):
            visits.get(connection, VisitId(99))
        assert portals.status(connection, point).last_qualified_at == now + HOUR


def test_only_visits_that_did_not_see_it_are_negatives(db: Database, point: EntryPointId, now: datetime) -> None:
    before = visited(db, point, now)
    visited(db, point, now + HOUR, lines=(REPORT,))
    visited(db, point, now + 2 * HOUR, lines=(REPORT,))
    after = visited(db, point, now + 3 * HOUR)
    assert negatives(db) == [after, before]
    assert len(negatives(db, year=2025)) == 4
    # Nothing older than 2024 ever stood there: older years may have a list of their own.
    assert negatives(db, year=2023) == []
    assert negatives(db, body_id=BodyId("stranger")) == []
    with db.read() as connection:
        assert len(visits.negatives(connection, MINISTRY, 2024, since=now + HOUR)) == 1
        assert len(visits.negatives(connection, MINISTRY, 2024, limit=1)) == 1


@pytest.mark.parametrize(
    ("line", "believed"),
    [
        (ListLine("http://a/1", "年度报告"), False),
        (ListLine("http://a/1", "年度报告", body_id=MINISTRY), False),
        (ListLine("http://a/1", "年度报告", report_year=2024), False),
        (ListLine("http://a/1", "年度报告", report_year=2023), True),
        (ListLine("http://a/1", "放假通知", decision=Decision.NOT_REPORT), True),
        (ListLine("http://a/1", "年报", decision=Decision.REPORT, body_id=MINISTRY, report_year=2023), True),
    ],
)
def test_a_candidate_that_waits_forbids_absence(db: Database, point: EntryPointId, now: datetime, line: ListLine, believed: bool) -> None:
    visited(db, point, now, lines=(line,))
    assert bool(negatives(db)) is believed


def test_counts_and_newest(db: Database, point: EntryPointId, now: datetime) -> None:
    for number in range(4):
        visited(db, point, now + number * HOUR, replace(GOOD, items_seen=number))
    newest = visited(db, point, now + 5 * HOUR, VisitResult(VisitOutcome.BLOCKED, reason="waf"))
    with db.write() as connection:
        visits.start(connection, point, now=now + 6 * HOUR)
        assert visits.item_counts(connection, point, limit=3) == (3, 2, 1)
        assert {key: visit.id for key, visit in visits.newest_by_entry_point(connection, [point]).items()} == {point: newest}
        assert len(visits.recent(connection, point)) == 6


# --- sightings --------------------------------------------------------------------------------------------------------------------------


def test_a_line_keeps_its_first_sighting_and_its_decision(db: Database, point: EntryPointId, now: datetime) -> None:
    first = visited(db, point, now, lines=(ListLine("http://a/1", "甲\0\ud800" + "长" * 600, raw_date="01-20"),))
    with db.write() as connection:
        (waiting,) = sightings.unresolved(connection)
        assert (len(waiting.line.title), waiting.line.title[:3]) == (500, "甲\ufffd\ufffd")
        sightings.decide(connection, waiting.id, Decision.REPORT, reason="人工确认", body_id=MINISTRY, report_year=2024)
        with pytest.raises(NotFoundError):
            sightings.decide(connection, 99, Decision.REPORT, reason="")
    second = visited(db, point, now + HOUR, lines=(ListLine("http://a/1", "改名", listed_on=date(2025, 1, 20)),))
    with db.read() as connection:
        found = sightings.known(connection, point)["http://a/1"]
        assert (found.first_visit_id, found.last_visit_id) == (first, second)
        assert (found.first_seen_at, found.last_seen_at) == (now, now + HOUR)
        assert (found.line.title, found.line.decision, found.line.report_year) == ("改名", Decision.REPORT, 2024)
        assert sightings.for_duty(connection, MINISTRY, 2024) == (found,)
        assert sightings.get(connection, found.id) == found


def test_a_list_page_recorded_again_doubles_nothing(db: Database, point: EntryPointId, now: datetime) -> None:
    lines = tuple(ListLine(f"http://a/{number}", "x", position=number) for number in range(600))
    with db.write() as connection:
        visit = visits.start(connection, point, now=now)
        ids = sightings.record(connection, visit, point, (*lines, ListLine("http://a/0", "second mention")), now)
        assert sightings.record(connection, visit, point, lines, now) == ids
        assert len(sightings.known(connection, point)) == 600
        assert sightings.known(connection, point)["http://a/0"].line.title == "x"


# --- evidence ---------------------------------------------------------------------------------------------------------------------------


def test_evidence_gathers_all_that_is_known(db: Database, point: EntryPointId, now: datetime) -> None:
    negative = visited(db, point, now)
    visited(db, point, now + HOUR, lines=(replace(REPORT, listed_on=date(2025, 1, 20)), ListLine("http://a/perhaps", "年报？")))
    with db.write() as connection:
        found = version(connection, now, "a", REPORT.url)
        reports.record_version(connection, MINISTRY, 2024, found, now + HOUR)
        newest, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now, "b", REPORT.url), now + 2 * HOUR)
        key = DutyKey(MINISTRY, 2024)
        known = evidence.gather(connection, [key])[key]
    assert known.routes == (point,)
    assert [entry.visit_id for entry in known.negatives] == [negative]
    assert [fact.outcome for fact in known.visits] == [VisitOutcome.COMPLETE] * 2
    assert [entry.url for entry in known.candidates] == ["http://a/perhaps"]
    (seen,) = known.seen
    assert (seen.url, seen.archived, seen.gone_since, seen.version_id) == (REPORT.url, True, None, newest.id)
    assert (seen.first_seen_at, seen.last_seen_at) == (now + HOUR, now + 2 * HOUR)
    assert seen.dates == (DateEvidence(DateKind.LIST, date(2025, 1, 20), REPORT.url),)


def test_an_address_is_gone_when_no_version_stands(db: Database, point: EntryPointId, now: datetime) -> None:
    key = DutyKey(MINISTRY, 2024)
    with db.write() as connection:
        old, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now, "a"), now)
        new, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now, "b"), now + HOUR)
        reports.mark_gone(connection, new.id, now + 2 * HOUR)
        (seen,) = evidence.gather(connection, [key])[key].seen
    assert seen.gone_since == now + 2 * HOUR
    assert seen.version_id == new.id
    assert old.id != new.id
    assert seen.last_seen_at - seen.first_seen_at == timedelta(hours=1)

"""What was stored becomes readings, states, findings and events: once, whatever breaks and however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.demo.filled_form import ReportFacts, Wanted, make_facts
from crawler.demo.filled_form import render_html as page_of
from crawler.demo.slips import balance_error, detail_error
from monitor import judging
from monitor.changed import evaluate_changed
from monitor.judge import Subject
from monitor.process import ProcessSummary, process_pending
from storage import duties, events, evidence, findings, originals, portals, readings, reports, visits
from storage.archive.store import Archive, open_archive
from storage.database import Database
from storage.domain.alerts import Event, EventKind
from storage.domain.clock import FixedClock
from storage.domain.duties import DutyKey
from storage.domain.enums import DateKind, DutyStatus, FindingState, ReadingQuality
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.originals import NewVersion, ReportVersion
from storage.domain.visits import Decision
from tests.flows.alert_world import MORNING, QUALIFIED, at, look, new_world, report_line, settings_for

pytestmark = pytest.mark.flow


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with new_world(tmp_path, count=2) as database:
        yield database


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return open_archive(settings_for(tmp_path).archive_url)


def facts(number: int = 0, year: int = 2024) -> ReportFacts:
    return make_facts(number, Wanted(f"示例市示例{number}局", year))


def render_html(what: ReportFacts) -> bytes:
    return page_of(what).encode()


def store(
    db: Database, archive: Archive, data: bytes, when: datetime, *, number: int = 0, year: int = 2024, published: date = date(2025, 1, 20)
) -> ReportVersion:
    kept = archive.put(data, media_type="text/html", now=when)
    found = NewVersion(
        url=report_line(number, when).url, main_sha256=kept.sha256, published_on=published, published_source=DateKind.PRINTED
    )
    with db.write() as connection:
        originals.record(connection, kept)
        return reports.record_version(connection, BodyId(f"b{number}"), year, found, when)[0]


def run(db: Database, archive: Archive, tmp_path: Path, clock: FixedClock) -> ProcessSummary:
    return process_pending(db, archive, settings_for(tmp_path), clock)


def all_events(db: Database) -> list[Event]:
    with db.read() as connection:
        return sorted(events.recent(connection), key=lambda event: event.id or 0)


def test_a_clean_report_is_read_and_raises_no_arithmetic_finding(db: Database, archive: Archive, tmp_path: Path) -> None:
    version = store(db, archive, render_html(facts()), at(20, month=1))
    summary = run(db, archive, tmp_path, FixedClock(MORNING))
    assert (summary.read, summary.unreadable, summary.failed) == (1, 0, 0)
    with db.read() as connection:
        reading = readings.newest(connection, version.id)
        found = findings.for_report(connection, BodyId("b0"), 2024)
        stored = duties.get(connection, DutyKey(BodyId("b0"), 2024))
    assert reading is not None
    assert reading.parsed.report_year == 2024
    assert [one.finding.rule for one in found if one.finding.rule.startswith(("T3", "T4", "TL"))] == []
    assert stored is not None
    assert (stored.state.status, stored.state.published_on) == (DutyStatus.ON_TIME, date(2025, 1, 20))


def test_doing_it_again_changes_nothing(db: Database, archive: Archive, tmp_path: Path) -> None:
    store(db, archive, render_html(balance_error(facts())), at(20, month=1))
    clock = FixedClock(MORNING)
    assert run(db, archive, tmp_path, clock).findings_opened >= 1
    before = all_events(db)
    again = run(db, archive, tmp_path, clock)
    assert (again.read, again.findings_opened, again.changed) == (0, 0, 0)
    assert all_events(db) == before


def test_a_broken_balance_becomes_a_finding_with_its_event(db: Database, archive: Archive, tmp_path: Path) -> None:
    store(db, archive, render_html(balance_error(facts())), at(20, month=1))
    run(db, archive, tmp_path, FixedClock(MORNING))
    opened = [event for event in all_events(db) if event.kind is EventKind.FINDING_OPENED]
    assert "T3-02" in {event.payload["rule"] for event in opened}
    assert all(event.planned_at is None for event in opened)


def test_a_corrected_report_resolves_the_finding_and_the_edit_is_told(db: Database, archive: Archive, tmp_path: Path) -> None:
    clock = FixedClock(at(2))
    store(db, archive, render_html(balance_error(facts())), at(20, month=1))
    run(db, archive, tmp_path, clock)
    clock.advance(timedelta(days=1))
    version = store(db, archive, render_html(facts()), clock.now())
    assert version.number == 2
    run(db, archive, tmp_path, clock)
    kinds = [event.kind for event in all_events(db)]
    assert EventKind.FINDING_RESOLVED in kinds
    (revised,) = [event for event in all_events(db) if event.kind is EventKind.REPORT_REVISED]
    assert "表格有2处不同" in revised.payload["reason"]
    with db.read() as connection:
        states = {one.finding.rule: one.state for one in findings.for_report(connection, BodyId("b0"), 2024)}
    assert states["T3-02"] is FindingState.RESOLVED


def test_an_edit_is_compared_with_what_stood_there_last(db: Database, archive: Archive, tmp_path: Path) -> None:
    clock, right = FixedClock(at(2)), render_html(facts())
    said = right.replace(b"</body>", "<p>另作说明。</p></body>".encode())
    for content in (right, render_html(balance_error(facts())), right, said):
        store(db, archive, content, clock.now())
        run(db, archive, tmp_path, clock)
        clock.advance(timedelta(days=1))
    told = [event.payload["reason"] for event in all_events(db) if event.kind is EventKind.REPORT_REVISED]
    assert len(told) == 2
    assert "表格有2处不同" in told[0]
    assert "第3版，表格数字未见不同，文字有改动" in told[1], "the first version had come back before"


def test_bytes_that_are_no_report_are_a_reading_of_quality_none(db: Database, archive: Archive, tmp_path: Path) -> None:
    version = store(db, archive, b"%PDF-1.7\nbroken", at(20, month=1))
    store(db, archive, render_html(facts(1)), at(20, month=1), number=1)
    summary = run(db, archive, tmp_path, FixedClock(MORNING))
    assert (summary.read, summary.unreadable) == (2, 1)
    with db.read() as connection:
        reading = readings.newest(connection, version.id)
        stored = duties.get(connection, DutyKey(BodyId("b0"), 2024))
    assert reading is not None
    assert reading.parsed.reading.quality is ReadingQuality.NONE
    assert stored is not None
    assert stored.state.status is DutyStatus.ON_TIME  # found but broken is published, never missing


def test_a_lost_original_is_an_alarm_and_keeps_nobody_waiting(db: Database, archive: Archive, tmp_path: Path) -> None:
    store(db, archive, render_html(facts()), at(20, month=1))
    store(db, archive, render_html(facts(1)), at(20, month=1), number=1)
    with db.read() as connection:
        lost = reports.versions(connection, BodyId("b0"), 2024)[0].found.main_sha256
    (blob,) = (path for path in (tmp_path / "archive").rglob(f"{lost}*") if path.is_file())
    blob.unlink()
    clock = FixedClock(MORNING)
    assert (run(db, archive, tmp_path, clock).read, run(db, archive, tmp_path, clock).failed) == (1, 1)
    alarms = [event for event in all_events(db) if event.kind is EventKind.FIXITY_FAILED]
    assert len(alarms) == 1


def test_a_fault_over_one_report_stops_no_other(db: Database, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(db, archive, render_html(facts()), at(20, month=1))
    store(db, archive, render_html(facts(1)), at(20, month=1), number=1)
    real = judging.judge

    def faulty(subject: Subject) -> object:
        if "示例0局" in subject.body_names[0]:
            raise ZeroDivisionError
        return real(subject)

    monkeypatch.setattr(judging, "judge", faulty)
    summary = run(db, archive, tmp_path, FixedClock(MORNING))
    assert (summary.read, summary.failed) == (1, 1)
    assert [event.kind for event in all_events(db)].count(EventKind.PROCESS_FAILED) == 1
    monkeypatch.undo()
    assert run(db, archive, tmp_path, FixedClock(MORNING)).read == 1


def test_an_old_year_filled_in_alarms_nobody(db: Database, archive: Archive, tmp_path: Path) -> None:
    store(db, archive, render_html(detail_error(facts(year=2021))), at(20, month=1), year=2021, published=date(2022, 3, 9))
    run(db, archive, tmp_path, FixedClock(MORNING))
    assert [event for event in all_events(db) if event.report_year == 2021 and event.planned_at is None] == []


def test_a_signature_inside_the_document_is_evidence(db: Database, archive: Archive, tmp_path: Path) -> None:
    kept = archive.put(render_html(facts()), media_type="text/html", now=at(20, month=4))
    with db.write() as connection:
        originals.record(connection, kept)
        found = NewVersion(url=report_line(0, MORNING).url, main_sha256=kept.sha256)
        reports.record_version(connection, BodyId("b0"), 2024, found, at(20, month=4))
    look(db, at(10), ())
    run(db, archive, tmp_path, FixedClock(at(21, month=4)))
    with db.read() as connection:
        stored = duties.get(connection, DutyKey(BodyId("b0"), 2024))
    assert stored is not None
    # A January signature on a report first seen in April, after a proven absence in February, does not make it punctual.
    assert stored.state.status is DutyStatus.LATE


def test_evidence_read_for_many_is_the_evidence_read_for_one(db: Database) -> None:
    look(db, at(1))
    look(db, at(2), (report_line(0, at(2)),))
    look(db, at(3), (report_line(0, at(2)), replace(report_line(1, at(3)), decision=Decision.UNRESOLVED, body_id=None, report_year=None)))
    look(db, at(4), (report_line(0, at(2)),))
    keys = [DutyKey(BodyId(f"b{number}"), year) for number in (0, 1) for year in (2023, 2024)]
    with db.read() as connection:
        together = evidence.gather(connection, keys)
        for key in keys:
            assert together[key].negatives == visits.negatives(connection, key.body_id, key.report_year)
    # The first look, of long ago, and those of these days that did not see the report.
    assert [len(together[key].negatives) for key in keys] == [4, 2, 4, 4]


def test_a_list_that_never_carried_a_report_does_not_show_that_it_is_gone(db: Database) -> None:
    """The old list is given up after a portal was rebuilt; the new one may simply not repeat what was there."""
    look(db, at(1, hour=6), (report_line(0, at(20, month=1)),))
    with db.write() as connection:
        new = portals.add_entry_point(connection, PortalId("p1"), "http://a.gov.test/new.html", now=at(2), body_ids=[BodyId("b0")])
        portals.set_enabled(connection, EntryPointId(1), False)
        for day in range(3, 28, 3):
            visits.finish(connection, visits.start(connection, new, now=at(day)), QUALIFIED, at(day))
    key = DutyKey(BodyId("b0"), 2024)
    with db.read() as connection:
        assert EntryPointId(1) in evidence.gather(connection, [key])[key].routes
    evaluate_changed(db, FixedClock(at(1, month=3)))
    with db.read() as connection:
        stored = duties.get(connection, key)
    assert stored is not None
    assert stored.state.status is DutyStatus.ON_TIME

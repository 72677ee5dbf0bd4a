"""One report as it is found: a list visited on three days, the report on the third, with an attachment; and one that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from monitor.judge import Subject, judge
from storage import bodies, duties, findings, portals, readings, reports, sightings, visits
from storage.archive.keep import Kept, Received, keep, write_rows
from storage.archive.store import Archive, open_archive
from storage.database import Database, open_database
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import BodyKind, BodyLevel, DutyStatus, MissingConfidence, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, PortalId, Sha256, VisitId
from storage.domain.originals import Capture, NewVersion, Part
from storage.domain.registry import Body, Portal
from storage.domain.visits import Decision, ListLine, VisitResult
from storage.findings import Judged
from tests.unit.web.world import BROKEN as FIGURES
from tests.unit.web.world import parsed

FIRST = datetime(2025, 2, 1, 3, tzinfo=UTC)
YEAR = 2024
FOUND, ABSENT = BodyId("9902-01"), BodyId("9902-02")
PAGE = b"<html><script>alert('x')</script>" + "年报".encode() * 99 + b"</html>"
PDF = b"%PDF-1.7 attachment" + bytes(500)
HEAD = "Content-Type: text/html\r\nX-Name: ../../etc/passwd\r\n"


@dataclass(frozen=True)
class World:
    """The database with its archive."""

    database: Database
    archive: Archive
    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'n.sqlite3'}"


def fetch(world: World, visit: VisitId, role: str, name: str, data: bytes, at: datetime) -> Kept:
    """Keep one answer as the crawler does."""
    media_type = "application/pdf" if data.startswith(b"%PDF") else "text/html; charset=utf-8"
    capture = Capture(
        role, f"http://p.gov.test/{name}", 200, at, at + timedelta(seconds=1), Sha256("0" * 64), response_head=HEAD, visit_id=visit
    )
    (kept,) = keep(world.archive, [Received(data, capture, media_type)], at)
    with world.database.write() as c:
        write_rows(c, [kept])
    return kept


def _visit(world: World, entry: EntryPointId, day: int, *, sees: bool) -> None:
    at = FIRST + timedelta(days=day)
    with world.database.write() as c:
        visit = visits.start(c, entry, now=at)
    fetch(world, visit, "list", "list", f"<ul>{'<li>年报' if sees else ''}第{day}日</ul>".encode(), at)
    fetch(world, visit, "control", f"none-{day}", b"404", at)
    fetch(world, visit, "document", f"other-{day}", f"another body's {day}".encode(), at)
    with world.database.write() as c:
        if sees:
            line = ListLine(
                "http://p.gov.test/report", "年报", date(2025, 1, 31), decision=Decision.REPORT, body_id=FOUND, report_year=YEAR
            )
            sightings.record(c, visit, entry, [line], at)
        result = VisitResult(VisitOutcome.COMPLETE, items_seen=3, whole_list=True, canary=True, negative_control=True, own_network=True)
        visits.finish(c, visit, result, at + timedelta(minutes=1))
    if sees:
        _store_report(world, visit, at)


def _store_report(world: World, visit: VisitId, at: datetime) -> None:
    main = fetch(world, visit, "page", "report", PAGE, at)
    part = fetch(world, visit, "document", "report.pdf", PDF, at)
    twin = Part(part.capture.sha256, "http://p.gov.test/report.pdf", "attachment", "年报/../<b>.pdf")
    found = NewVersion("http://p.gov.test/report", main.capture.sha256, "示例县教育局年报<script>", (twin,), carrier="html")
    report = parsed("示例县教育局", FIGURES)
    with world.database.write() as c:
        version, _ = reports.record_version(c, FOUND, YEAR, found, at)
        reading = readings.record(c, version.id, report, at)
        findings.apply(c, FOUND, YEAR, judge(Subject(report=report)), report, Judged(now=at, reading_id=reading, versions="test"))


@contextmanager
def lived(folder: Path) -> Iterator[World]:
    """Three days of visits: the report of one body stands from the third on, the other's never."""
    database = open_database(f"sqlite:///{folder / 'n.sqlite3'}")
    world = World(database, open_archive((folder / "archive").as_uri()), folder)
    with database.write() as c:
        portals.upsert(c, Portal(PortalId("p"), "示例县", "http://p.gov.test/", "p"), FIRST)
        entry = portals.add_entry_point(c, PortalId("p"), "http://p.gov.test/list", now=FIRST)
        for body_id, name, status in ((FOUND, "示例县教育局", DutyStatus.LATE), (ABSENT, "示例县农业局", DutyStatus.MISSING)):
            bodies.upsert(c, Body(body_id, name, BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990200"), FIRST)
            duty = Duty(DutyKey(body_id, YEAR), date(2025, 1, 31), "《政府信息公开条例》第四十九条", "test", "990200")
            sure = MissingConfidence.ESTABLISHED if status is DutyStatus.MISSING else None
            state = DutyState(duty.key, status, FIRST + timedelta(days=3), missing_confidence=sure)
            duties.save_state(c, duty, state, cause="test", actor="test")
        portals.link_bodies(c, entry, [FOUND, ABSENT])
    for day in range(3):
        _visit(world, entry, day, sees=day == 2)
    yield world
    database.close()

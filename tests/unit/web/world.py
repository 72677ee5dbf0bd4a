"""A small registry with one report of each kind, written through the repositories, and the pages over it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
from fastapi import FastAPI

from monitor.judge import Subject, judge
from storage import bodies, duties, findings, originals, portals, readings, reports, visits
from storage.archive.store import open_archive
from storage.database import Database, open_database
from storage.domain.document import Locator, Problem
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import (
    BodyKind,
    BodyLevel,
    CellKind,
    DateKind,
    DutyStatus,
    Edition,
    MissingConfidence,
    ReadingQuality,
    SourceHealth,
    VisitOutcome,
)
from storage.domain.ids import BodyId, CellPath, PortalId, Sha256
from storage.domain.originals import NewVersion
from storage.domain.registry import Body, Portal
from storage.domain.reports import BodyName, Cell, Claim, DateMention, ParsedReport, Reading, Section
from storage.domain.visits import VisitResult
from storage.findings import Judged
from storage.forms.loader import form

NOW = datetime(2025, 2, 5, 0, 10, tzinfo=UTC)
YEAR = 2024


def cells(**changes: Cell) -> dict[CellPath, Cell]:
    """A report of zeros, with some cells replaced; keys use `__` for the slash."""
    printed = {path: Cell(CellKind.ZERO, "0", 0, Locator(f"table/{path}")) for path in form(Edition.E2021).paths()}
    for row in form(Edition.E2021).requests.rows:
        if row.alternative_to:
            for column in form(Edition.E2021).requests.columns:
                printed[form(Edition.E2021).requests.path(row.key, column.key)] = Cell(CellKind.ABSENT)
    for key, cell in changes.items():
        printed[CellPath(key.replace("__", "/"))] = cell
    return printed


def number(value: int) -> Cell:
    """A printed count."""
    return Cell(CellKind.NUMBER, str(value), value, Locator("table[2]/tr[4]/td[3]"))


def parsed(
    name: str, given: dict[CellPath, Cell], quality: ReadingQuality = ReadingQuality.HIGH, problems: tuple[Problem, ...] = ()
) -> ParsedReport:
    """A reading with a little prose."""
    text = f"{name}全年收到申请 3 件，均已答复。<script>alert(1)</script>"
    quote = "全年收到申请 3 件"
    return ParsedReport(
        source="https://www.shili.gov.test/a.html",
        sha256="0" * 64,
        media_type="text/html",
        parser_version="test-1",
        reading=Reading(quality, problems, dict.fromkeys(("proactive", "requests", "litigation"), quality)),
        title=f"{name}2024年政府信息公开工作年度报告",
        body=BodyName(name, "title"),
        report_year=YEAR,
        year_evidence="标题",
        form=Edition.E2021,
        cells=given,
        sections=(Section(1, "总体情况", "一、总体情况", text, Locator("p[1]")),),
        claims=(Claim("requests_received", 3, "件", quote, Locator("p[1]"), section=1),),
        dates=(DateMention(DateKind.SIGNATURE, date(2025, 1, 20), "2025年1月20日"),),
    )


GOOD = cells(
    requests__new_received__natural=number(3),
    requests__new_received__total=number(3),
    requests__granted__natural=number(3),
    requests__granted__total=number(3),
    requests__total_handled__natural=number(3),
    requests__total_handled__total=number(3),
    proactive__fees_wan=Cell(CellKind.NUMBER, "12.50", Decimal("12.50"), Locator("table[1]/tr[9]/td[2]")),
)
BROKEN = GOOD | cells(
    requests__new_received__natural=number(3),
    requests__new_received__total=number(3),
    requests__granted__natural=number(2),
    requests__granted__total=number(2),
    requests__total_handled__natural=number(3),
    requests__total_handled__total=number(3),
    litigation__direct__upheld=Cell(CellKind.BLANK, ""),
    litigation__direct__corrected=Cell(CellKind.DASH, "/"),
    litigation__direct__other=Cell(CellKind.UNREADABLE, "?", confidence=0.2),
    litigation__direct__pending=Cell(CellKind.CONFLICT, "1", candidates=(1, 7), confidence=0.4),
)
IMAGES = {path: Cell(CellKind.ABSENT) for path in form(Edition.E2021).paths()}


@dataclass(frozen=True)
class Filled:
    """The database with its surroundings."""

    database: Database
    folder: Path
    original: Sha256


def _body(db: Database, position: int, name: str, status: DutyStatus, report: ParsedReport | None, sha256: Sha256) -> None:
    body = Body(BodyId(f"9901-{position:02d}"), name, BodyKind.DEPARTMENT, BodyLevel.PREFECTURE, "990100")
    key = DutyKey(body.id, YEAR)
    duty = Duty(key, date(2025, 1, 31), "《政府信息公开条例》第四十九条", "test", "990100")
    published = date(2025, 2, 4) if status is DutyStatus.LATE else date(2025, 1, 20) if status is DutyStatus.ON_TIME else None
    late = 4 if status is DutyStatus.LATE else None
    state = DutyState(
        key,
        status,
        NOW,
        missing_confidence=MissingConfidence.ESTABLISHED if status is DutyStatus.MISSING else None,
        days_late_min=late,
        days_late_max=late,
        published_on=published,
        published_source=DateKind.PRINTED if published else None,
        reason="说明一句" if status is not DutyStatus.ON_TIME else "",
    )
    with db.write() as c:
        bodies.upsert(c, body, NOW)
        duties.save_state(c, duty, state, cause="test", actor="test")
        if report is None:
            return
        found = NewVersion(
            f"https://www.shili.gov.test/{position}.html", sha256, title=report.title, carrier="html", published_on=published
        )
        version, _ = reports.record_version(c, body.id, YEAR, found, NOW)
        reading = readings.record(c, version.id, report, NOW)
        findings.apply(c, body.id, YEAR, judge(Subject(report=report)), report, Judged(now=NOW, reading_id=reading, versions="test"))


@contextmanager
def fill(tmp_path: Path) -> Iterator[Filled]:
    """Seven bodies: consistent, inconsistent and late, pictures only, missing, unknown, withdrawn, exempt; one visit that went well."""
    database = open_database(f"sqlite:///{tmp_path / 'n.sqlite3'}")
    archive = open_archive((tmp_path / "archive").as_uri())
    data = b"<html><script>alert(1)</script></html>"
    stored = archive.put(data, media_type="text/html", now=NOW)
    assert stored.sha256 == hashlib.sha256(data).hexdigest()
    with database.write() as c:
        originals.record(c, stored)
        portals.upsert(c, Portal(PortalId("p"), "示例市", "https://www.shili.gov.test/", "p"), NOW)
        entry = portals.add_entry_point(c, PortalId("p"), "https://www.shili.gov.test/list", now=NOW)
        portals.set_health(c, entry, SourceHealth.BLIND, "blocked", NOW)
        visit = visits.start(c, entry, now=NOW - timedelta(minutes=3))
        visits.finish(c, visit, VisitResult(VisitOutcome.COMPLETE, items_seen=3, whole_list=True), NOW - timedelta(minutes=2))
    rows = (
        ("示例市教育局", DutyStatus.ON_TIME, parsed("示例市教育局", GOOD)),
        ("示例市审计局", DutyStatus.LATE, parsed("示例市审计局", BROKEN)),
        (
            "示例市卫生局",
            DutyStatus.ON_TIME,
            parsed("示例市卫生局", IMAGES, ReadingQuality.LOW, (Problem("tables-are-images", "三张表格均为图片，未能读取。"),)),
        ),
        ("示例市农业局", DutyStatus.MISSING, None),
        ("示例市公安局", DutyStatus.UNKNOWN, None),
        ("示例市统计局", DutyStatus.WITHDRAWN, None),
        ("示例市信访局", DutyStatus.EXEMPT, None),
    )
    for position, (name, status, report) in enumerate(rows, start=1):
        _body(database, position, name, status, report, stored.sha256)
    yield Filled(database, tmp_path, stored.sha256)
    database.close()


class Client:
    """Asks the application directly, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """One GET request."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://nianbao.test") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(ask())

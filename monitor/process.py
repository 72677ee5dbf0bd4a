"""From what the crawler stored to what people are told: read, evaluate, judge, tell.

Each report is one transaction: its reading, its duty's state, its findings and their events appear together or not at all. What was
read by this version of the parser is not read again, so a run that died goes on where it stopped. A file that breaks the reader becomes
a reading of quality none; an original that cannot be had becomes an alarm for operators and is tried again next time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from crawler.parsing.report import Hints
from crawler.parsing.sandbox import Limits, ParserPool
from crawler.parsing.version import PARSER_VERSION
from monitor import logs
from monitor.alerts import events as told
from monitor.alerts.outgoing import plan_due
from monitor.changed import evaluate_changed
from monitor.evaluate import Evaluation, evaluate_duties, tell_sources
from monitor.judging import SILENT, TOLD, judge_around
from monitor.marking import mark_all
from monitor.revisions import Revision, before, revision
from monitor.shelf import Shelf
from monitor.snapshots import freeze_passed
from storage import bodies, events, readings, reports
from storage.database import Database
from storage.domain.alerts import Event, EventKind
from storage.domain.clock import Clock, local_date
from storage.domain.enums import Audience, ReadingQuality
from storage.domain.errors import ArchiveError, StoreError
from storage.domain.ids import Sha256
from storage.domain.originals import CONTINUATION, ReportVersion
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.settings import Settings

__all__ = ["Archive", "ProcessSummary", "Progress", "evaluate_duties", "process_pending"]

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
QUALITY_ORDER = (ReadingQuality.NONE, ReadingQuality.LOW, ReadingQuality.MEDIUM, ReadingQuality.HIGH)

log = logs.logger(__name__)

Progress = Callable[[str, int, int], None]
"""(what is being done in Chinese, how many are done, how many there are)."""


class Archive(Protocol):
    """The part of the archive that reading needs."""

    def get(self, sha256: Sha256) -> bytes:
        """The verified bytes of an original. Raises ArchiveError."""
        ...


@dataclass(frozen=True, slots=True)
class ProcessSummary:
    """What one round did. `failed` counts versions that stay pending: no original, or a fault of ours."""

    read: int = 0
    unreadable: int = 0
    failed: int = 0
    findings_opened: int = 0
    findings_resolved: int = 0
    messages: int = 0
    evaluations: tuple[Evaluation, ...] = field(default=())

    @property
    def changed(self) -> int:
        """Duties whose status changed in the final evaluation."""
        return sum(evaluation.changed for evaluation in self.evaluations)


@dataclass(frozen=True, slots=True)
class _Done:
    """What one report's transaction did."""

    quality: ReadingQuality | None = None
    opened: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True)
class _Tools:
    """What reading and judging one report needs."""

    db: Database
    archive: Archive
    pool: ParserPool
    shelf: Shelf


def process_pending(db: Database, archive: Archive, settings: Settings, clock: Clock, progress: Progress | None = None) -> ProcessSummary:
    """Do everything that is waiting; safe to call again at any moment, and after any crash."""
    say = progress or (lambda _stage, _done, _all: None)
    freeze_passed(db, clock)
    done = _read_all(db, archive, settings, clock, say)
    say("判断发布状态", 0, 1)
    evaluations = evaluate_changed(db, clock)
    tell_sources(db, clock)
    say("判断发布状态", 1, 1)
    messages = plan_due(db, settings, clock)
    return ProcessSummary(
        read=sum(one.quality is not None for one in done),
        unreadable=sum(one.quality is ReadingQuality.NONE for one in done),
        failed=sum(one.quality is None for one in done),
        findings_opened=sum(one.opened for one in done),
        findings_resolved=sum(one.resolved for one in done),
        messages=messages,
        evaluations=evaluations,
    )


def _read_all(db: Database, archive: Archive, settings: Settings, clock: Clock, say: Progress) -> list[_Done]:
    """Every version this parser has not read, the oldest report years first: a report is checked against the year before it."""
    with db.read() as connection:
        waiting = reports.pending(connection, PARSER_VERSION, limit=MOST_AT_ONCE)
    waiting = tuple(sorted(waiting, key=lambda version: (version.report_year, version.id)))
    if not waiting:
        return []
    mark_all(db)
    limits = Limits(wall_seconds=settings.parse_timeout_seconds, memory_mb=settings.parse_memory_mb).for_pictures(settings.ocr_enabled)
    done = []
    with ParserPool(limits) as pool:
        tools = _Tools(db, archive, pool, Shelf())
        for number, version in enumerate(waiting):
            say("读取年报", number, len(waiting))
            done.append(_one_or_alarm(tools, clock, version))
    say("读取年报", len(waiting), len(waiting))
    return done


MOST_AT_ONCE = 100_000


def _one_or_alarm(tools: _Tools, clock: Clock, version: ReportVersion) -> _Done:
    """One report; what breaks over it is told to operators, leaves nothing behind, and does not keep the others waiting."""
    try:
        return _one(tools, clock, version)
    except StoreError:
        raise  # the database is away or full: that concerns every report, and the caller tries again
    except Exception as error:  # a fault of ours in reading or judging one report: it stays pending and is alarmed
        subject = f"{version.body_id} {version.report_year}年度 第{version.number}版"
        reason = f"处理时出错：{type(error).__name__}: {error}"[:300]
        log.exception("report_failed", body=str(version.body_id), report_year=version.report_year, version_id=version.id)
        now = clock.now()
        with tools.db.write() as connection:
            event = told.operator(EventKind.PROCESS_FAILED, subject, reason, now, episode=f"{version.id}/{local_date(now)}")
            events.append(connection, event)
        return _Done()


def _one(tools: _Tools, clock: Clock, version: ReportVersion) -> _Done:
    db, shelf = tools.db, tools.shelf
    with db.read() as connection:
        body = bodies.get(connection, version.body_id)
    try:
        parsed = read_version(tools.archive, tools.pool, version, body)
    except ArchiveError as error:
        with db.write() as connection:
            episode = f"{version.id}/{error.code}"
            subject = f"{body.name} {version.report_year}年度 第{version.number}版"
            events.append(connection, told.operator(EventKind.FIXITY_FAILED, subject, error.message, clock.now(), episode=episode))
        return _Done()
    now = clock.now()
    with db.write() as connection:
        earlier = before(connection, version)
        is_new = readings.newest(connection, version.id) is None
        readings.record(connection, version.id, parsed, now)
        if is_new and earlier is not None:
            changed = revision((earlier[0], earlier[1].parsed), (version, parsed))
            events.append(connection, _revised(version, body, changed, now))
        shelf.changed(body.id)
        done = _judge(connection, shelf, body, version.report_year, now, notify=is_new)
    return replace(done, quality=parsed.reading.quality)


def read_version(archive: Archive, pool: ParserPool, version: ReportVersion, body: Body) -> ParsedReport:
    """The report in a version: its main file, and where that says little, whichever of its other files says most. Raises ArchiveError."""
    found = version.found
    alone = Hints((body.name, *body.aliases), report_year=version.report_year, published_on=found.published_on)
    hints = replace(alone, further=tuple(archive.get(part.sha256) for part in found.parts if part.role == CONTINUATION))
    best = pool.parse(archive.get(found.main_sha256), source=found.url, hints=hints)
    shown = [part for part in found.parts if part.name.lower().endswith(PICTURES) or part.url.lower().endswith(PICTURES)]
    if shown and any(problem.code == "tables-are-images" for problem in best.reading.problems):
        # The tables are pictures on the page: read once more with the archived pictures at hand.
        pictures = tuple((part.url or part.name, archive.get(part.sha256)) for part in shown)
        best = pool.parse(archive.get(found.main_sha256), source=found.url, hints=replace(hints, pictures=pictures))
    for part in found.parts:
        if best.reading.quality in {ReadingQuality.HIGH, ReadingQuality.MEDIUM}:
            break
        if part.role != CONTINUATION:
            other = pool.parse(archive.get(part.sha256), source=part.url or part.name, hints=alone)
            best = max(best, other, key=lambda parsed: QUALITY_ORDER.index(parsed.reading.quality))
    return best


def _judge(connection: Connection, shelf: Shelf, body: Body, report_year: int, now: datetime, *, notify: bool) -> _Done:
    changes = judge_around(connection, shelf, body, report_year, now, TOLD if notify else SILENT)
    return _Done(opened=len(changes.opened), resolved=len(changes.resolved))


def _revised(version: ReportVersion, body: Body, changed: Revision, now: datetime) -> Event:
    """The event of an edit: what kind of thing changed, and how many figures; the pages show which."""
    event = Event(
        key=f"{EventKind.REPORT_REVISED}/{body.id}/{version.report_year}/{version.id}",
        kind=EventKind.REPORT_REVISED,
        audience=Audience.OVERSIGHT,
        at=now,
        body_id=body.id,
        report_year=version.report_year,
        division_code=body.division_code,
        payload={"reason": f"第{version.number}版，{changed.in_words()}（存档有前后版本）", "version": str(version.id)},
    )
    return told.silenced(event) if version.report_year < local_date(now).year - 1 else event

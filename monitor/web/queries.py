"""What the pages show, asked of the database: read-only SELECTs, each bounded, none of them changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Subquery, and_, case, func, literal, or_, select, true

from monitor.web.labels import Quality
from storage.domain.enums import Certainty, DutyStatus, FindingState, ReadingQuality, SendState, Severity, SourceHealth
from storage.schema import (
    bodies,
    body_aliases,
    duties,
    entry_points,
    findings,
    outbox,
    readings,
    report_versions,
    reports,
    visits,
)

PAGE_SIZE = 100
LIVE = (FindingState.OPEN.value, FindingState.CONFIRMED.value, FindingState.SNOOZED.value)
"""Findings that count; dismissed and resolved ones stay on record only."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; empty values narrow nothing. `page` counts from 1."""

    year: int
    status: str = ""
    quality: str = ""
    text: str = ""
    page: int = 1


def years(connection: Connection) -> list[int]:
    """Report years for which anybody owes a report or has one, newest first."""
    found = set(connection.scalars(select(duties.c.report_year).distinct()))
    found |= set(connection.scalars(select(reports.c.report_year).distinct()))
    return sorted(found, reverse=True)


def busiest_year(connection: Connection) -> int | None:
    """The newest report year for which any report was found or any deadline has passed; the newest at all where there is none."""
    told: int | None = connection.scalar(select(func.max(duties.c.report_year)).where(duties.c.status != DutyStatus.NOT_DUE.value))
    newest: int | None = connection.scalar(select(func.max(duties.c.report_year)))
    return told or newest


def quality_counts(connection: Connection, year: int) -> dict[str, int]:
    """Number of reports per quality in that year."""
    listed = _reports(year).subquery()
    query = select(listed.c.quality, func.count()).group_by(listed.c.quality)
    return {row[0]: row[1] for row in connection.execute(query)}


def quality_of(connection: Connection, body_id: str, year: int) -> str | None:
    """Quality of one report, None where there is none."""
    listed = _reports(year).where(reports.c.body_id == body_id).subquery()
    return connection.scalar(select(listed.c.quality))


@dataclass(frozen=True, slots=True)
class Deadline:
    """One due date of a year: how many bodies it binds, how many of them have no report so far, and the basis most of them share."""

    due_on: date
    legal_basis: str
    bodies: int
    open: int


def deadlines(connection: Connection, year: int) -> list[Deadline]:
    """The due dates of that year, the earliest first; exempt bodies are bound by none."""
    nothing_yet = duties.c.status.in_([DutyStatus.NOT_DUE.value, DutyStatus.MISSING.value, DutyStatus.UNKNOWN.value])
    bound, unseen = func.count().label("bound"), func.sum(case((nothing_yet, 1), else_=0)).label("unseen")
    query = (
        select(duties.c.due_on, duties.c.legal_basis, bound, unseen)
        .where(duties.c.report_year == year, duties.c.status != DutyStatus.EXEMPT.value)
        .group_by(duties.c.due_on, duties.c.legal_basis)
        .order_by(duties.c.due_on, bound.desc(), duties.c.legal_basis)
    )
    found: dict[date, Deadline] = {}
    for row in connection.execute(query):
        first = found.setdefault(row.due_on, Deadline(row.due_on, row.legal_basis, 0, 0))
        found[row.due_on] = Deadline(first.due_on, first.legal_basis, first.bodies + row.bound, first.open + row.unseen)
    return list(found.values())


def as_of(connection: Connection) -> datetime | None:
    """The newest end of a visit: what "数据截至" means. None before the first."""
    newest: datetime | None = connection.scalar(select(func.max(visits.c.finished_at)))
    return newest


def work(connection: Connection, year: int) -> dict[str, int]:
    """Counts of what a person should look at today."""
    live = and_(findings.c.report_year == year, findings.c.state == FindingState.OPEN.value)
    query = select(findings.c.certainty, func.count()).where(live, _figures(), _grave()).group_by(findings.c.certainty)
    per_certainty = {row[0]: row[1] for row in connection.execute(query)}
    blind = [SourceHealth.BLIND.value, SourceHealth.MOVED.value, SourceHealth.DEGRADED.value]
    return {
        "inconsistent": per_certainty.get(Certainty.INCONSISTENT.value, 0),
        "suspect": per_certainty.get(Certainty.SUSPECT.value, 0),
        "blind_entry_points": _count(connection, select(entry_points).where(entry_points.c.health.in_(blind), entry_points.c.enabled)),
        "undelivered": _count(connection, select(outbox).where(outbox.c.state == SendState.DEAD.value)),
        "bodies": _count(connection, select(bodies)),
        "entry_points": _count(connection, select(entry_points)),
    }


def body_list(connection: Connection, narrowed: Filter) -> tuple[int, Sequence[RowMapping]]:
    """Bodies of the year with status and quality: how many there are, and one page of them, gravest first."""
    listed = _reports(narrowed.year).subquery()
    query = (
        select(
            duties,
            bodies.c.name,
            bodies.c.kind,
            bodies.c.level,
            listed.c.quality,
            listed.c.inconsistent,
            listed.c.suspect,
            listed.c.report_id,
        )
        .join(bodies, bodies.c.id == duties.c.body_id)
        .outerjoin(listed, listed.c.body_id == duties.c.body_id)
        .where(duties.c.report_year == narrowed.year)
    )
    if narrowed.status:
        query = query.where(duties.c.status == narrowed.status)
    if narrowed.quality:
        query = query.where(listed.c.quality == narrowed.quality)
    if narrowed.text:
        query = query.where(_named(narrowed.text))
    return _page(connection, query, narrowed.page, [_status_order(), bodies.c.division_code, bodies.c.name])


def report_list(connection: Connection, narrowed: Filter) -> tuple[int, Sequence[RowMapping]]:
    """Reports of the year: how many there are, and one page of them, those with problems first."""
    query = _reports(narrowed.year)
    if narrowed.status:
        query = query.where(duties.c.status == narrowed.status)
    if narrowed.text:
        query = query.where(_named(narrowed.text))
    listed = query.subquery()
    outer = select(listed)
    if narrowed.quality:
        outer = outer.where(listed.c.quality == narrowed.quality)
    order = case({Quality.INCONSISTENT.value: 0, Quality.SUSPECT.value: 1, Quality.DOUBTFUL.value: 2}, value=listed.c.quality, else_=3)
    return _page(connection, outer, narrowed.page, [order, listed.c.name])


def _reports(year: int) -> Select[Any]:
    """One row per report of the year with its newest version, that version's newest reading, and its live findings counted."""
    newest = _newest_version()
    reading = _newest_reading()
    counted = _finding_counts(year)
    none, low = ReadingQuality.NONE.value, ReadingQuality.LOW.value
    quality = case(
        (func.coalesce(counted.c.inconsistent, 0) > 0, Quality.INCONSISTENT.value),
        (func.coalesce(counted.c.suspect, 0) > 0, Quality.SUSPECT.value),
        (or_(readings.c.quality.is_(None), readings.c.quality == none), Quality.UNCHECKED.value),
        (and_(readings.c.quality == low, func.coalesce(counted.c.not_checkable, 0) > 0), Quality.UNCHECKED.value),
        (or_(readings.c.quality == low, func.coalesce(counted.c.doubtful, 0) > 0), Quality.DOUBTFUL.value),
        else_=Quality.PASSED.value,
    ).label("quality")
    return (
        select(
            reports.c.id.label("report_id"),
            reports.c.body_id,
            reports.c.report_year,
            bodies.c.name,
            duties.c.status,
            duties.c.days_late_min,
            duties.c.days_late_max,
            newest.c.versions,
            report_versions.c.title,
            report_versions.c.url,
            report_versions.c.carrier,
            report_versions.c.published_on,
            report_versions.c.first_seen_at,
            readings.c.quality.label("reading_quality"),
            readings.c.form,
            func.coalesce(counted.c.inconsistent, 0).label("inconsistent"),
            func.coalesce(counted.c.suspect, 0).label("suspect"),
            func.coalesce(counted.c.hints, 0).label("hints"),
            quality,
        )
        .join(bodies, bodies.c.id == reports.c.body_id)
        .join(newest, newest.c.report_id == reports.c.id)
        .join(report_versions, and_(report_versions.c.report_id == reports.c.id, report_versions.c.number == newest.c.number))
        .outerjoin(reading, reading.c.version_id == report_versions.c.id)
        .outerjoin(readings, readings.c.id == reading.c.reading_id)
        .outerjoin(counted, counted.c.body_id == reports.c.body_id)
        .outerjoin(duties, and_(duties.c.body_id == reports.c.body_id, duties.c.report_year == reports.c.report_year))
        .where(reports.c.report_year == year)
    )


def _newest_version() -> Subquery:
    """Per report the version that stands: the newest still to be seen, else the newest there was (as `storage.reports.current`)."""
    standing = func.max(case((report_versions.c.gone_since.is_(None), report_versions.c.number)))
    number = func.coalesce(standing, func.max(report_versions.c.number)).label("number")
    query = select(report_versions.c.report_id, number, func.count().label("versions")).group_by(report_versions.c.report_id)
    return query.subquery("newest_version")


def _newest_reading() -> Subquery:
    return (
        select(readings.c.version_id, func.max(readings.c.id).label("reading_id"))
        .group_by(readings.c.version_id)
        .subquery("newest_reading")
    )


def _finding_counts(year: int) -> Subquery:
    def count(certainty: Certainty) -> ColumnElement[Any]:
        # A doubt about our reading is a remark by severity, and still forbids calling the figures consistent.
        told = _grave() if certainty in {Certainty.INCONSISTENT, Certainty.SUSPECT} else true()
        return func.sum(case((and_(findings.c.certainty == certainty.value, told), 1), else_=0))

    query = (
        select(
            findings.c.body_id,
            count(Certainty.INCONSISTENT).label("inconsistent"),
            count(Certainty.SUSPECT).label("suspect"),
            count(Certainty.DOUBTFUL_READING).label("doubtful"),
            count(Certainty.NOT_CHECKABLE).label("not_checkable"),
            func.sum(case((_grave(), 0), else_=1)).label("hints"),
        )
        .where(findings.c.report_year == year, findings.c.state.in_(LIVE), _figures())
        .group_by(findings.c.body_id)
    )
    return query.subquery("finding_counts")


def _figures() -> ColumnElement[bool]:
    """Findings about the report's content: lateness is a status of its own and never makes figures inconsistent."""
    return findings.c.rule.not_like("TL-%")


def _grave() -> ColumnElement[bool]:
    """Severe enough to speak against the figures; remarks on form are listed with the report and counted as hints."""
    return findings.c.severity.in_([Severity.S1.value, Severity.S2.value])


def _named(text: str) -> ColumnElement[bool]:
    alias = select(literal(1)).where(body_aliases.c.body_id == bodies.c.id, body_aliases.c.alias.contains(text, autoescape=True)).exists()
    return or_(bodies.c.name.contains(text, autoescape=True), alias)


def _status_order() -> ColumnElement[int]:
    order = [DutyStatus.MISSING, DutyStatus.WITHDRAWN, DutyStatus.LATE, DutyStatus.UNKNOWN, DutyStatus.UNDATED, DutyStatus.NOT_DUE]
    places = {status.value: place for place, status in enumerate(order)} | {DutyStatus.EXEMPT.value: 99}
    return case(places, value=duties.c.status, else_=9)


def _count(connection: Connection, query: Select[Any]) -> int:
    return connection.scalar(select(func.count()).select_from(query.subquery())) or 0


def _page(connection: Connection, query: Select[Any], page: int, order: Sequence[ColumnElement[Any]]) -> tuple[int, Sequence[RowMapping]]:
    """How many rows there are, and those of one page; of the last one where there is none of that number any more."""
    total = _count(connection, query)
    before = min(page - 1, max(0, total - 1) // PAGE_SIZE) * PAGE_SIZE
    bounded = query.order_by(*order).limit(PAGE_SIZE).offset(before)
    return total, connection.execute(bounded).mappings().all()

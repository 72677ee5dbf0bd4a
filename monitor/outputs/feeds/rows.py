"""What feeds and calendars are made of, asked of the database: each question bounded, none changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, or_, select

from storage.domain.enums import Certainty, DutyStatus, FindingState
from storage.domain.ids import BodyId
from storage.schema import bodies, duties, duty_transitions, findings, report_versions, reports

NOTHING_YET = (DutyStatus.NOT_DUE.value, DutyStatus.MISSING.value, DutyStatus.UNKNOWN.value)

PUBLISHED = (DutyStatus.ON_TIME.value, DutyStatus.LATE.value, DutyStatus.UNDATED.value)
TOLD = (Certainty.INCONSISTENT.value, Certainty.SUSPECT.value)
"""What may be told before a person has looked; a doubtful reading accuses nobody."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a feed is narrowed to; empty values narrow nothing. `scope` is the beginning of a division code, `rule` of a rule's id."""

    scope: str = ""
    body_id: str = ""
    year: int | None = None
    rule: str = ""
    limit: int = 100


def body_name(connection: Connection, body_id: BodyId) -> str:
    """The name of a body, empty where there is none of that id."""
    return connection.scalar(select(bodies.c.name).where(bodies.c.id == body_id)) or ""


def versions(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """Versions of reports, the newest first."""
    query = (
        select(report_versions, reports.c.body_id, reports.c.report_year, bodies.c.name)
        .join(reports, reports.c.id == report_versions.c.report_id)
        .join(bodies, bodies.c.id == reports.c.body_id)
        .where(*_narrow(wanted, reports.c.body_id, reports.c.report_year))
        .order_by(report_versions.c.first_seen_at.desc(), report_versions.c.id.desc())
    )
    return connection.execute(query.limit(wanted.limit)).mappings().all()


def withdrawals(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """Reports judged withdrawn, and those that came back, the newest change first."""
    table, gone = duty_transitions, DutyStatus.WITHDRAWN.value
    back = and_(table.c.from_status == gone, table.c.to_status.in_(PUBLISHED))
    query = (
        select(table, bodies.c.name)
        .join(bodies, bodies.c.id == table.c.body_id)
        .where(or_(table.c.to_status == gone, back), *_narrow(wanted, table.c.body_id, table.c.report_year))
        .order_by(table.c.at.desc(), table.c.id.desc())
    )
    return connection.execute(query.limit(wanted.limit)).mappings().all()


def found(connection: Connection, wanted: Wanted, states: Sequence[FindingState]) -> Sequence[RowMapping]:
    """Findings in one of those states, the one changed last first; doubtful readings only where a person confirmed them."""
    told = or_(findings.c.state == FindingState.CONFIRMED.value, findings.c.certainty.in_(TOLD))
    query = (
        select(findings, bodies.c.name)
        .join(bodies, bodies.c.id == findings.c.body_id)
        .where(findings.c.state.in_([state.value for state in states]), told)
        .where(*_narrow(wanted, findings.c.body_id, findings.c.report_year))
        .order_by(findings.c.updated_at.desc(), findings.c.id.desc())
    )
    if wanted.rule:
        query = query.where(findings.c.rule.startswith(wanted.rule, autoescape=True))
    return connection.execute(query.limit(wanted.limit)).mappings().all()


def due_days(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """Days on which reports are due with how many bodies they bind, how many of those have none so far, and the basis most share."""
    nothing_yet = func.sum(case((duties.c.status.in_(NOTHING_YET), 1), else_=0)).label("open")
    by = (duties.c.report_year, duties.c.due_on, duties.c.legal_basis)
    bound = func.count().label("bound")
    query = (
        select(*by, bound, nothing_yet)
        .join(bodies, bodies.c.id == duties.c.body_id)
        .where(duties.c.status != DutyStatus.EXEMPT.value, *_narrow(wanted, duties.c.body_id, duties.c.report_year))
        .group_by(*by)
        .order_by(duties.c.due_on, bound.desc(), duties.c.legal_basis)
    )
    return connection.execute(query).mappings().all()


def duties_of(connection: Connection, wanted: Wanted) -> Sequence[RowMapping]:
    """What one body owes or owed, by year."""
    query = (
        select(duties, bodies.c.name)
        .join(bodies, bodies.c.id == duties.c.body_id)
        .where(duties.c.status != DutyStatus.EXEMPT.value, *_narrow(wanted, duties.c.body_id, duties.c.report_year))
        .order_by(duties.c.report_year)
    )
    return connection.execute(query).mappings().all()


def _narrow(wanted: Wanted, body_id: ColumnElement[Any], year: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.scope:
        conditions.append(bodies.c.division_code.startswith(wanted.scope, autoescape=True))
    if wanted.body_id:
        conditions.append(body_id == wanted.body_id)
    if wanted.year is not None:
        conditions.append(year == wanted.year)
    return conditions

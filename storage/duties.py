"""Duties: what each body owes, the state computed for it (a projection), and every change of status (kept for ever)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, update

from storage.domain.duties import Duty, DutyKey, DutyState, DutyTransition
from storage.domain.enums import DateKind, DutyStatus, MissingConfidence
from storage.domain.ids import BodyId
from storage.domain.quick import quick
from storage.many import execute_many
from storage.schema import duties, duty_transitions
from storage.statements import CHUNK, chunks, clip, plain, upsert

_KEY = ("body_id", "report_year")
_ADD_TRANSITION = insert(duty_transitions)


@quick
@dataclass(frozen=True, slots=True)
class StoredDuty:
    """A duty with the state stored last; `status_since` is when that status began, `next_change_at` when it may change by itself."""

    duty: Duty
    state: DutyState
    status_since: datetime
    next_change_at: datetime | None = None

    def stores_as(self, other: StoredDuty) -> bool:
        """Whether the two are one and the same in the database, but for the moment of judging."""
        mine, theirs = ({**_values(one), "as_of": None, "status_since": None} for one in (self, other))
        return mine == theirs


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many duties of one report year have each status.

    The identity that holds everywhere: registered = exempt + not due + due, and due = published + missing + unknown + withdrawn.
    """

    by_status: Mapping[DutyStatus, int]

    @property
    def registered(self) -> int:
        """名录: all duties."""
        return sum(self.by_status.values())

    @property
    def due(self) -> int:
        """应发布 = 名录 − 免报 − 未到期."""
        return self.registered - self.by_status[DutyStatus.EXEMPT] - self.by_status[DutyStatus.NOT_DUE]

    @property
    def published(self) -> int:
        """已发布 = 按时 + 逾期 + 日期不明."""
        return sum(self.by_status[status] for status in (DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED))

    @property
    def on_time_share(self) -> float | None:
        """按时率 = 按时 ÷ 应发布, between 0 and 1; None when nothing is due. Show the unknown ones beside it."""
        return self.by_status[DutyStatus.ON_TIME] / self.due if self.due else None


def save_state(
    connection: Connection, duty: Duty, state: DutyState, *, cause: str, actor: str, evidence: Mapping[str, str] | None = None
) -> DutyTransition | None:
    """Store one state; when its status differs from the stored one, append and return the transition.

    The first state of a duty is a transition from nothing.
    """
    before = get(connection, duty.key)
    changed = before is None or before.state.status is not state.status
    since = state.as_of if changed or before is None else before.status_since
    save_states(connection, [StoredDuty(duty, state, since)])
    if not changed:
        return None
    transition = DutyTransition(
        key=duty.key,
        at=state.as_of,
        from_status=before.state.status if before else None,
        to_status=state.status,
        cause=cause,
        actor=actor,
        evidence=evidence or {},
    )
    append_transition(connection, transition)
    return transition


def save_states(connection: Connection, rows: Sequence[StoredDuty]) -> None:
    """Store these states over whatever is there, hundreds at a time; whose status changed must append the transition beside it."""
    values = [_values(one) for one in rows]
    if values:
        upsert(connection, duties, values, key=_KEY, update=[name for name in values[0] if name not in _KEY])


def append_transition(connection: Connection, transition: DutyTransition) -> None:
    """Add one line to the history; `save_state` does it for changes of status."""
    append_transitions(connection, [transition])


def append_transitions(connection: Connection, transitions: Sequence[DutyTransition]) -> None:
    """Add lines to the history."""
    rows = [_transition_values(one) for one in transitions]
    if rows:
        execute_many(connection, _ADD_TRANSITION, rows)


def _transition_values(transition: DutyTransition) -> dict[str, Any]:
    return {
        "body_id": transition.key.body_id,
        "report_year": transition.key.report_year,
        "at": transition.at,
        "from_status": transition.from_status.value if transition.from_status else "",
        "to_status": transition.to_status.value,
        "cause": clip(transition.cause, 300),
        "evidence": plain(transition.evidence),
        "actor": clip(transition.actor, 80),
    }


def get(connection: Connection, key: DutyKey) -> StoredDuty | None:
    """The duty as stored, None when it never was."""
    row = connection.execute(_ONE, {"body": key.body_id, "year": key.report_year}).one_or_none()
    return None if row is None else _stored(row)


_ONE = select(duties).where(duties.c.body_id == bindparam("body"), duties.c.report_year == bindparam("year"))
"""Made once: naming the columns takes longer than the statement itself, and whole registries are stored one duty at a time."""


def list_for(  # noqa: PLR0913 - conditions, by keyword
    connection: Connection,
    *,
    report_year: int | None = None,
    body_id: BodyId | None = None,
    division_prefix: str = "",
    statuses: Iterable[DutyStatus] = (),
    limit: int | None = None,
    offset: int = 0,
) -> tuple[StoredDuty, ...]:
    """Duties that meet every condition given, by year (newest first), division and body."""
    conditions = _scope(report_year, division_prefix)
    if body_id is not None:
        conditions.append(duties.c.body_id == body_id)
    if wanted := [status.value for status in statuses]:
        conditions.append(duties.c.status.in_(wanted))
    order = (duties.c.report_year.desc(), duties.c.division_code, duties.c.body_id)
    rows = connection.execute(select(duties).where(*conditions).order_by(*order).limit(limit).offset(offset))
    return tuple(_stored(row) for row in rows)


def of_bodies(connection: Connection, body_ids: Iterable[BodyId], report_years: Iterable[int]) -> dict[DutyKey, StoredDuty]:
    """The duties of these bodies and years that are stored."""
    found: dict[DutyKey, StoredDuty] = {}
    years = sorted(set(report_years))
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        query = select(duties).where(duties.c.body_id.in_(chunk), duties.c.report_year.in_(years))
        found.update((one.duty.key, one) for one in map(_stored, connection.execute(query)))
    return found


def transitions(connection: Connection, key: DutyKey) -> tuple[DutyTransition, ...]:
    """The history of one duty, the oldest first."""
    mine = and_(duty_transitions.c.body_id == key.body_id, duty_transitions.c.report_year == key.report_year)
    return tuple(_transition(row) for row in connection.execute(select(duty_transitions).where(mine).order_by(duty_transitions.c.id)))


def counts(connection: Connection, report_year: int, *, division_prefix: str = "") -> StatusCounts:
    """The statuses of one report year counted, every status named (0 where there is none)."""
    query = select(duties.c.status, func.count()).where(*_scope(report_year, division_prefix)).group_by(duties.c.status)
    found = {DutyStatus(status): number for status, number in connection.execute(query)}
    return StatusCounts({status: found.get(status, 0) for status in DutyStatus})


def by_deadline(connection: Connection, report_year: int, *, division_prefix: str = "") -> dict[date, StatusCounts]:
    """The statuses of one report year counted per due date, the earliest first."""
    query = select(duties.c.due_on, duties.c.status, func.count()).where(*_scope(report_year, division_prefix))
    found: dict[date, dict[DutyStatus, int]] = {}
    for due_on, status, number in connection.execute(query.group_by(duties.c.due_on, duties.c.status).order_by(duties.c.due_on)):
        found.setdefault(due_on, dict.fromkeys(DutyStatus, 0))[DutyStatus(status)] = number
    return {due_on: StatusCounts(by_status) for due_on, by_status in found.items()}


def report_years(connection: Connection) -> tuple[int, ...]:
    """The years for which duties are stored, the newest first."""
    return tuple(connection.execute(select(duties.c.report_year).distinct().order_by(duties.c.report_year.desc())).scalars())


def _scope(report_year: int | None, division_prefix: str) -> list[Any]:
    conditions: list[Any] = []
    if report_year is not None:
        conditions.append(duties.c.report_year == report_year)
    if division_prefix:
        conditions.append(duties.c.division_code.startswith(division_prefix, autoescape=True))
    return conditions


def _values(stored: StoredDuty) -> dict[str, Any]:
    duty, state = stored.duty, stored.state
    return {
        "body_id": duty.key.body_id,
        "report_year": duty.key.report_year,
        "division_code": duty.division_code,
        "due_on": duty.due_on,
        "legal_basis": clip(duty.legal_basis, 200),
        "due_version": clip(duty.due_version, 40),
        "exempt_reason": clip(duty.exempt_reason, 200),
        "status": state.status.value,
        "as_of": state.as_of,
        "missing_confidence": state.missing_confidence.value if state.missing_confidence else "",
        "days_late_min": state.days_late_min,
        "days_late_max": state.days_late_max,
        "published_on": state.published_on,
        "published_source": state.published_source.value if state.published_source else "",
        "first_seen_at": state.first_seen_at,
        "last_not_seen_at": state.last_not_seen_at,
        "reason": clip(state.reason, 300),
        "notes": plain(state.notes),
        "status_since": stored.status_since,
        "next_change_at": stored.next_change_at,
    }


def _stored(row: Row[Any]) -> StoredDuty:
    key = DutyKey(BodyId(row.body_id), row.report_year)
    duty = Duty(key, row.due_on, row.legal_basis, row.due_version, row.division_code, row.exempt_reason)
    state = DutyState(
        key=key,
        status=DutyStatus.of(row.status),
        as_of=row.as_of,
        missing_confidence=MissingConfidence.of(row.missing_confidence) if row.missing_confidence else None,
        days_late_min=row.days_late_min,
        days_late_max=row.days_late_max,
        published_on=row.published_on,
        published_source=DateKind.of(row.published_source) if row.published_source else None,
        first_seen_at=row.first_seen_at,
        last_not_seen_at=row.last_not_seen_at,
        reason=row.reason,
        notes=tuple(row.notes),
    )
    return StoredDuty(duty, state, row.status_since, row.next_change_at)


def _transition(row: Row[Any]) -> DutyTransition:
    return DutyTransition(
        key=DutyKey(BodyId(row.body_id), row.report_year),
        at=row.at,
        from_status=DutyStatus(row.from_status) if row.from_status else None,
        to_status=DutyStatus(row.to_status),
        cause=row.cause,
        actor=row.actor,
        evidence=row.evidence,
    )


def touch(connection: Connection, report_year: int, body_ids: Iterable[BodyId], as_of: datetime) -> None:
    """These duties were judged again at `as_of` and nothing about them changed."""
    for chunk in chunks(body_ids, CHUNK):
        mine = and_(duties.c.report_year == report_year, duties.c.body_id.in_(chunk), duties.c.as_of < as_of)
        connection.execute(update(duties).where(mine).values(as_of=as_of))


def touch_years(connection: Connection, body_id: BodyId, report_years: Iterable[int], as_of: datetime) -> None:
    """The same of one body's duties of several years."""
    if years := sorted(report_years):
        mine = and_(duties.c.body_id == body_id, duties.c.report_year.in_(years), duties.c.as_of < as_of)
        connection.execute(update(duties).where(mine).values(as_of=as_of))


def keys_to_change(connection: Connection, now: datetime, report_years: Iterable[int]) -> frozenset[DutyKey]:
    """Duties of these years whose state may have changed by itself by now."""
    passed = (duties.c.next_change_at <= now, duties.c.report_year.in_(sorted(report_years)))
    rows = connection.execute(select(duties.c.body_id, duties.c.report_year).where(*passed))
    return frozenset(DutyKey(BodyId(row.body_id), row.report_year) for row in rows)


def judge_again_at(connection: Connection, key: DutyKey, at: datetime) -> None:
    """Have this duty judged at that instant at the latest."""
    mine = and_(duties.c.body_id == key.body_id, duties.c.report_year == key.report_year)
    later = or_(duties.c.next_change_at.is_(None), duties.c.next_change_at > at)
    connection.execute(update(duties).where(mine, later).values(next_change_at=at))


def hold(connection: Connection) -> None:
    """Let nobody else store states until this transaction ends, so that no change of status is written down twice."""
    if connection.dialect.name == "postgresql":  # on SQLite a writer is alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(_HELD)))


_HELD = 0x6E69616E
"""Any number, the same in every process."""

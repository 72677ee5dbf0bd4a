"""Deadline snapshots: the state of each duty at 24:00 of its due date, written once and never changed.

Rows are added in batches, so that a process that died goes on where it stopped; a snapshot speaks only once it is sealed, with a digest
over its rows. What became known afterwards stands in `storage.duties`, beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from storage.domain.clock import deadline_instant
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import DateKind, DutyStatus
from storage.domain.ids import BodyId
from storage.duties import StatusCounts
from storage.schema import deadline_snapshots, frozen_duties
from storage.statements import CHUNK, chunks, clip, insert_missing, insert_new, plain

IN_TIME = timedelta(hours=1)
"""Begun within this after the deadline, a snapshot counts as taken when it was due; later it is said to be computed afterwards."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One deadline of one report year. `sealed_at` is None while rows are still added."""

    id: int
    report_year: int
    due_on: date
    deadline_at: datetime
    begun_at: datetime
    sealed_at: datetime | None = None
    digest: str = ""

    @property
    def caught_up(self) -> bool:
        """Computed after the fact, from evidence of before the deadline: nothing of ours ran when it passed."""
        return self.begun_at - self.deadline_at > IN_TIME


@dataclass(frozen=True, slots=True)
class FrozenDuty:
    """What was known of one duty at the deadline; `evidence` holds the ids it rests on."""

    duty: Duty
    state: DutyState
    body_name: str
    evidence: Mapping[str, str] = field(default_factory=dict)


def begin(connection: Connection, report_year: int, due_on: date, now: datetime) -> Snapshot:
    """The snapshot of that deadline, begun now unless it was before."""
    row = {"report_year": report_year, "due_on": due_on, "deadline_at": deadline_instant(due_on), "begun_at": now, "digest": ""}
    insert_new(connection, deadline_snapshots, row, key=["report_year", "due_on"])
    found = find(connection, report_year, due_on)
    assert found is not None
    return found


def find(connection: Connection, report_year: int, due_on: date) -> Snapshot | None:
    """The snapshot of that deadline, sealed or not."""
    mine = (deadline_snapshots.c.report_year == report_year, deadline_snapshots.c.due_on == due_on)
    row = connection.execute(select(deadline_snapshots).where(*mine)).one_or_none()
    return None if row is None else _snapshot(row)


def list_all(connection: Connection, *, report_year: int | None = None) -> tuple[Snapshot, ...]:
    """All snapshots, the newest deadline first."""
    query = select(deadline_snapshots).order_by(deadline_snapshots.c.due_on.desc(), deadline_snapshots.c.report_year.desc())
    rows = connection.execute(query if report_year is None else query.where(deadline_snapshots.c.report_year == report_year))
    return tuple(map(_snapshot, rows))


def add(connection: Connection, snapshot: Snapshot, frozen: Sequence[FrozenDuty], now: datetime) -> None:
    """Add rows to a snapshot that is not sealed; one that is there stays as it was written, and a sealed snapshot takes none."""
    for chunk in chunks(frozen, CHUNK):
        if _is_open(connection, snapshot):
            insert_missing(connection, frozen_duties, [_values(snapshot, one, now) for one in chunk], key=["snapshot_id", "body_id"])


def _is_open(connection: Connection, snapshot: Snapshot) -> bool:
    still = (deadline_snapshots.c.id == snapshot.id, deadline_snapshots.c.sealed_at.is_(None))
    return connection.execute(select(deadline_snapshots.c.id).where(*still)).one_or_none() is not None


def seal(connection: Connection, snapshot: Snapshot, now: datetime) -> bool:
    """Close the snapshot for ever; False when it was closed before."""
    values = {"sealed_at": now, "digest": digest(connection, snapshot)}
    still = (deadline_snapshots.c.id == snapshot.id, deadline_snapshots.c.sealed_at.is_(None))
    return bool(connection.execute(update(deadline_snapshots).where(*still).values(**values)).rowcount)


def digest(connection: Connection, snapshot: Snapshot) -> str:
    """SHA-256 over the rows as they stand now; differs from `Snapshot.digest` once anybody changed, removed or added one."""
    sha256 = hashlib.sha256()
    query = select(frozen_duties).where(frozen_duties.c.snapshot_id == snapshot.id).order_by(frozen_duties.c.body_id)
    columns = [column.name for column in frozen_duties.c if column.name != "snapshot_id"]
    lines = []
    for row in connection.execute(query):
        values = [_written(getattr(row, name)) for name in columns]
        lines.append(json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    # Sorted here: databases order text by their own collation.
    for line in sorted(lines):
        sha256.update(line.encode("utf-8", "surrogatepass") + b"\n")
    return sha256.hexdigest()


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def body_ids(connection: Connection, snapshot: Snapshot) -> frozenset[BodyId]:
    """The bodies that have a row already."""
    return frozenset(
        map(BodyId, connection.execute(select(frozen_duties.c.body_id).where(frozen_duties.c.snapshot_id == snapshot.id)).scalars())
    )


def counts(connection: Connection, snapshot: Snapshot, *, division_prefix: str = "") -> StatusCounts:
    """The frozen statuses counted; the identity of `StatusCounts` holds for them as for those of today."""
    query = select(frozen_duties.c.status, func.count()).where(*_scope(snapshot, division_prefix)).group_by(frozen_duties.c.status)
    found = {DutyStatus(status): number for status, number in connection.execute(query)}
    return StatusCounts({status: found.get(status, 0) for status in DutyStatus})


def rows(
    connection: Connection, snapshot: Snapshot, *, division_prefix: str = "", statuses: Iterable[DutyStatus] = ()
) -> tuple[FrozenDuty, ...]:
    """The rows of a snapshot by division and body."""
    conditions = _scope(snapshot, division_prefix)
    if wanted := [status.value for status in statuses]:
        conditions.append(frozen_duties.c.status.in_(wanted))
    query = select(frozen_duties).where(*conditions).order_by(frozen_duties.c.division_code, frozen_duties.c.body_id)
    return tuple(_frozen(snapshot, row) for row in connection.execute(query))


def of_body(connection: Connection, key: DutyKey) -> tuple[tuple[Snapshot, FrozenDuty], ...]:
    """What was frozen of one duty, the earliest deadline first; two where the due date was moved after the first had passed."""
    joined = frozen_duties.join(deadline_snapshots, frozen_duties.c.snapshot_id == deadline_snapshots.c.id)
    mine = (frozen_duties.c.body_id == key.body_id, deadline_snapshots.c.report_year == key.report_year)
    sealed = deadline_snapshots.c.sealed_at.is_not(None)
    query = select(frozen_duties).select_from(joined).where(*mine, sealed).order_by(deadline_snapshots.c.due_on)
    known = {one.id: one for one in list_all(connection, report_year=key.report_year)}
    return tuple((known[row.snapshot_id], _frozen(known[row.snapshot_id], row)) for row in connection.execute(query))


def _scope(snapshot: Snapshot, division_prefix: str) -> list[Any]:
    conditions: list[Any] = [frozen_duties.c.snapshot_id == snapshot.id]
    if division_prefix:
        conditions.append(frozen_duties.c.division_code.startswith(division_prefix, autoescape=True))
    return conditions


def _values(snapshot: Snapshot, one: FrozenDuty, now: datetime) -> dict[str, Any]:
    state = one.state
    return {
        "snapshot_id": snapshot.id,
        "body_id": one.duty.key.body_id,
        "body_name": clip(one.body_name, 200),
        "division_code": one.duty.division_code,
        "legal_basis": clip(one.duty.legal_basis, 200),
        "due_version": clip(one.duty.due_version, 40),
        "status": state.status.value,
        "published_on": state.published_on,
        "published_source": state.published_source.value if state.published_source else "",
        "first_seen_at": state.first_seen_at,
        "last_not_seen_at": state.last_not_seen_at,
        "reason": clip(state.reason, 300),
        "notes": plain(state.notes),
        "evidence": plain(one.evidence),
        "frozen_at": now,
    }


def _frozen(snapshot: Snapshot, row: Row[Any]) -> FrozenDuty:
    key = DutyKey(BodyId(row.body_id), snapshot.report_year)
    status = DutyStatus(row.status)
    state = DutyState(
        key=key,
        status=status,
        as_of=snapshot.deadline_at,
        published_on=row.published_on,
        published_source=DateKind(row.published_source) if row.published_source else None,
        first_seen_at=row.first_seen_at,
        last_not_seen_at=row.last_not_seen_at,
        reason=row.reason,
        notes=tuple(row.notes),
    )
    exempt = row.reason if status is DutyStatus.EXEMPT else ""
    duty = Duty(key, snapshot.due_on, row.legal_basis, row.due_version, row.division_code, exempt)
    return FrozenDuty(duty, state, row.body_name, row.evidence)


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(row.id, row.report_year, row.due_on, row.deadline_at, row.begun_at, row.sealed_at, row.digest)

"""Runs: each scheduled piece of work happens once, whoever tries, and one that died is noticed and done again.

A slot is a unique row. Whoever claims it gets a lease; only that owner can renew or finish, so a process that lost its lease (paused,
cut off, killed) cannot write a result over its successor's.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from storage import changes
from storage.domain.enums import RunState, VisitOutcome
from storage.domain.errors import NotFoundError
from storage.domain.visits import ABANDONED_REASON, Run
from storage.schema import runs, visits
from storage.statements import clip, insert_new, plain


def new_owner() -> str:
    """A name for one attempt, different every time."""
    return clip(f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:12]}", 80)


def claim(  # noqa: PLR0913 - one row's columns, by keyword
    connection: Connection, kind: str, slot: str, *, owner: str, now: datetime, lease: timedelta, scheduled_at: datetime | None = None
) -> Run | None:
    """Take the slot for `owner` until `now + lease`; None when another has it or it is done.

    An abandoned slot, or one whose lease has passed, is taken over; what the dead attempt left open is closed as abandoned.
    """
    held = {"state": RunState.CLAIMED.value, "owner": owner, "started_at": now, "lease_until": now + lease}
    row = {"kind": kind, "slot": slot, "scheduled_at": scheduled_at or now, "summary": {}, **held}
    mine = and_(runs.c.kind == kind, runs.c.slot == slot)
    if not insert_new(connection, runs, row, key=["kind", "slot"]):
        free = or_(runs.c.state.in_([RunState.SCHEDULED.value, RunState.ABANDONED.value]), _expired(now))
        if not connection.execute(update(runs).where(mine, free).values(**held, finished_at=None)).rowcount:
            return None
    run = _run(connection.execute(select(runs).where(mine)).one())
    _close_visits(connection, run.id)
    return run


def renew(connection: Connection, run: Run, now: datetime, lease: timedelta) -> bool:
    """Hold on for another `lease`; False when the run is no longer this owner's."""
    return bool(connection.execute(update(runs).where(_held_by(run)).values(lease_until=now + lease)).rowcount)


def holds(connection: Connection, run: Run) -> bool:
    """Whether this owner still has the run."""
    return connection.execute(select(runs.c.id).where(_held_by(run))).one_or_none() is not None


def finish(connection: Connection, run: Run, state: RunState, summary: Mapping[str, Any], now: datetime) -> bool:
    """End the run with its result; False, and nothing written, when it is no longer this owner's."""
    values = {"state": state.value, "summary": plain(summary), "finished_at": now, "lease_until": None}
    return bool(connection.execute(update(runs).where(_held_by(run)).values(**values)).rowcount)


def abandon_expired(connection: Connection, now: datetime) -> tuple[Run, ...]:
    """Mark runs whose lease has passed, and the visits they left open, as abandoned; those just marked, by id."""
    found = connection.execute(select(runs).where(_expired(now)).order_by(runs.c.id)).all()
    marked = []
    for row in found:
        gone = update(runs).where(runs.c.id == row.id, _expired(now)).values(state=RunState.ABANDONED.value, finished_at=now)
        if connection.execute(gone).rowcount:
            _close_visits(connection, row.id)
            marked.append(get(connection, row.id))
    return tuple(marked)


def get(connection: Connection, run_id: int) -> Run:
    """The run of that id. Raises NotFoundError."""
    row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这次任务：{run_id}")
    return _run(row)


def newest(connection: Connection, kind: str) -> Run | None:
    """The run of that kind scheduled last, whatever became of it."""
    found = recent(connection, limit=1, kind=kind)
    return found[0] if found else None


def recent(connection: Connection, *, limit: int = 50, kind: str = "") -> tuple[Run, ...]:
    """The newest runs first."""
    query = select(runs).order_by(runs.c.scheduled_at.desc(), runs.c.id.desc()).limit(limit)
    return tuple(_run(row) for row in connection.execute(query.where(runs.c.kind == kind) if kind else query))


def _held_by(run: Run) -> Any:
    return and_(runs.c.id == run.id, runs.c.owner == run.owner, runs.c.state == RunState.CLAIMED.value)


def _expired(now: datetime) -> Any:
    return and_(runs.c.state == RunState.CLAIMED.value, runs.c.lease_until < now)


def _close_visits(connection: Connection, run_id: int) -> None:
    """A visit that nobody finished proves nothing; one already finished stays as it is."""
    left = and_(visits.c.run_id == run_id, visits.c.finished_at.is_(None))
    values = {"outcome": VisitOutcome.ABANDONED.value, "qualified": False, "inconclusive_reason": ABANDONED_REASON}
    changes.of_entry_points(connection, connection.execute(select(visits.c.entry_point_id).where(left)).scalars())
    connection.execute(update(visits).where(left).values(**values))


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        kind=row.kind,
        slot=row.slot,
        state=RunState(row.state),
        owner=row.owner,
        scheduled_at=row.scheduled_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        lease_until=row.lease_until,
        summary=row.summary,
    )

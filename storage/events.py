"""Events: what there is to tell, written in the transaction of the change it tells of, until messages are planned from it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from storage.domain.alerts import Event, EventKind
from storage.domain.enums import Audience
from storage.domain.errors import UsageError
from storage.domain.ids import BodyId
from storage.schema import events
from storage.statements import CHUNK, chunks, insert_missing, insert_new, plain

KEY_LIMIT = 160
_ID = select(events.c.id).where(events.c.event_key == bindparam("key"))


def append(connection: Connection, event: Event) -> tuple[int, bool]:
    """Write the event; its id, and whether it is new. One with the same key is already told and stays as it is.

    Raises UsageError for a key that does not fit: a shortened one could swallow another event.
    """
    new = insert_new(connection, events, _values(event), key=["event_key"])
    return int(connection.execute(_ID, {"key": event.key}).scalar_one()), new


def append_all(connection: Connection, found: Iterable[Event]) -> None:
    """The same of hundreds of events that nobody asks the ids of."""
    insert_missing(connection, events, [_values(one) for one in found], key=["event_key"])


def _values(event: Event) -> dict[str, Any]:
    if not 0 < len(event.key) <= KEY_LIMIT:
        raise UsageError(f"事件键长度必须在 1 到 {KEY_LIMIT} 之间：{event.key[:80]}")
    return {
        "event_key": event.key,
        "kind": event.kind.value,
        "audience": event.audience.value,
        "body_id": event.body_id,
        "report_year": event.report_year,
        "division_code": event.division_code,
        "severity": event.severity,
        "at": event.at,
        "payload": plain(event.payload),
        "planned_at": event.planned_at,
    }


def unplanned(connection: Connection, audience: Audience, *, limit: int = 1000) -> tuple[Event, ...]:
    """Events from which no message was planned yet, the oldest first."""
    waiting = (events.c.audience == audience.value, events.c.planned_at.is_(None))
    return tuple(_event(row) for row in connection.execute(select(events).where(*waiting).order_by(events.c.id).limit(limit)))


def mark_planned(connection: Connection, event_ids: Iterable[int], now: datetime) -> None:
    """Messages were planned from these events, or it was decided that none are needed."""
    for chunk in chunks(event_ids, CHUNK):
        connection.execute(update(events).where(events.c.id.in_(chunk), events.c.planned_at.is_(None)).values(planned_at=now))


def recent(connection: Connection, *, audience: Audience | None = None, limit: int = 100) -> tuple[Event, ...]:
    """The newest events first."""
    query = select(events).order_by(events.c.id.desc()).limit(limit)
    return tuple(_event(row) for row in connection.execute(query.where(events.c.audience == audience.value) if audience else query))


def about(connection: Connection, body_id: BodyId, report_year: int) -> tuple[Event, ...]:
    """All events of one body's report of one year, the oldest first."""
    mine = (events.c.body_id == body_id, events.c.report_year == report_year)
    return tuple(_event(row) for row in connection.execute(select(events).where(*mine).order_by(events.c.id)))


def flips(connection: Connection, since: datetime, *, least: int) -> dict[tuple[BodyId | None, int | None], int]:
    """Reports that came into one same state at least so often since that moment, with how often: they go to and fro."""
    change = (events.c.kind.like("report.%"), events.c.kind.not_in(NO_CHANGE_OF_STATE), events.c.body_id.is_not(None))
    one = (events.c.body_id, events.c.report_year, events.c.kind)
    query = select(events.c.body_id, events.c.report_year, func.count()).where(events.c.at >= since, *change).group_by(*one)
    found: dict[tuple[BodyId | None, int | None], int] = {}
    for body, year, count in connection.execute(query.having(func.count() >= least)):
        found[BodyId(body), year] = max(count, found.get((BodyId(body), year), 0))
    return found


NO_CHANGE_OF_STATE = (EventKind.REPORT_REVISED.value, EventKind.REPORT_UNANSWERED.value)


def _event(row: Row[Any]) -> Event:
    return Event(
        key=row.event_key,
        kind=EventKind(row.kind),
        audience=Audience(row.audience),
        at=row.at,
        body_id=BodyId(row.body_id) if row.body_id else None,
        report_year=row.report_year,
        division_code=row.division_code,
        severity=row.severity,
        payload=row.payload,
        id=row.id,
        planned_at=row.planned_at,
    )


def kinds_of(connection: Connection, event_ids: Iterable[int]) -> tuple[EventKind, ...]:
    """What kinds of events are among these, each once, in the order of their names."""
    found: set[str] = set()
    for chunk in chunks(dict.fromkeys(event_ids), CHUNK):
        found.update(connection.execute(select(events.c.kind).where(events.c.id.in_(chunk)).distinct()).scalars())
    return tuple(EventKind(kind) for kind in sorted(found))


def get_many(connection: Connection, event_ids: Iterable[int]) -> dict[int, Event]:
    """Those of the given events that exist, by id."""
    found: dict[int, Event] = {}
    for chunk in chunks(dict.fromkeys(event_ids), CHUNK):
        found.update((row.id, _event(row)) for row in connection.execute(select(events).where(events.c.id.in_(chunk))))
    return found

"""Holds: acknowledgements, snoozes and silences. Nothing is deleted; each ends by its date, or earlier by a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from storage.domain.alerts import EventKind, Hold, HoldSort
from storage.domain.errors import NotFoundError, UsageError
from storage.schema import alert_holds
from storage.statements import clip

LONGEST = timedelta(days=90)
ACK_LASTS = timedelta(days=14)


def add(connection: Connection, hold: Hold) -> int:
    """Write a hold down; its id (the one given is not used).

    Raises UsageError where it lacks what makes it accountable: an end after its beginning and within 90 days, a person, a reason for a
    snooze or silence, a matter for an acknowledgement or snooze.
    """
    _accountable(hold)
    values = {
        "sort": hold.sort.value,
        "matter": hold.matter,
        "kinds": [kind.value for kind in hold.kinds],
        "scope": hold.scope,
        "actor": clip(hold.actor, 80),
        "reason": clip(hold.reason, 500),
        "at": hold.at,
        "until": hold.until,
    }
    made = connection.execute(insert(alert_holds).values(**values)).inserted_primary_key
    assert made is not None
    return int(made[0])


def _accountable(hold: Hold) -> None:
    kept = "没有保存。"
    if not hold.at < hold.until <= hold.at + LONGEST:
        raise UsageError(f"结束日期必须在今天之后、{LONGEST.days} 天之内", kept=kept)
    if not hold.actor.strip():
        raise UsageError("必须写明由谁作出", kept=kept)
    if hold.sort is not HoldSort.ACK and not hold.reason.strip():
        raise UsageError(f"{hold.sort.label}必须说明理由", kept=kept)
    if (hold.sort is HoldSort.SILENCE) == bool(hold.matter):
        raise UsageError("确认和稍后处理针对一件事；静默针对地区和类型", kept=kept)


def get(connection: Connection, hold_id: int) -> Hold:
    """The hold of that id. Raises NotFoundError."""
    row = connection.execute(select(alert_holds).where(alert_holds.c.id == hold_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有编号 {hold_id} 的确认或静默", advice="nianbao alert holds 列出全部。")
    return _hold(row)


def active(connection: Connection, now: datetime) -> tuple[Hold, ...]:
    """Those in force at that moment, the oldest first."""
    open_ended = or_(alert_holds.c.ended_at.is_(None), alert_holds.c.ended_at > now)
    standing = and_(alert_holds.c.at <= now, alert_holds.c.until > now, open_ended)
    return tuple(_hold(row) for row in connection.execute(select(alert_holds).where(standing).order_by(alert_holds.c.id)))


def ended(connection: Connection, since: datetime, now: datetime) -> tuple[Hold, ...]:
    """Those that ended between the two moments, by their date or by a person."""
    ended_at = func.coalesce(alert_holds.c.ended_at, alert_holds.c.until, type_=alert_holds.c.until.type)
    between = and_(ended_at > since, ended_at <= now)
    return tuple(_hold(row) for row in connection.execute(select(alert_holds).where(between).order_by(alert_holds.c.id)))


def recent(connection: Connection, *, limit: int = 100) -> tuple[Hold, ...]:
    """The newest first, ended ones too."""
    return tuple(_hold(row) for row in connection.execute(select(alert_holds).order_by(alert_holds.c.id.desc()).limit(limit)))


def end(connection: Connection, hold_id: int, *, actor: str, now: datetime) -> bool:
    """End a hold now; False when it has ended already. Raises NotFoundError."""
    hold = get(connection, hold_id)
    if not hold.active(now):
        return False
    mine = alert_holds.c.id == hold_id
    connection.execute(update(alert_holds).where(mine).values(ended_at=now, ended_by=clip(actor, 80)))
    return True


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        sort=HoldSort(row.sort),
        actor=row.actor,
        reason=row.reason,
        at=row.at,
        until=row.until,
        matter=row.matter,
        kinds=tuple(EventKind(kind) for kind in row.kinds),
        scope=row.scope,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )

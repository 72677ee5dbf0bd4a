"""What was decided about one body's report of one year: that it owes none, or owes it by another day. Rows end, they never go."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from storage import bodies, changes
from storage.domain.duties import DutyDecision
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId
from storage.schema import duty_decisions
from storage.statements import clip


def add(connection: Connection, decision: DutyDecision) -> int:
    """Write one down; it takes the place of what stood for that body and year. Raises NotFoundError for an unknown body."""
    bodies.get(connection, decision.body_id)
    for one in standing(connection, (decision.report_year,), decision.body_id):
        end(connection, one.id, decision.actor, decision.made_at)
    values = {
        "body_id": decision.body_id,
        "report_year": decision.report_year,
        "due_on": decision.due_on,
        "reason": clip(decision.reason, 200),
        "authority": clip(decision.authority, 200),
        "actor": clip(decision.actor, 80),
        "made_at": decision.made_at,
    }
    changes.of_bodies(connection, [decision.body_id], owed=True)
    return int(connection.execute(insert(duty_decisions).values(**values).returning(duty_decisions.c.id)).scalar_one())


def get(connection: Connection, decision_id: int) -> DutyDecision:
    """The decision of that number, standing or ended. Raises NotFoundError."""
    row = connection.execute(select(duty_decisions).where(duty_decisions.c.id == decision_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这个编号的决定：{decision_id}", advice="查看：nianbao body decisions")
    return _decision(row)


def end(connection: Connection, decision_id: int, actor: str, now: datetime) -> DutyDecision:
    """Take one back; an ended one stays as it ended. Raises NotFoundError."""
    found = get(connection, decision_id)
    if found.ended_at is not None:
        return found
    changes.of_bodies(connection, [found.body_id], owed=True)
    connection.execute(update(duty_decisions).where(duty_decisions.c.id == decision_id).values(ended_at=now, ended_by=clip(actor, 80)))
    return get(connection, decision_id)


def standing(connection: Connection, report_years: Collection[int], body_id: BodyId | None = None) -> tuple[DutyDecision, ...]:
    """Those that hold now for some report years, of all bodies or of one."""
    mine = () if body_id is None else (duty_decisions.c.body_id == body_id,)
    query = select(duty_decisions).where(duty_decisions.c.ended_at.is_(None), duty_decisions.c.report_year.in_(sorted(report_years)), *mine)
    return tuple(_decision(row) for row in connection.execute(query.order_by(duty_decisions.c.id)))


def list_all(connection: Connection) -> tuple[DutyDecision, ...]:
    """Every decision ever made, the newest first."""
    return tuple(_decision(row) for row in connection.execute(select(duty_decisions).order_by(duty_decisions.c.id.desc())))


def _decision(row: Row[tuple[object, ...]]) -> DutyDecision:
    return DutyDecision(
        BodyId(row.body_id),
        row.report_year,
        row.reason,
        row.actor,
        row.made_at,
        row.due_on,
        row.authority,
        row.id,
        row.ended_at,
        row.ended_by,
    )

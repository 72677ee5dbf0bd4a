"""The audit log: who did what to which thing, append-only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from storage.schema import audit_log
from storage.statements import clip, plain


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One act. `target` names the thing (`body/b12`, `finding/7`)."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    payload: Mapping[str, Any]


def append(
    connection: Connection, *, actor: str, action: str, target: str, now: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """Write down one act. Secrets do not belong in `payload`."""
    values = {"at": now, "actor": clip(actor, 80), "action": clip(action, 80), "object": clip(target, 200), "payload": plain(payload or {})}
    connection.execute(insert(audit_log).values(**values))


def recent(connection: Connection, *, limit: int = 100) -> tuple[AuditLine, ...]:
    """The newest acts first."""
    rows = connection.execute(select(audit_log).order_by(audit_log.c.id.desc()).limit(limit))
    return tuple(AuditLine(row.id, row.at, row.actor, row.action, row.object, row.payload) for row in rows)

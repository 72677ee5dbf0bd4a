"""What people do about alerts: acknowledge, snooze, silence, take back, retry. Each is written down with who did it and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts.events import alert_key
from storage import alert_holds, audit, events, outbox
from storage.domain.alerts import Event, EventKind, Hold, HoldSort
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId

REFERENCE = "NB-"
RECENT = 10_000
UNHEARD = frozenset({EventKind.TEST})


@dataclass(frozen=True, slots=True)
class Said:
    """Who says it, when, and why."""

    actor: str
    at: datetime
    reason: str = ""


def matters_of(connection: Connection, names: Iterable[str]) -> tuple[str, ...]:
    """The matters people mean: by their key (`report/b12/2024`), or all that a message told, by the code printed in it.

    Raises NotFoundError for what nothing was ever recorded about: a mistyped key must not look like an acknowledgement.
    """
    found: dict[str, None] = {}
    for name in names:
        found |= dict.fromkeys(_told_in(connection, name) if name.upper().startswith(REFERENCE) else (_known(connection, name),))
    return tuple(found)


def hold(connection: Connection, sort: HoldSort, matters: Sequence[str], until: datetime | None, said: Said) -> tuple[int, ...]:
    """Acknowledge or snooze matters; the ids of the holds. An acknowledgement without an end lasts fourteen days."""
    if sort is HoldSort.ACK:
        until = until or said.at + alert_holds.ACK_LASTS
    if until is None:
        raise UsageError("稍后处理必须给出日期", kept="没有保存。", advice="例：--until 2025-03-01")
    made = [Hold(0, sort, said.actor, said.reason, said.at, until, matter) for matter in matters]
    return tuple(_written(connection, one, said, f"alert/{one.matter}") for one in made)


def silence(connection: Connection, kinds: Sequence[EventKind], scope: str, until: datetime | None, said: Said) -> int:
    """Keep messages of some kinds (none: all) in a region (empty: everywhere) back until a date; the id of the silence."""
    if until is None:
        raise UsageError("静默必须给出结束日期", kept="没有保存。", advice="例：--until 2025-03-01，最长 90 天。")
    made = Hold(0, HoldSort.SILENCE, said.actor, said.reason, said.at, until, kinds=tuple(kinds), scope=scope)
    return _written(connection, made, said, f"scope/{scope or '*'}")


def take_back(connection: Connection, hold_id: int, said: Said) -> bool:
    """End a hold before its time; False when it had ended. What still stands open then speaks again."""
    if not alert_holds.end(connection, hold_id, actor=said.actor, now=said.at):
        return False
    payload = {"reason": said.reason}
    audit.append(connection, actor=said.actor, action="alert.unhold", target=f"hold/{hold_id}", now=said.at, payload=payload)
    return True


def retry(connection: Connection, outbox_id: int, said: Said) -> bool:
    """Send a dead message once more, as the same message; False when it is not dead."""
    if not outbox.revive(connection, outbox_id, said.at):
        return False
    audit.append(connection, actor=said.actor, action="alert.retry", target=f"outbox/{outbox_id}", now=said.at)
    return True


def _written(connection: Connection, made: Hold, said: Said, target: str) -> int:
    number = alert_holds.add(connection, made)
    payload = {"hold": number, "reason": made.reason, "until": made.until.isoformat(), "kinds": [kind.value for kind in made.kinds]}
    audit.append(connection, actor=said.actor, action=f"alert.{made.sort.value}", target=target, now=said.at, payload=payload)
    return number


def _told_in(connection: Connection, code: str) -> tuple[str, ...]:
    row = outbox.by_reference(connection, code.upper())
    told = events.get_many(connection, row.event_ids) if row is not None else {}
    found = tuple(dict.fromkeys(alert_key(event) for event in told.values() if event.kind not in UNHEARD))
    if not found:
        raise NotFoundError(f"没有编号为 {code} 的消息，或该消息没有逐条提示任何事项", kept="没有保存。", advice="编号印在每封消息的末尾。")
    return found


def _known(connection: Connection, matter: str) -> str:
    if any(alert_key(event) == matter for event in _about(connection, matter)):
        return matter
    raise NotFoundError(f"没有这个事项：{matter}", kept="没有保存。", advice="nianbao alert open 列出未解决的事项；也可以写消息编号 NB-…。")


def _about(connection: Connection, matter: str) -> Iterable[Event]:
    parts = matter.split("/")
    if parts[0] in {"report", "finding", "revision"} and len(parts) >= 3 and parts[2].isascii() and parts[2].isdigit():
        return events.about(connection, BodyId(parts[1]), int(parts[2]))
    return events.recent(connection, limit=RECENT)

"""Alert rules: who hears of what in which way, the first that fits decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from storage.domain.alerts import AlertRule, EventKind, Mode
from storage.domain.errors import NotFoundError, UsageError
from storage.schema import alert_rules
from storage.statements import clip, upsert


def save(connection: Connection, rule: AlertRule, *, now: datetime) -> int:
    """Add the rule, or give the one of that name these values; its id. Raises UsageError for an escalation without a day or to itself."""
    if (rule.escalate_to is not None) != (rule.escalate_days > 0):
        raise UsageError("升级通知需要同时给出第二接收方和工作日数", kept="没有保存规则。")
    if rule.escalate_to == rule.destination_id:
        raise UsageError("第二接收方不能是同一个接收方", kept="没有保存规则。")
    values = {
        "name": clip(rule.name, 100),
        "destination_id": rule.destination_id,
        "kinds": [kind.value for kind in rule.kinds],
        "severity": rule.severity,
        "scope": rule.scope,
        "mode": rule.mode.value,
        "escalate_to": rule.escalate_to,
        "escalate_days": rule.escalate_days,
        "enabled": rule.enabled,
    }
    upsert(connection, alert_rules, [values | {"created_at": now}], key=["name"], update=[name for name in values if name != "name"])
    return int(connection.execute(select(alert_rules.c.id).where(alert_rules.c.name == values["name"])).scalar_one())


def list_all(connection: Connection) -> tuple[AlertRule, ...]:
    """All rules in the order in which they are asked: the oldest first."""
    return tuple(_rule(row) for row in connection.execute(select(alert_rules).order_by(alert_rules.c.id)))


def remove(connection: Connection, name: str) -> None:
    """Take a rule away; its destination then hears by the rules that are left. Raises NotFoundError."""
    if not connection.execute(delete(alert_rules).where(alert_rules.c.name == name)).rowcount:
        raise NotFoundError(f"没有规则：{name}", advice="nianbao alert rule list 列出全部规则。")


def _rule(row: Row[Any]) -> AlertRule:
    return AlertRule(
        id=row.id,
        name=row.name,
        destination_id=row.destination_id,
        mode=Mode(row.mode),
        kinds=tuple(EventKind(kind) for kind in row.kinds),
        severity=row.severity,
        scope=row.scope,
        escalate_to=row.escalate_to,
        escalate_days=row.escalate_days,
        enabled=row.enabled,
    )

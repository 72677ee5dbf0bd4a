"""A rule as people say it."""

from __future__ import annotations

from collections.abc import Mapping

from storage.domain.alerts import AlertRule


def sentence(rule: AlertRule, names: Mapping[int, str]) -> str:
    """One sentence; `names` are those of destinations by id."""
    parts = [f"[{'、'.join(kind.label for kind in rule.kinds) or '任何情况'}]"]
    parts += [f"[级别 {rule.severity} 及以上]"] if rule.severity else []
    parts += [f"[地区 {rule.scope}]"] if rule.scope else []
    said = f"当 {' 且 '.join(parts)} → {rule.mode.label} {names[rule.destination_id]}"
    if rule.escalate_to is None:
        return said
    return f"{said}；满 {rule.escalate_days} 个工作日未确认 → 通知 {names[rule.escalate_to]}"

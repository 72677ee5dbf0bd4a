"""An absence that was told and that nobody acknowledged goes to a second recipient, after as many working days as its rule says. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from monitor.alerts.choosing import History, Told
from monitor.alerts.events import alert_key
from monitor.alerts.holding import holding
from monitor.alerts.reach import TO, fits
from monitor.alerts.workdays import WorkCalendar
from storage.domain.alerts import AlertRule, Event, EventKind, Hold
from storage.domain.clock import local_date
from storage.domain.enums import Audience, MissingConfidence
from storage.duties import StoredDuty


def unanswered(
    rules: Sequence[AlertRule],
    history: History,
    missing: Mapping[str, StoredDuty],
    holds: Sequence[Hold],
    now: datetime,
    calendar: WorkCalendar,
) -> tuple[Event, ...]:
    """Events for second recipients; `missing` are the duties now established as missing, by matter. The same again has the same keys."""
    made = []
    for rule in rules:
        if not (rule.enabled and rule.escalate_to is not None):
            continue
        for told in _told_absences(rule, history):
            duty = missing.get(alert_key(told.event))
            days = calendar.passed_between(local_date(told.at), local_date(now))
            if duty is not None and duty.status_since <= told.event.at and days >= rule.escalate_days and not _held(told, holds):
                made.append(_event(rule, told, duty, days, now))
    return tuple(made)


def _told_absences(rule: AlertRule, history: History) -> list[Told]:
    """When the rule's destination was told of each absence as established, the newest telling: an earlier episode was answered."""
    newest: dict[str, Told] = {}
    for one in history.told:
        sure = one.event.kind is EventKind.REPORT_MISSING and one.event.payload.get("confidence") == MissingConfidence.ESTABLISHED
        if one.destination_id == rule.destination_id and sure and fits(rule, one.event):
            newest[alert_key(one.event)] = one
    return list(newest.values())


def _held(told: Told, holds: Sequence[Hold]) -> bool:
    event = told.event
    return holding(holds, alert_key(event), event.kind, event.division_code, changed_at=event.at) is not None


def _event(rule: AlertRule, told: Told, duty: StoredDuty, days: int, now: datetime) -> Event:
    reason = f"{local_date(told.at)}已通知，满{rule.escalate_days}个工作日无人确认；{duty.state.reason}"
    return Event(
        key=f"{EventKind.REPORT_UNANSWERED.value}/{duty.duty.key.body_id}/{duty.duty.key.report_year}/{rule.id}/{told.event.id}",
        kind=EventKind.REPORT_UNANSWERED,
        audience=Audience.OVERSIGHT,
        at=now,
        body_id=duty.duty.key.body_id,
        report_year=duty.duty.key.report_year,
        division_code=duty.duty.division_code,
        payload={TO: str(rule.escalate_to), "reason": reason, "days": str(days)},
    )

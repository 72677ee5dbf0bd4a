"""From changes to events: which change is worth telling, to whom, under which alert.

An alert is one matter (a body's report of one year, one finding, one column); events are what happens to it. Pure; whoever writes a
transition writes its events in the same transaction. Neighbours: `plan` decides what of it is said when.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from storage.domain.alerts import Event, EventKind
from storage.domain.clock import local_date
from storage.domain.duties import DutyState
from storage.domain.enums import Audience, Certainty, DutyStatus, FindingState, MissingConfidence
from storage.domain.ids import BodyId
from storage.domain.judgement import Finding

KIND_OF_STATUS: Mapping[DutyStatus, EventKind] = {
    DutyStatus.ON_TIME: EventKind.REPORT_FOUND,
    DutyStatus.UNDATED: EventKind.REPORT_FOUND,
    DutyStatus.LATE: EventKind.REPORT_LATE,
    DutyStatus.MISSING: EventKind.REPORT_MISSING,
    DutyStatus.UNKNOWN: EventKind.REPORT_UNKNOWN,
    DutyStatus.WITHDRAWN: EventKind.REPORT_WITHDRAWN,
}

TOLD_CERTAINTIES = frozenset({Certainty.INCONSISTENT, Certainty.SUSPECT})
"""A doubtful reading accuses nobody: it goes to the data-quality list, not into messages."""


def of_duty(state: DutyState, previous: DutyState | None, division_code: str) -> tuple[Event, ...]:
    """Events of a change of state. None where nothing changed that a person should hear of."""
    kind = _kind(state, previous)
    if kind is None:
        return ()
    key = f"{kind}/{state.key.body_id}/{state.key.report_year}/{state.as_of:%Y%m%dT%H%M%S}"
    payload = {"status": state.status.value, "reason": state.reason}
    if previous is not None:
        payload["from"] = previous.status.value
    if state.missing_confidence is not None:
        payload["confidence"] = state.missing_confidence.value
    if state.days_late_min is not None:
        payload["days_late"] = days_late(state)
    if state.published_on is not None:
        payload["published_on"] = state.published_on.isoformat()
    if state.notes:
        payload["notes"] = "；".join(state.notes)
    event = Event(key, kind, Audience.OVERSIGHT, state.as_of, state.key.body_id, state.key.report_year, division_code, payload=payload)
    return (silenced(event) if is_backfill(state, previous) else event,)


def _kind(state: DutyState, previous: DutyState | None) -> EventKind | None:
    if previous is not None and previous.status is state.status:
        newly_established = (
            state.missing_confidence is MissingConfidence.ESTABLISHED and previous.missing_confidence is MissingConfidence.PROVISIONAL
        )
        return EventKind.REPORT_MISSING if newly_established else None
    if previous is not None and previous.status is DutyStatus.WITHDRAWN and state.status in PUBLISHED:
        return EventKind.REPORT_RESTORED
    return KIND_OF_STATUS.get(state.status)


PUBLISHED = frozenset({DutyStatus.ON_TIME, DutyStatus.LATE, DutyStatus.UNDATED})


def days_late(state: DutyState) -> str:
    """逾期 days as printed: a number, or an interval where only that is known."""
    if state.days_late_min is None or state.days_late_min == state.days_late_max:
        return str(state.days_late_min or 0)
    return f"≥{state.days_late_min} 且 ≤{state.days_late_max}"


def is_backfill(state: DutyState, previous: DutyState | None) -> bool:
    """Whether this is history being filled in: the first look at a year before the one now being reported on. Filling in never alarms."""
    return previous is None and state.key.report_year < local_date(state.as_of).year - 1


def silenced(event: Event) -> Event:
    """The same event, recorded but not to be told."""
    return Event(
        event.key,
        event.kind,
        event.audience,
        event.at,
        event.body_id,
        event.report_year,
        event.division_code,
        event.severity,
        {**event.payload, "notify": "no"},
        planned_at=event.at,
    )


def evidence_of(state: DutyState) -> dict[str, str]:
    """What a transition keeps of the evidence behind it: instants, no prose."""
    evidence = {"first_seen_at": state.first_seen_at, "last_not_seen_at": state.last_not_seen_at}
    return {name: instant.isoformat() for name, instant in evidence.items() if instant is not None}


TOLD_BY_STATUS = frozenset({"TL-01", "TL-02", "TL-03", "TL-06", "TL-07"})
"""Rules whose matter the duty's own events tell already: one thing is told once."""

FINDING_KINDS: Mapping[tuple[bool, FindingState], EventKind] = {
    (True, FindingState.OPEN): EventKind.FINDING_OPENED,
    (False, FindingState.OPEN): EventKind.FINDING_REOPENED,
    (False, FindingState.RESOLVED): EventKind.FINDING_RESOLVED,
}


def of_finding(
    finding: Finding, change: tuple[bool, FindingState], at: datetime, *, body_id: BodyId, report_year: int, division_code: str
) -> tuple[Event, ...]:
    """The event of a finding opened, reopened or resolved; `change` is (is new, its state now)."""
    kind = FINDING_KINDS.get(change)
    if kind is None or finding.certainty not in TOLD_CERTAINTIES or finding.rule in TOLD_BY_STATUS:
        return ()
    event = Event(
        key=f"{kind}/{body_id}/{report_year}/{finding.fingerprint[:24]}/{at:%Y%m%dT%H%M%S}",
        kind=kind,
        audience=Audience.OVERSIGHT,
        at=at,
        body_id=body_id,
        report_year=report_year,
        division_code=division_code,
        severity=finding.severity.value,
        payload={
            "rule": finding.rule,
            "certainty": finding.certainty.value,
            "title": finding.title,
            "reason": finding.message,
            "fingerprint": finding.fingerprint,
        },
    )
    return (silenced(event) if report_year < local_date(at).year - 1 else event,)


def operator(kind: EventKind, subject: str, reason: str, at: datetime, *, episode: str, **more: str) -> Event:
    """An event for operators about `subject` (a column, a destination, a run); `episode` is the same when the same trouble is met again."""
    key = hashlib.sha256(f"{subject}\n{episode}".encode()).hexdigest()[:32]
    return Event(f"{kind}/{key}", kind, Audience.OPERATOR, at, payload={"subject": subject, "reason": reason, **more})


def alert_key(event: Event) -> str:
    """The matter an event belongs to; holds no titles, figures, hashes or times."""
    if event.kind.value.startswith("finding."):
        return f"finding/{event.body_id}/{event.report_year}/{event.payload.get('fingerprint', '')}"
    if event.kind is EventKind.REPORT_REVISED:
        return f"revision/{event.body_id}/{event.report_year}"
    if event.body_id is not None:
        return f"report/{event.body_id}/{event.report_year}"
    family = "source" if event.kind in {EventKind.SOURCE_BLIND, EventKind.SOURCE_RECOVERED} else event.kind.value
    return f"{family}/{event.payload.get('subject', '')}"


EACH_ONE_IS_NEWS = frozenset(
    {EventKind.REPORT_REVISED, EventKind.RUN_OVERDUE, EventKind.RUN_FAILED, EventKind.FIXITY_FAILED, EventKind.TEST}
)
ONCE_A_DAY = frozenset(
    {EventKind.DELIVERY_DEAD, EventKind.DELIVERY_FAILING, EventKind.PROCESS_FAILED, EventKind.CLOCK_JUMP, EventKind.DISK_LOW}
)
"""Troubles without an end of their own. A dead destination's alarm may itself die at another: a day bounds that."""


def told_state(event: Event) -> str:
    """What a person knows after having been told: two events with the same one need telling once."""
    if event.kind in EACH_ONE_IS_NEWS:
        return event.key
    if event.kind in ONCE_A_DAY:
        return f"{event.kind.value}:{local_date(event.at)}"
    return f"{event.kind.value}:{event.payload.get('confidence', '')}"


NEWS_ONLY_AFTER_TROUBLE = frozenset({EventKind.SOURCE_RECOVERED, EventKind.FINDING_RESOLVED, EventKind.REPORT_RESTORED})
"""A recovery is told to whom the trouble was told."""

"""The state of one duty: a pure function of the duty, the evidence and the moment.

No stored status takes part, so the same archive gives the same verdict on any day it is asked. Neighbours: `publication` weighs dates,
`absence` weighs silence; `monitor.evaluate` feeds this from the database.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from monitor.duties.absence import DEFAULT_BAR, Bar, absent, gone, last_absent
from monitor.duties.publication import published
from storage.domain.clock import CHINA, deadline_instant
from storage.domain.duties import Duty, DutyState, Evidence, Seen
from storage.domain.enums import DutyStatus


def evaluate(duty: Duty, evidence: Evidence, now: datetime, bar: Bar = DEFAULT_BAR) -> DutyState:
    """Judge one duty as of `now`. Evidence from after `now` is not looked at; `missing` needs a qualified negative after the deadline."""
    return judge(duty, evidence if duty.exempt_reason else as_of(evidence, now), now, bar)


def judge(duty: Duty, known: Evidence, now: datetime, bar: Bar = DEFAULT_BAR) -> DutyState:
    """The same from evidence of which all was known at `now`, as `as_of` gives it."""
    if duty.exempt_reason:
        return DutyState(duty.key, DutyStatus.EXEMPT, now, reason=duty.exempt_reason)
    if known.seen:
        return _found(duty, known, now, bar)
    return _not_found(duty, known, now, bar)


def as_of(evidence: Evidence, now: datetime) -> Evidence:
    """The evidence that existed at `now`. A sighting of before `now` keeps its newest look only as far as `now`."""
    if max(instants_of(evidence), default=now) <= now:
        return evidence
    return replace(
        evidence,
        seen=tuple(_seen_as_of(one, now) for one in evidence.seen if one.first_seen_at <= now),
        negatives=tuple(one for one in evidence.negatives if one.at <= now),
        visits=tuple(one for one in evidence.visits if one.at <= now),
        candidates=tuple(one for one in evidence.candidates if one.first_seen_at <= now),
    )


def instants_of(evidence: Evidence) -> list[datetime]:
    """Every instant from which on some of the evidence is known."""
    found = [one.at for one in evidence.negatives]
    found += [one.at for one in evidence.visits]
    found += [one.first_seen_at for one in evidence.candidates]
    if evidence.met_since is not None:
        found.append(evidence.met_since)
    for seen in evidence.seen:
        found += (
            (seen.first_seen_at, seen.last_seen_at) if seen.gone_since is None else (seen.first_seen_at, seen.last_seen_at, seen.gone_since)
        )
    return found


def _seen_as_of(one: Seen, now: datetime) -> Seen:
    gone_since = one.gone_since if one.gone_since is not None and one.gone_since <= now else None
    return replace(one, last_seen_at=min(one.last_seen_at, now), gone_since=gone_since)


def _found(duty: Duty, evidence: Evidence, now: datetime, bar: Bar) -> DutyState:
    first_seen_at = min(one.first_seen_at for one in evidence.seen)
    last_seen_at = max(one.last_seen_at for one in evidence.seen)
    last_not_seen_at = last_absent(evidence, first_seen_at)
    timing = published(duty, evidence.seen, last_not_seen_at)
    state = DutyState(
        key=duty.key,
        status=timing.status,
        as_of=now,
        days_late_min=timing.days_late_min,
        days_late_max=timing.days_late_max,
        published_on=timing.published_on,
        published_source=timing.source,
        first_seen_at=first_seen_at,
        last_not_seen_at=last_not_seen_at,
        reason=timing.reason,
        notes=timing.notes,
    )
    away = gone(evidence, last_seen_at, bar)
    if away is None:
        return state
    looked = f"{_moment(last_seen_at)}最后见到，自{_moment(away.since)}至{_moment(away.until)}有效核查{away.checks}次均不在栏目中"
    if not away.established:
        return replace(state, notes=(*timing.notes, f"{looked}，是否撤下待确认"))
    kept = "（存档有原件）" if any(one.archived for one in evidence.seen) else ""
    return replace(state, status=DutyStatus.WITHDRAWN, reason=f"{looked}{kept}", notes=(timing.reason, *timing.notes))


def _not_found(duty: Duty, evidence: Evidence, now: datetime, bar: Bar) -> DutyState:
    deadline = deadline_instant(duty.due_on)
    last_not_seen_at = last_absent(evidence, now)
    state = DutyState(duty.key, DutyStatus.NOT_DUE, now, last_not_seen_at=last_not_seen_at, reason=f"期限为{duty.due_on}，尚未发现")
    if now < deadline:
        return state
    if evidence.candidates:
        reason = f"发现{len(evidence.candidates)}条疑似条目，单位或年度待人工认定；这不代表未发布"
        return replace(state, status=DutyStatus.UNKNOWN, reason=reason)
    absence = absent(evidence, deadline, now, bar)
    if absence.confidence is None:
        return replace(state, status=DutyStatus.UNKNOWN, reason=absence.reason)
    return replace(state, status=DutyStatus.MISSING, missing_confidence=absence.confidence, reason=absence.reason)


def _moment(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")

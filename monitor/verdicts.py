"""Verdicts on duties on their way into the database: what is new about them, and every change written with its transition and event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection

from monitor.alerts import events as told
from monitor.duties.freeze import ids_of
from monitor.duties.next_change import next_change
from monitor.duties.state import as_of, judge
from storage import duties, events
from storage.domain.alerts import Event
from storage.domain.duties import Duty, DutyKey, DutyState, DutyTransition, Evidence
from storage.domain.quick import quick
from storage.duties import StoredDuty

ACTOR = "nianbao"

_SAID = attrgetter(*(one.name for one in fields(DutyState) if one.name != "as_of"))
"""All of a state but the moment of judging."""


@quick
@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one duty as of one moment, what it rests on, and when it may change without any new evidence.

    `then` is what was known at that moment of what is `known`.
    """

    duty: Duty
    state: DutyState
    known: Evidence
    next_change_at: datetime | None
    then: Evidence

    def stands_in(self, stored: StoredDuty | None) -> bool:
        """Whether only the moment of judging differs from what is stored."""
        if stored is None:
            return False
        mine = self._to_store(stored.status_since)
        if stored.duty == self.duty and stored.next_change_at == self.next_change_at:
            return _SAID(stored.state) == _SAID(self.state) or stored.stores_as(mine)
        return stored.stores_as(mine)

    def _to_store(self, since: datetime) -> StoredDuty:
        return StoredDuty(self.duty, self.state, since, self.next_change_at)

    def over(self, before: StoredDuty | None) -> StoredDuty:
        """What to store in the place of that."""
        same = before is not None and before.state.status is self.state.status
        return self._to_store(before.status_since if before is not None and same else self.state.as_of)

    def transition_from(self, before: StoredDuty | None) -> DutyTransition | None:
        """The change of status with what it rests on; the first state is a transition from nothing."""
        if before is not None and before.state.status is self.state.status:
            return None
        rests_on = told.evidence_of(self.state) | ids_of(self.then)
        return DutyTransition(
            key=self.duty.key,
            at=self.state.as_of,
            from_status=before.state.status if before is not None else None,
            to_status=self.state.status,
            cause=self.state.reason,
            actor=ACTOR,
            evidence=rests_on | {"due_on": f"{self.duty.due_on}", "due_version": self.duty.due_version},
        )


def verdict(duty: Duty, known: Evidence, now: datetime) -> Verdict:
    """Judge one duty as of `now`."""
    then = as_of(known, now)
    return Verdict(duty, judge(duty, then, now), known, next_change(duty, known, now, ahead=then is not known), then)


def record(connection: Connection, verdicts: Sequence[Verdict]) -> tuple[DutyTransition, ...]:
    """Store these, append the transitions with what they rest on, and the events; the changes of status.

    One that another process judged as of a later moment stays: the past does not overwrite it. It is judged again at that moment.
    """
    if not verdicts:
        return ()
    duties.hold(connection)
    before = _stored(connection, verdicts)
    current = [one for one in verdicts if not _is_past(one, before.get(one.duty.key))]
    for one in verdicts:
        stored = before.get(one.duty.key)
        if stored is not None and _is_past(one, stored):
            duties.judge_again_at(connection, one.duty.key, stored.state.as_of)
    changes = [change for one in current if (change := one.transition_from(before.get(one.duty.key))) is not None]
    duties.save_states(connection, [one.over(before.get(one.duty.key)) for one in current])
    duties.append_transitions(connection, changes)
    events.append_all(connection, (event for one in current for event in _events(one, before.get(one.duty.key))))
    return tuple(changes)


def _stored(connection: Connection, verdicts: Sequence[Verdict]) -> Mapping[DutyKey, StoredDuty]:
    keys = [one.duty.key for one in verdicts]
    return duties.of_bodies(connection, [key.body_id for key in keys], [key.report_year for key in keys])


def _is_past(one: Verdict, stored: StoredDuty | None) -> bool:
    return stored is not None and one.state.as_of < stored.state.as_of


def _events(one: Verdict, before: StoredDuty | None) -> Sequence[Event]:
    return told.of_duty(one.state, before.state if before is not None else None, one.duty.division_code)

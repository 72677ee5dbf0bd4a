"""Until when a verdict holds by itself, as long as neither the evidence nor the duty changes. Pure.

`state.evaluate` looks at the clock in few places: what lies in the future is not looked at yet; a report that was not found is due from
its deadline on; and the newest qualified look at each list is fresh for a while. Between two such instants its verdict cannot change,
which `tests/unit/duties/test_next_change.py` tries with evidence of every kind. Whoever lets the verdict depend on the clock in another
place adds its instant here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.duties.absence import DEFAULT_BAR, Bar
from monitor.duties.state import instants_of
from storage.domain.clock import deadline_instant
from storage.domain.duties import Duty, Evidence


def next_change(duty: Duty, evidence: Evidence, now: datetime, bar: Bar = DEFAULT_BAR, *, ahead: bool = True) -> datetime | None:
    """The first instant after `now` at which the verdict may be another one; None where only new evidence can change it.

    Without `ahead` the caller knows that none of the evidence is of after `now`.
    """
    if duty.exempt_reason:
        return None
    instants = instants_of(evidence) if ahead else []  # those to come: of a clock that went back, mostly none
    if not any(one.first_seen_at <= now for one in evidence.seen):
        instants.append(deadline_instant(duty.due_on))
        instants += _going_stale(evidence, now, bar)
    return min((one for one in instants if one > now), default=None)


def _going_stale(evidence: Evidence, now: datetime, bar: Bar) -> Iterator[datetime]:
    """When the newest look at each list that proves absence is no longer fresh."""
    newest: dict[int, datetime] = {}
    for one in evidence.negatives:
        if one.at <= now:
            newest[one.entry_point_id] = max(one.at, newest.get(one.entry_point_id, one.at))
    yield from (at + bar.established_age for at in newest.values())

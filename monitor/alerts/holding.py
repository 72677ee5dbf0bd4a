"""What a person keeps back for a while: acknowledged, snoozed, silenced. It keeps messages back, never evaluation or recording.

A resolution of something that was told passes; a change after an acknowledgement or snooze passes; an end lets the matter speak again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.alerts.reach import in_scope
from storage.domain.alerts import EventKind, Hold, HoldSort

RELIEF = frozenset(
    {
        EventKind.REPORT_FOUND,
        EventKind.REPORT_LATE,
        EventKind.REPORT_RESTORED,
        EventKind.FINDING_RESOLVED,
        EventKind.SOURCE_RECOVERED,
    }
)
"""The end of a trouble: whoever was told of the trouble is told of this, whatever is held."""


def holding(holds: Sequence[Hold], matter: str, kind: EventKind, division: str, *, changed_at: datetime | None = None) -> Hold | None:
    """The hold over one matter, the oldest; None where it may speak.

    An acknowledgement or snooze covers the state it was given for: with `changed_at` after it, it covers nothing.
    """
    return next((one for one in holds if covers(one, matter, kind, division, changed_at)), None)


def covers(hold: Hold, matter: str, kind: EventKind, division: str, changed_at: datetime | None = None) -> bool:
    """Whether this hold is about that matter; whether it is in force is asked elsewhere."""
    if hold.sort is HoldSort.SILENCE:
        return (not hold.kinds or kind in hold.kinds) and in_scope(division, hold.scope)
    return hold.matter == matter and (changed_at is None or changed_at <= hold.at)

"""What was known of a duty at its deadline, for the record that is never rewritten. Pure; `monitor.snapshots` keeps it.

At 24:00 nobody can be missing yet: that takes a qualified visit after the deadline. A report not seen by then is "cannot tell", with the
last qualified look at the list beside it; whatever is found later is a correction, shown next to the frozen row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from monitor.duties.state import as_of, evaluate
from storage.domain.clock import CHINA, deadline_instant
from storage.domain.duties import Duty, DutyState, Evidence
from storage.domain.enums import DutyStatus


def frozen(duty: Duty, evidence: Evidence) -> tuple[DutyState, Mapping[str, str]]:
    """The state at the deadline and the ids it rests on, from evidence of up to that instant only."""
    deadline = deadline_instant(duty.due_on)
    known = as_of(evidence, deadline)
    state = evaluate(duty, known, deadline)
    if state.status is DutyStatus.UNKNOWN and not known.candidates:
        state = replace(state, reason=_not_seen(evidence, state.last_not_seen_at))
    return state, ids_of(known)


def ids_of(evidence: Evidence) -> dict[str, str]:
    """Ids of what a verdict rests on: versions and addresses seen, and the newest visits of each route that proved absence since."""
    found = {
        "versions": ",".join(str(one.version_id) for one in evidence.seen if one.version_id is not None),
        "urls": " ".join(one.url for one in evidence.seen[:MOST]),
        "candidates": " ".join(one.url for one in evidence.candidates[:MOST]),
        "visits": ",".join(map(str, _proving(evidence))),
    }
    return {name: value for name, value in found.items() if value}


MOST = 5
"""A report stands at one or two addresses; of more the first are named."""

PROOFS = 3
"""Visits named per route: so many establish that a report is missing."""


def _proving(evidence: Evidence) -> list[int]:
    last_seen_at = max((one.last_seen_at for one in evidence.seen), default=None)
    per_route: dict[int, list[int]] = {}
    for one in sorted(evidence.negatives, key=lambda negative: (negative.at, negative.visit_id or 0)):
        if one.visit_id is not None and (last_seen_at is None or one.at > last_seen_at):
            per_route.setdefault(one.entry_point_id, []).append(int(one.visit_id))
    return sorted(visit for visits in per_route.values() for visit in visits[-PROOFS:])


def _not_seen(evidence: Evidence, last_not_seen_at: datetime | None) -> str:
    if not evidence.routes:
        return "截至期限尚未登记可查的公开栏目，无法判断；这不代表未发布"
    if last_not_seen_at is None:
        return "截至期限未见到，也没有各栏目均有效的核查，无法判断；这不代表未发布"
    moment = last_not_seen_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    return f"截至期限未见到，期限前最近一次有效核查在{moment}，其后情况待期限后的核查确认"

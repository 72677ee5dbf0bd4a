"""Silence of many portals at once: which fell silent lately, and taking back what was proven meanwhile."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select, update

from storage import changes, visits
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.ids import EntryPointId
from storage.schema import entry_points, portals, runs
from storage.schema import visits as visit_table
from storage.statements import CHUNK, chunks

SILENT = tuple(one.value for one in (VisitOutcome.UNREACHABLE, VisitOutcome.BLOCKED, VisitOutcome.CHALLENGED))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a platform that was asked stands: `silent` where each of its lists that was asked fell silent since then."""

    platform_id: str
    silent: bool


def asked_since(connection: Connection, since: datetime) -> tuple[Asked, ...]:
    """The platforms asked by crawls begun since then, without those that had been silent before already. One server may hold a whole city:
    its silence is one silence.
    """
    asked = select(visit_table.c.entry_point_id).where(visit_table.c.run_id.in_(_crawls(since)), visit_table.c.finished_at.is_not(None))
    columns = (entry_points.c.id, portals.c.platform_id, entry_points.c.health, entry_points.c.health_reason, entry_points.c.health_since)
    query = select(*columns).join(portals, portals.c.id == entry_points.c.portal_id)
    rows = connection.execute(query.where(entry_points.c.enabled, entry_points.c.id.in_(asked))).all()
    fell = {EntryPointId(row.id): _fell_silent(row.health, row.health_reason, row.health_since, since) for row in rows}
    # From degraded to blind `health_since` moves: the visit before tells whether the silence is older.
    before = visits.newest(connection, [one for one, silent in fell.items() if silent], since, limit=1)
    longer = {one for one, found in before.items() if any(visit.result.outcome.value in SILENT for visit in found)}
    states: dict[str, list[bool]] = defaultdict(list)
    for row in rows:
        silent = fell[EntryPointId(row.id)]
        if silent is not None and row.id not in longer:
            states[row.platform_id].append(silent)
    return tuple(Asked(platform, all(found)) for platform, found in sorted(states.items()))


def _fell_silent(health: str, reason: str, began: datetime | None, since: datetime) -> bool | None:
    """None where the list has been silent for longer."""
    if health not in {SourceHealth.DEGRADED.value, SourceHealth.BLIND.value} or not reason.startswith(SILENT):
        return False
    return True if began is not None and began >= since else None


def doubt(connection: Connection, since: datetime, reason: str) -> int:
    """Take back what visits of crawls begun since then proved of absences; how many did. What they found stays found."""
    query = select(visit_table.c.id, visit_table.c.entry_point_id).where(visit_table.c.run_id.in_(_crawls(since)), visit_table.c.qualified)
    found = connection.execute(query).all()
    for chunk in chunks([row.id for row in found], CHUNK):
        connection.execute(update(visit_table).where(visit_table.c.id.in_(chunk)).values(qualified=False, inconclusive_reason=reason))
    changes.of_entry_points(connection, sorted({EntryPointId(row.entry_point_id) for row in found}))
    return len(found)


def _crawls(since: datetime) -> Select[tuple[int]]:
    return select(runs.c.id).where(runs.c.kind == "crawl", runs.c.started_at >= since)

"""Silence of many portals at once: which fell silent lately, and taking back what was proven meanwhile."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, select, update

from storage import changes
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.ids import EntryPointId, PortalId
from storage.schema import entry_points, runs, visits
from storage.statements import CHUNK, chunks

SILENT = tuple(one.value for one in (VisitOutcome.UNREACHABLE, VisitOutcome.BLOCKED, VisitOutcome.CHALLENGED))


@dataclass(frozen=True, slots=True)
class Asked:
    """How a portal that was asked stands: `silent` where each of its lists that was asked fell silent since then."""

    portal_id: PortalId
    silent: bool


def asked_since(connection: Connection, since: datetime) -> tuple[Asked, ...]:
    """The portals asked by crawls begun since then, without those that had been silent before already."""
    asked = select(visits.c.entry_point_id).where(visits.c.run_id.in_(_crawls(since)), visits.c.finished_at.is_not(None))
    columns = (entry_points.c.portal_id, entry_points.c.health, entry_points.c.health_reason, entry_points.c.health_since)
    states: dict[PortalId, list[bool | None]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(entry_points.c.enabled, entry_points.c.id.in_(asked))):
        states[PortalId(row.portal_id)].append(_fell_silent(row.health, row.health_reason, row.health_since, since))
    return tuple(
        Asked(portal, all(known)) for portal, found in sorted(states.items()) if (known := [one for one in found if one is not None])
    )


def _fell_silent(health: str, reason: str, began: datetime | None, since: datetime) -> bool | None:
    """None where the list has been silent for longer."""
    if health not in {SourceHealth.DEGRADED.value, SourceHealth.BLIND.value} or not reason.startswith(SILENT):
        return False
    return True if began is not None and began >= since else None


def doubt(connection: Connection, since: datetime, reason: str) -> int:
    """Take back what visits of crawls begun since then proved of absences; how many did. What they found stays found."""
    query = select(visits.c.id, visits.c.entry_point_id).where(visits.c.run_id.in_(_crawls(since)), visits.c.qualified)
    found = connection.execute(query).all()
    for chunk in chunks([row.id for row in found], CHUNK):
        connection.execute(update(visits).where(visits.c.id.in_(chunk)).values(qualified=False, inconclusive_reason=reason))
    changes.of_entry_points(connection, sorted({EntryPointId(row.entry_point_id) for row in found}))
    return len(found)


def _crawls(since: datetime) -> Select[tuple[int]]:
    return select(runs.c.id).where(runs.c.kind == "crawl", runs.c.started_at >= since)

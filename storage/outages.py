"""Silence of many portals at once: which fell silent lately, and taking back what was proven meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select, update

from storage import changes, visits
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.ids import EntryPointId
from storage.schema import entry_points, portals, runs
from storage.schema import visits as visit_table
from storage.statements import CHUNK, chunks

SILENT = tuple(one.value for one in (VisitOutcome.UNREACHABLE, VisitOutcome.BLOCKED, VisitOutcome.CHALLENGED))


@dataclass(frozen=True, slots=True)
class Asked:
    """How many platforms were asked, and of how many each list that was asked fell silent since then."""

    platforms: int
    silent: int


def fallen_silent(connection: Connection, since: datetime) -> int:
    """The platforms of which a list that is watched fell silent since then: no fewer than those of `asked_since`, and found by looking at
    the lists alone. Asked after each batch of a crawl, and hardly ever more than a few.
    """
    query = select(func.count(portals.c.platform_id.distinct())).select_from(_LISTS)
    return int(connection.execute(query.where(entry_points.c.enabled, _silent(), entry_points.c.health_since >= since)).scalar_one())


def asked_since(connection: Connection, since: datetime) -> Asked:
    """The platforms asked by crawls begun since then, without those that had been silent before already. One server may hold a whole city:
    its silence is one silence.
    """
    asked = select(visit_table.c.entry_point_id).where(visit_table.c.run_id.in_(_crawls(since)), visit_table.c.finished_at.is_not(None))
    of_asked = and_(entry_points.c.enabled, entry_points.c.id.in_(asked))
    query = select(entry_points.c.id, portals.c.platform_id).select_from(_LISTS)
    fell = connection.execute(query.where(of_asked, _silent(), entry_points.c.health_since >= since)).all()
    # From degraded to blind `health_since` moves: the visit before tells whether the silence is older.
    before = visits.newest(connection, [EntryPointId(row.id) for row in fell], since, limit=1)
    longer = {one for one, found in before.items() if any(visit.result.outcome.value in SILENT for visit in found)}
    silent = {row.platform_id for row in fell if row.id not in longer}
    speaking = set(
        connection.execute(select(portals.c.platform_id).select_from(_LISTS).where(of_asked, not_(_silent())).distinct()).scalars()
    )
    return Asked(len(speaking | silent), len(silent - speaking))


_LISTS = entry_points.join(portals, portals.c.id == entry_points.c.portal_id)


def _silent() -> ColumnElement[bool]:
    reasons = or_(*(entry_points.c.health_reason.startswith(one, autoescape=True) for one in SILENT))
    return and_(entry_points.c.health.in_([SourceHealth.DEGRADED.value, SourceHealth.BLIND.value]), reasons)


def doubt(connection: Connection, since: datetime, reason: str) -> int:
    """Take back what visits of crawls begun since then proved of absences; how many did. What they found stays found.

    When a list last could have proven an absence is then the newest visit that still does.
    """
    query = select(visit_table.c.id, visit_table.c.entry_point_id).where(visit_table.c.run_id.in_(_crawls(since)), visit_table.c.qualified)
    found = connection.execute(query).all()
    for chunk in chunks([row.id for row in found], CHUNK):
        connection.execute(update(visit_table).where(visit_table.c.id.in_(chunk)).values(qualified=False, inconclusive_reason=reason))
    lists = sorted({EntryPointId(row.entry_point_id) for row in found})
    left = select(func.max(visit_table.c.finished_at)).where(visit_table.c.entry_point_id == entry_points.c.id, visit_table.c.qualified)
    for some in chunks(lists, CHUNK):
        connection.execute(update(entry_points).where(entry_points.c.id.in_(some)).values(last_qualified_at=left.scalar_subquery()))
    changes.of_entry_points(connection, lists)
    return len(found)


def _crawls(since: datetime) -> Select[tuple[int]]:
    return select(runs.c.id).where(runs.c.kind == "crawl", runs.c.started_at >= since)

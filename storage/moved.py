"""Lists that are no longer: when a portal was rebuilt, the address of its old column is given up, so that nobody waits for it for ever.

An address is given up only when a search has found the portal's columns elsewhere and the old one has answered "not found", and nothing
else, for two weeks. Nothing is deleted; a search that meets the address again takes it back. What was never seen on the lists that remain
is not called missing for that (`monitor.duties.absence`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from storage import audit, portals
from storage.domain.clock import local_date
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import EntryPoint
from storage.schema import visits

GONE = frozenset({"status-404", "status-410"})
DAYS, SPAN = 5, timedelta(days=14)
"""As careful as with a report that was withdrawn: portals lose their lists for days and find them again."""


def give_up(connection: Connection, portal_id: PortalId, standing: Collection[EntryPointId], now: datetime) -> tuple[EntryPoint, ...]:
    """Stop watching the portal's lists that are gone. `standing` are those that a search of the whole portal just found; without any of
    them nothing is given up. Returns what was.
    """
    points = portals.entry_points_of(connection, portal_id=portal_id)
    if not any(point.id in standing for point in points):
        return ()
    left = tuple(point for point in points if point.id not in standing and _is_gone(connection, point.id))
    for point in left:
        portals.set_health(connection, point.id, SourceHealth.MOVED, "moved", now)
        portals.set_enabled(connection, point.id, False)
        audit.append(
            connection, actor="discover", action="list-moved", target=f"entry-point/{point.id}", now=now, payload={"url": point.url}
        )
    return left


def take_back(connection: Connection, point: EntryPoint, now: datetime) -> None:
    """Watch a list again that was given up, now that it was met."""
    if point.health is SourceHealth.MOVED:
        portals.set_health(connection, point.id, SourceHealth.UNTESTED, "", now)
        portals.set_enabled(connection, point.id, True)


def _is_gone(connection: Connection, entry_point_id: EntryPointId) -> bool:
    """Whether its newest visits, on enough days and for long enough, met nothing but "not found"."""
    query = (
        select(visits.c.outcome, visits.c.reason, visits.c.finished_at)
        .where(visits.c.entry_point_id == entry_point_id, visits.c.finished_at.is_not(None))
        .order_by(visits.c.finished_at.desc(), visits.c.id.desc())
    )
    met: list[datetime] = []
    for row in connection.execute(query):
        if VisitOutcome(row.outcome) is not VisitOutcome.SOFT_ERROR or row.reason not in GONE:
            break
        met.append(row.finished_at)
        if met[0] - met[-1] >= SPAN and len({local_date(at) for at in met}) >= DAYS:
            return True
    return False

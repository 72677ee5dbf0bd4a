"""Which lists and portals need more than a look at what is new: reports not found, lists cut short, reports not looked after."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from storage import searches
from storage.domain.enums import RunState, VisitOutcome
from storage.domain.ids import EntryPointId
from storage.domain.visits import Decision
from storage.schema import duties, entry_point_bodies, entry_points, portals, report_versions, runs, sightings, visits

UNFINISHED = ("budget-spent", "page-limit")
"""Reasons of a partial visit that more requests would have helped."""


def lists_with_gaps(connection: Connection, today: date, *, within: timedelta) -> tuple[EntryPointId, ...]:
    """One watched list of each portal that carries a body whose report was due at most `within` ago and was not found, by portal."""
    gaps = select(duties.c.body_id).where(duties.c.status.in_(searches.GAPS), duties.c.due_on < today, duties.c.due_on >= today - within)
    carrying = select(entry_point_bodies.c.entry_point_id).where(entry_point_bodies.c.body_id.in_(gaps))
    query = select(func.min(entry_points.c.id)).where(_WATCHED, entry_points.c.id.in_(carrying)).group_by(entry_points.c.portal_id)
    return _ids(connection, query.order_by(entry_points.c.portal_id))


def asked_since(connection: Connection, kind: str, spider: str, since: datetime) -> frozenset[EntryPointId]:
    """The entry points that runs of that errand were given since an instant, and did."""
    done = (runs.c.state != RunState.FAILED.value, runs.c.finished_at >= since)
    query = select(runs.c.summary).where(runs.c.kind == kind, runs.c.slot.like(f"%/{spider}"), *done)
    return frozenset(
        EntryPointId(int(number)) for summary in connection.execute(query).scalars() for number in summary.get("entry_points", ())
    )


def unfinished_lists(connection: Connection, before: datetime) -> tuple[EntryPointId, ...]:
    """Watched lists whose newest visit, begun before that instant, stopped for want of requests, the longest unvisited first."""
    newest = select(func.max(visits.c.id)).group_by(visits.c.entry_point_id)
    stopped = and_(visits.c.outcome == VisitOutcome.PARTIAL.value, visits.c.reason.in_(UNFINISHED))
    query = (
        select(entry_points.c.id)
        .join(visits, visits.c.entry_point_id == entry_points.c.id)
        .where(_WATCHED, visits.c.id.in_(newest), stopped, visits.c.started_at < before)
    )
    return _ids(connection, query.order_by(visits.c.started_at, entry_points.c.id))


def unaudited_lists(connection: Connection, seen_before: datetime, visited_before: datetime) -> tuple[EntryPointId, ...]:
    """Watched lists with an archived report that nobody looked after since `seen_before`, the longest neglected first."""
    newest = select(func.max(report_versions.c.id)).group_by(report_versions.c.report_id, report_versions.c.url)
    neglected = and_(report_versions.c.id.in_(newest), report_versions.c.gone_since.is_(None), report_versions.c.last_seen_at < seen_before)
    lately = select(visits.c.entry_point_id).where(visits.c.started_at >= visited_before)
    query = (
        select(entry_points.c.id)
        .join(sightings, sightings.c.entry_point_id == entry_points.c.id)
        .join(report_versions, report_versions.c.url == sightings.c.url)
        .where(_WATCHED, neglected, sightings.c.decision == Decision.REPORT.value, entry_points.c.id.not_in(lately))
        .group_by(entry_points.c.id)
    )
    return _ids(connection, query.order_by(func.min(report_versions.c.last_seen_at), entry_points.c.id))


_WATCHED = and_(
    entry_points.c.enabled,
    entry_points.c.tier != searches.TIER,
    entry_points.c.portal_id.in_(select(portals.c.id).where(portals.c.enabled)),
)


def _ids(connection: Connection, query: Select[Any]) -> tuple[EntryPointId, ...]:
    return tuple(EntryPointId(number) for number in connection.execute(query).scalars())

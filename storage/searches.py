"""A portal's own search as a place where reports are met, and the reports it is asked for.

A search is an entry point of the tier `search`: it is never watched, its health is nobody's concern, and what it does not show proves
nothing. A report that was only ever met there is on no list whose silence could prove that it is gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select, update

from storage import changes, portals, visits
from storage.domain.duties import DutyKey
from storage.domain.enums import DutyStatus, SourceHealth
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.registry import EntryPoint, Portal
from storage.schema import duties, entry_point_bodies, entry_points
from storage.statements import CHUNK, chunks, url_of

TIER = "search"
ASKED = "asked"
"""Fact of a visit: the `[body, year]` pairs the search was asked for."""

GAPS = (DutyStatus.MISSING.value, DutyStatus.UNKNOWN.value)


@dataclass(frozen=True, slots=True)
class Gap:
    """One report that was due and was not found."""

    key: DutyKey
    due_on: date


def entry_of(connection: Connection, portal_id: PortalId) -> EntryPoint | None:
    """The portal's search as it was known last, None where none is known."""
    known = portals.entry_points_of(connection, portal_id=portal_id, enabled_only=False)
    return max((point for point in known if point.tier == TIER), key=lambda point: point.id, default=None)


def remember(connection: Connection, portal: Portal, url: str, dialect: str, params: Mapping[str, str], now: datetime) -> EntryPoint:
    """Store how the portal is searched; one at another address stands beside the older one, as one at the address of a list does."""
    known = portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
    if any(point.url == url_of(url) and point.tier != TIER for point in known):
        url = f"{url}#{TIER}"
    bodies = tuple(dict.fromkeys(body for point in known for body in point.body_ids))
    found = portals.add_entry_point(connection, portal.id, url, now=now, family=dialect, params=params, body_ids=bodies, tier=TIER)
    connection.execute(update(entry_points).where(entry_points.c.id == found).values(tier=TIER, enabled=False))
    changes.of_entry_points(connection, [found])
    portals.set_health(connection, found, SourceHealth.DISABLED, TIER, now)
    return portals.get_entry_point(connection, found)


def ids_of(connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, tuple[EntryPointId, ...]]:
    """The searches that may show reports of these bodies, by body."""
    found: dict[BodyId, tuple[EntryPointId, ...]] = defaultdict(tuple)
    searches = select(entry_points.c.id).where(entry_points.c.tier == TIER)
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        links = select(entry_point_bodies).where(entry_point_bodies.c.body_id.in_(chunk), entry_point_bodies.c.entry_point_id.in_(searches))
        for link in connection.execute(links.order_by(entry_point_bodies.c.entry_point_id)):
            found[BodyId(link.body_id)] += (EntryPointId(link.entry_point_id),)
    return dict(found)


def open_gaps(connection: Connection, body_ids: Sequence[BodyId], today: date, *, within: timedelta) -> tuple[Gap, ...]:
    """Reports of these bodies whose due date passed at most `within` ago and that were not found, the longest due first."""
    found: list[Gap] = []
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        due = (duties.c.due_on < today, duties.c.due_on >= today - within)
        query = select(duties.c.body_id, duties.c.report_year, duties.c.due_on).where(
            duties.c.body_id.in_(chunk), duties.c.status.in_(GAPS), *due
        )
        found += [Gap(DutyKey(BodyId(row.body_id), row.report_year), row.due_on) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda gap: (gap.due_on, gap.key)))


def asked_since(connection: Connection, entry_point_id: EntryPointId, since: datetime) -> frozenset[DutyKey]:
    """The reports this search was asked for since that instant, with an answer."""
    asked: set[DutyKey] = set()
    for visit in visits.recent(connection, entry_point_id, limit=50):
        pairs = visit.result.facts.get(ASKED)
        if visit.started_at >= since and isinstance(pairs, list):
            asked |= {DutyKey(BodyId(str(body)), int(year)) for body, year in pairs}
    return frozenset(asked)

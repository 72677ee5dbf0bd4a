"""Bring the stored registry to what a plan makes of it, many rows at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage import bodies, changes, portals
from storage.domain.ids import EntryPointId, PortalId
from storage.registry_plan import Place, Plan
from storage.schema import entry_point_bodies, entry_points
from storage.statements import insert_missing, plain, url_of

Key = tuple[PortalId, str]


def write(connection: Connection, made: Plan, now: datetime) -> None:
    """Write what the plan changes, and nothing else."""
    before, after = made.before, made.after
    bodies.write(connection, [body for body in after.bodies.values() if before.bodies.get(body.id) != body], now)
    for portal in after.portals.values():
        if before.portals.get(portal.id) != portal:
            portals.upsert(connection, portal, now)
    _write_places(connection, {key: place for key, place in after.places.items() if before.places.get(key) != place}, before.places, now)


def _write_places(connection: Connection, wanted: Mapping[Key, Place], before: Mapping[Key, Place], now: datetime) -> None:
    rows = [
        {
            **portals.NEW_ENTRY_POINT,
            "portal_id": portal_id,
            "url": url_of(url),
            "family": place.family,
            "params": plain(place.params),
            "tier": place.tier,
            "parent_id": None,
            "created_at": now,
        }
        for (portal_id, url), place in wanted.items()
        if (portal_id, url) not in before
    ]
    insert_missing(connection, entry_points, rows, key=["portal_id", "url"])
    numbers = _numbers(connection) if wanted else {}
    for key, place in wanted.items():
        old = before.get(key)
        if old is not None and (old.family, old.tier) != (place.family, place.tier):
            values = {"family": place.family, "params": plain(place.params), "tier": place.tier}
            connection.execute(update(entry_points).where(entry_points.c.id == numbers[key]).values(**values))
    links = [{"entry_point_id": numbers[key], "body_id": body_id} for key, place in wanted.items() for body_id in sorted(place.body_ids)]
    insert_missing(connection, entry_point_bodies, links, key=["entry_point_id", "body_id"])
    changes.of_entry_points(connection, [numbers[key] for key in wanted])


def _numbers(connection: Connection) -> dict[Key, EntryPointId]:
    query = select(entry_points.c.id, entry_points.c.portal_id, entry_points.c.url)
    return {(PortalId(row.portal_id), row.url): EntryPointId(row.id) for row in connection.execute(query)}

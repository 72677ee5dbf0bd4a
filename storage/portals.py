"""Portals and the list pages on them: where we look, how, and how well we see there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from storage import changes
from storage.domain.enums import SourceHealth, VisitOutcome
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId, EntryPointId, PortalId
from storage.domain.registry import EntryPoint, Portal
from storage.schema import entry_point_bodies, entry_points, portals, visits
from storage.statements import CHUNK, chunks, clip, insert_new, plain, url_of
from storage.statements import upsert as upsert_rows


@dataclass(frozen=True, slots=True)
class EntryPointStatus:
    """One entry point with what we know of our sight there. `last_qualified_at` is the newest visit that could have proven absence."""

    entry_point: EntryPoint
    health: SourceHealth
    reason: str
    since: datetime | None
    etag: str
    last_modified: str
    last_qualified_at: datetime | None


def upsert(connection: Connection, portal: Portal, now: datetime) -> None:
    """Add the portal or bring the stored one to these values."""
    values = {
        "id": portal.id,
        "name": clip(portal.name, 200),
        "home_url": url_of(portal.home_url),
        "platform_id": clip(portal.platform_id, 64),
        "division_code": portal.division_code,
        "tier": portal.tier,
        "delay_seconds": portal.delay_seconds,
        "enabled": portal.enabled,
    }
    row = {**values, "notes": "", "created_at": now}
    upsert_rows(connection, portals, [row], key=["id"], update=[name for name in values if name != "id"])
    changes.of_portal(connection, portal.id)


def get(connection: Connection, portal_id: PortalId) -> Portal:
    """The portal of that id. Raises NotFoundError."""
    row = connection.execute(select(portals).where(portals.c.id == portal_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这个门户：{portal_id}", advice="nianbao portal list 列出全部门户。")
    return _portal(row)


def list_all(connection: Connection) -> tuple[Portal, ...]:
    """All portals by id."""
    return tuple(_portal(row) for row in connection.execute(select(portals).order_by(portals.c.id)))


def add_entry_point(  # noqa: PLR0913 - one row's columns, by keyword
    connection: Connection,
    portal_id: PortalId,
    url: str,
    *,
    now: datetime,
    family: str = "",
    params: Mapping[str, str] | None = None,
    body_ids: Sequence[BodyId] = (),
    tier: str = "http",
    parent_id: EntryPointId | None = None,
) -> EntryPointId:
    """Add a list page, or find the one there is; known values are kept unless given, bodies are added and never taken away."""
    address = url_of(url)
    values = {"portal_id": portal_id, "url": address, "family": family, "params": plain(params or {}), "tier": tier, "parent_id": parent_id}
    new = insert_new(connection, entry_points, {**NEW_ENTRY_POINT, **values, "created_at": now}, key=["portal_id", "url"])
    where = and_(entry_points.c.portal_id == portal_id, entry_points.c.url == address)
    found = EntryPointId(connection.execute(select(entry_points.c.id).where(where)).scalar_one())
    if not new and family:
        set_family(connection, found, family, params or {})
    link_bodies(connection, found, body_ids)
    return found


NEW_ENTRY_POINT: Mapping[str, Any] = {
    "confidence": 1.0,
    "health": "untested",
    "health_reason": "",
    "etag": "",
    "last_modified": "",
    "enabled": True,
}
"""What a list page starts with."""


def link_bodies(connection: Connection, entry_point_id: EntryPointId, body_ids: Iterable[BodyId]) -> None:
    """Say that this list carries the reports of these bodies, too."""
    for body_id in dict.fromkeys(body_ids):
        values = {"entry_point_id": entry_point_id, "body_id": body_id}
        if insert_new(connection, entry_point_bodies, values, key=["entry_point_id", "body_id"]):
            changes.of_bodies(connection, [body_id])


def get_entry_point(connection: Connection, entry_point_id: EntryPointId) -> EntryPoint:
    """The entry point of that id, enabled or not. Raises NotFoundError."""
    return status(connection, entry_point_id).entry_point


def entry_points_of(
    connection: Connection,
    *,
    ids: Sequence[EntryPointId] | None = None,
    portal_id: PortalId | None = None,
    body_id: BodyId | None = None,
    enabled_only: bool = True,
) -> tuple[EntryPoint, ...]:
    """Entry points by id; all, or those that meet every condition given. `enabled_only` wants the portal enabled, too."""
    conditions: list[Any] = []
    if ids is not None:
        conditions.append(entry_points.c.id.in_(ids))
    if portal_id is not None:
        conditions.append(entry_points.c.portal_id == portal_id)
    if body_id is not None:
        mine = select(entry_point_bodies.c.entry_point_id).where(entry_point_bodies.c.body_id == body_id)
        conditions.append(entry_points.c.id.in_(mine))
    if enabled_only:
        conditions.append(_ENABLED)
    return tuple(found.entry_point for found in _statuses(connection, *conditions))


_ENABLED = and_(entry_points.c.enabled, entry_points.c.portal_id.in_(select(portals.c.id).where(portals.c.enabled)))


def due(
    connection: Connection, now: datetime, *, every: timedelta, retry_after: timedelta, limit: int | None = None
) -> tuple[EntryPoint, ...]:
    """Enabled entry points to visit now, the longest unvisited first.

    One is due when its newest visit began at least `every` ago, or at least `retry_after` ago and was not complete; never visited ones
    come first. A visit that is under way counts as begun, so it is not started twice within `retry_after`.
    """
    newest = select(func.max(visits.c.id)).group_by(visits.c.entry_point_id)
    last = select(visits).where(visits.c.id.in_(newest)).subquery()
    failed = and_(last.c.started_at <= now - retry_after, last.c.outcome != VisitOutcome.COMPLETE.value)
    query = (
        select(entry_points.c.id)
        .select_from(entry_points.outerjoin(last, last.c.entry_point_id == entry_points.c.id))
        .where(_ENABLED, or_(last.c.started_at.is_(None), last.c.started_at <= now - every, failed))
        .order_by(last.c.started_at.is_not(None), last.c.started_at, entry_points.c.id)
    )
    ids = connection.execute(query.limit(limit) if limit else query).scalars().all()
    found = {entry.id: entry for entry in entry_points_of(connection, ids=[EntryPointId(number) for number in ids])}
    return tuple(found[EntryPointId(number)] for number in ids)


def set_health(connection: Connection, entry_point_id: EntryPointId, health: SourceHealth, reason: str, now: datetime) -> bool:
    """Record how well we see there; whether the state itself changed (`since` moves only then)."""
    before = status(connection, entry_point_id)
    values: dict[str, Any] = {"health": health.value, "health_reason": clip(reason, 40)}
    if before.health != health or before.since is None:
        values["health_since"] = now
    connection.execute(update(entry_points).where(entry_points.c.id == entry_point_id).values(**values))
    return before.health != health


def set_family(connection: Connection, entry_point_id: EntryPointId, family: str, params: Mapping[str, str]) -> None:
    """Record which adapter reads this list."""
    values = {"family": family, "params": plain(params)}
    connection.execute(update(entry_points).where(entry_points.c.id == entry_point_id).values(**values))


def set_enabled(connection: Connection, entry_point_id: EntryPointId, enabled: bool) -> None:
    """Watch this list, or stop watching it."""
    connection.execute(update(entry_points).where(entry_points.c.id == entry_point_id).values(enabled=enabled))
    changes.of_entry_points(connection, [entry_point_id])


def set_validators(connection: Connection, entry_point_id: EntryPointId, *, etag: str, last_modified: str) -> None:
    """Remember what the server said for the next conditional request. A validator too long to keep whole is forgotten, never cut."""
    values = {"etag": etag if len(etag) <= 200 else "", "last_modified": last_modified if len(last_modified) <= 60 else ""}
    connection.execute(update(entry_points).where(entry_points.c.id == entry_point_id).values(**plain(values)))


def status(connection: Connection, entry_point_id: EntryPointId) -> EntryPointStatus:
    """One entry point and our sight there. Raises NotFoundError."""
    found = _statuses(connection, entry_points.c.id == entry_point_id)
    if not found:
        raise NotFoundError(f"没有这个栏目：{entry_point_id}")
    return found[0]


def statuses(connection: Connection) -> tuple[EntryPointStatus, ...]:
    """All entry points, by id."""
    return _statuses(connection)


def _statuses(connection: Connection, *conditions: Any) -> tuple[EntryPointStatus, ...]:
    rows = connection.execute(select(entry_points).where(*conditions).order_by(entry_points.c.id)).all()
    carried: dict[int, tuple[BodyId, ...]] = defaultdict(tuple)
    links = select(entry_point_bodies).where(entry_point_bodies.c.entry_point_id.in_(select(entry_points.c.id).where(*conditions)))
    for link in connection.execute(links.order_by(entry_point_bodies.c.body_id)):
        carried[link.entry_point_id] += (BodyId(link.body_id),)
    return tuple(_status(row, carried[row.id]) for row in rows)


def _status(row: Row[Any], body_ids: tuple[BodyId, ...]) -> EntryPointStatus:
    health = SourceHealth(row.health)
    point = EntryPoint(
        id=EntryPointId(row.id),
        portal_id=PortalId(row.portal_id),
        url=row.url,
        family=row.family,
        params=row.params,
        body_ids=body_ids,
        health=health,
        enabled=row.enabled,
        tier=row.tier,
    )
    return EntryPointStatus(
        entry_point=point,
        health=health,
        reason=row.health_reason,
        since=row.health_since,
        etag=row.etag,
        last_modified=row.last_modified,
        last_qualified_at=row.last_qualified_at,
    )


def _portal(row: Row[Any]) -> Portal:
    return Portal(
        id=PortalId(row.id),
        name=row.name,
        home_url=row.home_url,
        platform_id=row.platform_id,
        division_code=row.division_code,
        tier=row.tier,
        delay_seconds=row.delay_seconds,
        enabled=row.enabled,
    )


def routes_of(connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, tuple[EntryPointId, ...]]:
    """The enabled entry points of each body, by id; bodies without one are left out.

    Those of a paused portal among them: a list nobody asks proves nothing, and a silence elsewhere proves nothing without it.
    """
    found: dict[BodyId, tuple[EntryPointId, ...]] = defaultdict(tuple)
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        enabled = select(entry_points.c.id).where(entry_points.c.enabled)
        links = select(entry_point_bodies).where(entry_point_bodies.c.body_id.in_(chunk), entry_point_bodies.c.entry_point_id.in_(enabled))
        for link in connection.execute(links.order_by(entry_point_bodies.c.entry_point_id)):
            found[BodyId(link.body_id)] += (EntryPointId(link.entry_point_id),)
    return dict(found)

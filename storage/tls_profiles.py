"""Access profiles: what a person lets pass when the certificate or the server of a portal is out of order, why, and since when.

Without one a portal is strict. A profile is never set by the program; the older ones stay, ended, as history.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, func, insert, select, update

from storage import portals
from storage.domain.errors import UsageError
from storage.domain.ids import PortalId
from storage.schema import captures, entry_points, tls_profiles, visits
from storage.statements import clip

LEGACY, EXPIRED, INCOMPLETE = "legacy", "expired", "incomplete"
PROFILES: Mapping[str, str] = {
    LEGACY: "旧式服务器（不支持安全重协商、密钥较短），证书照常核验",
    EXPIRED: "证书过期也访问，签发者和域名照常核验",
    INCOMPLETE: "证书链不完整也访问，域名和有效期照常核验",
}


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """What may pass for one portal, by whose word and why. `ended_at` is None while it holds."""

    portal_id: PortalId
    names: tuple[str, ...]
    reason: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TlsResult:
    """How the newest https answer of a portal was verified, and the newest visit that a fault of TLS ended, if it is newer."""

    verdict: str = ""
    at: datetime | None = None
    fault: str = ""
    fault_at: datetime | None = None


def put(connection: Connection, portal_id: PortalId, names: Iterable[str], *, reason: str, actor: str, now: datetime) -> TlsProfile | None:
    """Set what may pass from now on; no names mean strict again.

    Raises:
        NotFoundError: there is no such portal.
        UsageError: a name that is no profile, or no reason.
    """
    wanted = tuple(sorted(set(names)))
    portals.get(connection, portal_id)
    if unknown := [name for name in wanted if name not in PROFILES]:
        raise UsageError(f"没有名为 {unknown[0]} 的访问方式", advice=f"可用：{'、'.join(PROFILES)}")
    if wanted and len(reason.strip()) < 4:
        raise UsageError(
            "放宽证书核验必须写明理由", kept="没有改变任何设置。", advice="用 --reason 写明，例如主办单位已知情、预计何时更换证书。"
        )
    holding = (tls_profiles.c.portal_id == portal_id, tls_profiles.c.ended_at.is_(None))
    connection.execute(update(tls_profiles).where(*holding).values(ended_at=now))
    if not wanted:
        return None
    made = TlsProfile(portal_id, wanted, clip(reason.strip(), 300), clip(actor, 80), now)
    values = {"portal_id": portal_id, "names": ",".join(wanted), "reason": made.reason, "set_by": made.set_by, "set_at": now}
    connection.execute(insert(tls_profiles).values(**values))
    return made


def history(connection: Connection, portal_id: PortalId) -> tuple[TlsProfile, ...]:
    """Every profile the portal had, the newest first."""
    query = select(tls_profiles).where(tls_profiles.c.portal_id == portal_id).order_by(tls_profiles.c.id.desc())
    return tuple(_profile(row) for row in connection.execute(query))


def holding(connection: Connection) -> dict[PortalId, TlsProfile]:
    """The profiles that hold, by portal."""
    rows = connection.execute(select(tls_profiles).where(tls_profiles.c.ended_at.is_(None)).order_by(tls_profiles.c.id))
    return {PortalId(row.portal_id): _profile(row) for row in rows}


def by_host(connection: Connection) -> dict[str, frozenset[str]]:
    """What may pass, by host: the hosts of a portal's home page and of its lists, and no other of the same owner."""
    profiles = holding(connection)
    found: dict[str, frozenset[str]] = {}
    for portal in portals.list_all(connection):
        if portal.id not in profiles:
            continue
        points = portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
        for url in (portal.home_url, *(point.url for point in points)):
            found[(urlsplit(url).hostname or "").lower()] = frozenset(profiles[portal.id].names)
    return found


def results(connection: Connection) -> dict[PortalId, TlsResult]:
    """What verification found last, by portal; portals never asked over https are left out."""
    route = captures.join(visits, visits.c.id == captures.c.visit_id).join(entry_points, entry_points.c.id == visits.c.entry_point_id)
    newest = select(func.max(captures.c.id)).select_from(route).where(captures.c.tls != "").group_by(entry_points.c.portal_id)
    answered = select(entry_points.c.portal_id, captures.c.tls, captures.c.received_at).select_from(route).where(captures.c.id.in_(newest))
    found = {PortalId(row.portal_id): TlsResult(row.tls, row.received_at) for row in connection.execute(answered)}
    held = visits.join(entry_points, entry_points.c.id == visits.c.entry_point_id)
    last = select(func.max(visits.c.id)).select_from(held).where(visits.c.finished_at.is_not(None)).group_by(entry_points.c.portal_id)
    failed = select(entry_points.c.portal_id, visits.c.reason, visits.c.started_at).select_from(held).where(visits.c.id.in_(last))
    for row in connection.execute(failed.where(visits.c.reason.like("tls-%"))):
        before = found.get(PortalId(row.portal_id), TlsResult())
        found[PortalId(row.portal_id)] = TlsResult(before.verdict, before.at, row.reason, row.started_at)
    return found


def _profile(row: Row[Any]) -> TlsProfile:
    return TlsProfile(PortalId(row.portal_id), tuple(row.names.split(",")), row.reason, row.set_by, row.set_at, row.ended_at)

"""Searches for columns: what each found, which candidates wait for a person, and when a portal should be searched again.

A column is never forgotten: a search that no longer meets it leaves its row with the day it was last seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from sqlalchemy import Connection, Row, insert, select, update

from storage import moved, portals
from storage.domain.clock import local_date
from storage.domain.enums import Labelled, SourceHealth
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import EntryPointId, PortalId
from storage.domain.registry import SUBSITE, EntryPoint, Portal
from storage.schema import column_candidates, discoveries, entry_points, visits
from storage.schema import portals as portal_table
from storage.statements import clip, insert_new, plain, url_of

SEASON_MONTHS = frozenset({12, 1, 2, 3})
SEASON_EVERY, RETRY_AFTER = timedelta(days=10), timedelta(days=1)
MISSES = 2
LINKED = "linked-from-index"
"""Reason of a candidate that another portal's index links to: the portal's own search has yet to look at it."""

UNREGISTERED = "unregistered-host"
"""Reason of a candidate on a host that no registered portal has: nobody asks it before a person says whose it is."""


class Outcome(Labelled):
    """How a search ended. NONE alone is no verdict: two on different days are."""

    FOUND = "found", "已找到栏目"
    QUEUED = "queued", "有待确认的栏目"
    NONE = "none", "未找到栏目"
    STOPPED = "stopped", "没有查完"


class State(Labelled):
    """What became of a candidate."""

    WATCHED = "watched", "已采用"
    QUEUED = "queued", "待确认"
    REJECTED = "rejected", "不采用"


@dataclass(frozen=True, slots=True)
class NewCandidate:
    """A page that may be the column, as one search found it. `params` are kept for the list if it is watched."""

    url: str
    found_on: str = ""
    words: str = ""
    family: str = ""
    confidence: float = 0.0
    reports: int = 0
    others: int = 0
    reasons: Sequence[str] = ()
    list_year: int | None = None
    trusted: bool = False
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredCandidate:
    """One candidate over time."""

    id: int
    portal_id: PortalId
    url: str
    found_on: str
    words: str
    family: str
    confidence: float
    reports: int
    others: int
    reasons: tuple[str, ...]
    list_year: int | None
    state: State
    entry_point_id: EntryPointId | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Discovery:
    """One search."""

    portal_id: PortalId
    at: datetime
    outcome: Outcome
    reason: str
    asked: int
    facts: Mapping[str, Any]


def home_entry(connection: Connection, portal: Portal, now: datetime) -> EntryPoint:
    """Where searches of a portal begin and what its columns have as parent: the entry point of its home page, made if there is none.

    It carries every body of the portal, and is itself only watched as long as no column is known.
    """
    known = portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
    bodies = tuple(dict.fromkeys(body for point in known for body in point.body_ids))
    found = next((point.id for point in known if point.url == url_of(portal.home_url)), None)
    if found is None:
        found = portals.add_entry_point(connection, portal.id, portal.home_url, now=now, body_ids=bodies, tier=portal.tier)
        if known:
            portals.set_enabled(connection, found, False)
    portals.link_bodies(connection, found, bodies)
    return portals.get_entry_point(connection, found)


def subsites(connection: Connection, portal: Portal) -> tuple[EntryPoint, ...]:
    """Home pages of bodies that have a folder of the portal to themselves, those without a column of their own first."""
    points = portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
    return tuple(sorted((point for point in points if SUBSITE in point.params), key=lambda point: (not point.enabled, point.id)))


def record(  # noqa: PLR0913 - one search's facts, by keyword
    connection: Connection,
    home: EntryPoint,
    found: Sequence[NewCandidate],
    *,
    outcome: Outcome,
    now: datetime,
    reason: str = "",
    asked: int = 0,
    facts: Mapping[str, Any] | None = None,
) -> tuple[StoredCandidate, ...]:
    """Write down one search: trusted candidates become watched lists at once, the others wait. What a person rejected stays rejected."""
    values = {"portal_id": home.portal_id, "entry_point_id": home.id, "at": now, "outcome": outcome.value, "reason": clip(reason, 80)}
    connection.execute(insert(discoveries).values(**values, asked=asked, facts=plain(facts or {})))
    stored = tuple(_keep(connection, home, one, now) for one in found)
    watched = [one for one in stored if one.state is State.WATCHED]
    if watched:
        portals.set_enabled(connection, home.id, any(one.entry_point_id == home.id for one in watched))
    for point in portals.entry_points_of(connection, portal_id=home.portal_id) if watched else ():
        if SUBSITE in point.params and any(one.url != point.url and one.url.startswith(folder_of(point.url)) for one in watched):
            portals.set_enabled(connection, point.id, False)
    return stored


def folder_of(url: str) -> str:
    """The folder an address lies in, to which a part of a portal is bound."""
    return url.partition("?")[0].rpartition("/")[0] + "/"


def lead(connection: Connection, portal_id: PortalId, one: NewCandidate, *, now: datetime) -> bool:
    """Note that somebody else's page names a column of this portal; whether that is new. It waits, and the portal is searched for it."""
    address = url_of(one.url)
    if any(point.url == address for point in portals.entry_points_of(connection, portal_id=portal_id, enabled_only=False)):
        return False
    values: dict[str, Any] = {"portal_id": portal_id, "url": address, "found_on": clip(one.found_on, 2000), "words": clip(one.words, 200)}
    values |= {"family": "", "confidence": 0.0, "reports": 0, "others": 0, "reasons": plain(list(one.reasons)), "list_year": None}
    values |= {"state": State.QUEUED.value, "first_seen_at": now, "last_seen_at": now, "decided_by": ""}
    return insert_new(connection, column_candidates, values, key=["portal_id", "url"])


def settle_lead(connection: Connection, portal_id: PortalId, url: str) -> None:
    """A host that was nobody's is registered by now: its column waits with its own portal, no longer here."""
    mine = [one for one in candidates(connection, portal_id=portal_id, state=State.QUEUED) if one.url == url_of(url)]
    for one in mine:
        if UNREGISTERED in one.reasons:
            values = {"state": State.REJECTED.value, "decided_by": "registered"}
            connection.execute(update(column_candidates).where(column_candidates.c.id == one.id).values(**values))


def _keep(connection: Connection, home: EntryPoint, one: NewCandidate, now: datetime) -> StoredCandidate:
    address = url_of(one.url)
    values = {
        "found_on": clip(one.found_on, 2000),
        "words": clip(one.words, 200),
        "family": one.family,
        "confidence": one.confidence,
        "reports": one.reports,
        "others": one.others,
        "reasons": plain(list(one.reasons)),
        "list_year": one.list_year,
        "last_seen_at": now,
    }
    key = {"portal_id": home.portal_id, "url": address}
    fresh = {**key, **values, "state": State.QUEUED.value, "first_seen_at": now, "decided_by": ""}
    insert_new(connection, column_candidates, fresh, key=["portal_id", "url"])
    where = (column_candidates.c.portal_id == home.portal_id) & (column_candidates.c.url == address)
    connection.execute(update(column_candidates).where(where).values(**values))
    stored = _candidate(connection.execute(select(column_candidates).where(where)).one())
    if stored.state is State.REJECTED or not (one.trusted or stored.state is State.WATCHED):
        return stored
    return _watch(connection, stored, home, dict(one.params), now, by="")


def _watch(
    connection: Connection, one: StoredCandidate, home: EntryPoint, params: Mapping[str, str], now: datetime, *, by: str
) -> StoredCandidate:
    known = {point.url: point for point in portals.entry_points_of(connection, portal_id=one.portal_id, enabled_only=False)}
    before = known.get(one.url)
    if before is not None:
        entry_id = before.id
        moved.take_back(connection, before, now)
        portals.link_bodies(connection, entry_id, home.body_ids)
        portals.set_family(connection, entry_id, before.family or one.family, {**before.params, **params})
    else:
        parent = known.get(one.found_on)
        entry_id = portals.add_entry_point(
            connection,
            one.portal_id,
            one.url,
            now=now,
            family=one.family,
            params=params,
            body_ids=home.body_ids,
            tier=home.tier,
            parent_id=parent.id if parent is not None else home.id,
        )
    connection.execute(update(entry_points).where(entry_points.c.id == entry_id).values(confidence=one.confidence))
    values = {"state": State.WATCHED.value, "entry_point_id": entry_id, **({"decided_by": clip(by, 80)} if by else {})}
    connection.execute(update(column_candidates).where(column_candidates.c.id == one.id).values(**values))
    return get(connection, one.id)


def get(connection: Connection, candidate_id: int) -> StoredCandidate:
    """The candidate of that number. Raises NotFoundError."""
    row = connection.execute(select(column_candidates).where(column_candidates.c.id == candidate_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这个候选栏目：{candidate_id}", advice="nianbao portal candidates 列出候选栏目。")
    return _candidate(row)


def candidates(connection: Connection, *, portal_id: PortalId | None = None, state: State | None = None) -> tuple[StoredCandidate, ...]:
    """Candidates, the surest of each portal first."""
    query = select(column_candidates).order_by(column_candidates.c.portal_id, column_candidates.c.confidence.desc(), column_candidates.c.id)
    if portal_id is not None:
        query = query.where(column_candidates.c.portal_id == portal_id)
    if state is not None:
        query = query.where(column_candidates.c.state == state.value)
    return tuple(_candidate(row) for row in connection.execute(query))


def accept(connection: Connection, candidate_id: int, *, by: str, now: datetime) -> StoredCandidate:
    """A person says that it is the column: it is watched from now on. Raises NotFoundError."""
    one = get(connection, candidate_id)
    home = home_entry(connection, portals.get(connection, one.portal_id), now)
    params = {"list_year": str(one.list_year)} if one.list_year else {}
    watched = _watch(connection, one, home, params, now, by=by)
    if watched.entry_point_id is not None:
        portals.set_enabled(connection, watched.entry_point_id, True)
    if watched.entry_point_id != home.id:
        portals.set_enabled(connection, home.id, False)
    return watched


def reject(connection: Connection, candidate_id: int, *, by: str) -> StoredCandidate:
    """A person says that it is not the column: no search proposes it again. Raises NotFoundError, UsageError for the only column."""
    one = get(connection, candidate_id)
    if one.entry_point_id is not None:
        enabled = portals.entry_points_of(connection, portal_id=one.portal_id)
        if [point.id for point in enabled] == [one.entry_point_id]:
            raise UsageError("这是该门户唯一在用的栏目", kept="没有改动。", advice="请先添加或采用另一个栏目。")
        portals.set_enabled(connection, one.entry_point_id, False)
    values = {"state": State.REJECTED.value, "decided_by": clip(by, 80)}
    connection.execute(update(column_candidates).where(column_candidates.c.id == candidate_id).values(**values))
    return get(connection, candidate_id)


def history(connection: Connection, portal_id: PortalId, *, limit: int = 20) -> tuple[Discovery, ...]:
    """The searches of a portal, the newest first."""
    query = select(discoveries).where(discoveries.c.portal_id == portal_id).order_by(discoveries.c.id.desc()).limit(limit)
    return tuple(_discovery(row) for row in connection.execute(query))


def has_no_column(connection: Connection, portal_id: PortalId) -> bool:
    """Whether it may be said that the portal has no such column: the newest searches, on two days, ran to their end without any."""
    days = []
    for one in history(connection, portal_id):
        if one.outcome is not Outcome.NONE:
            break
        days.append(local_date(one.at))
    return len(set(days)) >= MISSES


def hints(connection: Connection, portal: Portal) -> tuple[str, ...]:
    """Addresses worth a try: earlier columns and the pages that led there, then the paths of columns of portals on the same platform."""
    mine = [one for one in candidates(connection, portal_id=portal.id) if one.state != State.REJECTED and UNREGISTERED not in one.reasons]
    # What an index newly names comes first: it may be this year's column.
    mine.sort(key=lambda one: LINKED not in one.reasons)
    own = [address for one in mine for address in (one.url, one.found_on if LINKED not in one.reasons else "")]
    sisters = select(portal_table.c.id).where(portal_table.c.platform_id == portal.platform_id, portal_table.c.id != portal.id)
    query = (
        select(entry_points.c.url)
        .where(entry_points.c.portal_id.in_(sisters), entry_points.c.enabled, entry_points.c.confidence > 0, entry_points.c.family != "")
        .order_by(entry_points.c.confidence.desc(), entry_points.c.id)
        .limit(5)
    )
    paths = (urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() for url in connection.execute(query).scalars())
    return tuple(dict.fromkeys(address for address in (*own, *(urljoin(portal.home_url, path) for path in paths)) if address))[:8]


def due(connection: Connection, now: datetime) -> tuple[Portal, ...]:
    """Enabled portals to search now: never searched with only a home page known; without a verdict since a day; in the months of new
    columns every ten days; at once when every list of theirs was missed twice, or an index named a column of theirs that no search saw.
    """
    return tuple(portal for portal in portals.list_all(connection) if portal.enabled and _is_due(connection, portal, now))


def _is_due(connection: Connection, portal: Portal, now: datetime) -> bool:
    newest = next(iter(history(connection, portal.id, limit=1)), None)
    points = portals.entry_points_of(connection, portal_id=portal.id, enabled_only=False)
    watched = [point for point in points if point.enabled and point.url != url_of(portal.home_url) and SUBSITE not in point.params]
    season = local_date(now).month in SEASON_MONTHS
    if newest is None:
        # A list that a person named may be last year's, too: in the months of new columns its portal is searched as any other.
        return bool(points) and (not watched or season or _lost(connection, watched))
    age = now - newest.at
    if age < RETRY_AFTER:
        return False
    if newest.outcome is Outcome.STOPPED or (newest.outcome is Outcome.NONE and not has_no_column(connection, portal.id)):
        return True
    return (season and age >= SEASON_EVERY) or _lost(connection, watched) or _is_led(connection, portal.id, newest.at)


def _is_led(connection: Connection, portal_id: PortalId, searched_at: datetime) -> bool:
    """Whether an index named a column of the portal since it was searched last."""
    waiting = candidates(connection, portal_id=portal_id, state=State.QUEUED)
    return any(LINKED in one.reasons and one.first_seen_at >= searched_at for one in waiting)


def _lost(connection: Connection, points: Sequence[EntryPoint]) -> bool:
    """Whether no list of the portal can be read any more."""
    return bool(points) and all(
        point.health in {SourceHealth.BLIND, SourceHealth.MOVED} or _missed(connection, point.id) for point in points
    )


def _missed(connection: Connection, entry_point_id: EntryPointId) -> bool:
    query = (
        select(visits.c.outcome)
        .where(visits.c.entry_point_id == entry_point_id, visits.c.finished_at.is_not(None))
        .order_by(visits.c.id.desc())
        .limit(MISSES)
    )
    outcomes = list(connection.execute(query).scalars())
    return len(outcomes) == MISSES and all(outcome in {"layout_changed", "soft_error"} for outcome in outcomes)


def _candidate(row: Row[Any]) -> StoredCandidate:
    values = dict(row._mapping)
    values.pop("decided_by")
    values |= {"state": State(row.state), "reasons": tuple(row.reasons), "portal_id": PortalId(row.portal_id)}
    return StoredCandidate(**values)


def _discovery(row: Row[Any]) -> Discovery:
    return Discovery(PortalId(row.portal_id), row.at, Outcome(row.outcome), row.reason, row.asked, row.facts)

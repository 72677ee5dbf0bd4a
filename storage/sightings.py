"""Sightings: each line of each list over time, and what it was decided to be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from storage import changes
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId, EntryPointId, VisitId
from storage.domain.visits import Decision, ListLine, Sighting
from storage.schema import sightings
from storage.statements import CHUNK, chunks, clip, url_of

_SEEN = update(sightings).where(sightings.c.id.in_(bindparam("ids", expanding=True)))
_CHANGED = update(sightings).where(sightings.c.id == bindparam("of"))
"""Made once: each is executed for every page of every list."""


def record(
    connection: Connection, visit_id: VisitId, entry_point_id: EntryPointId, lines: Sequence[ListLine], now: datetime
) -> dict[str, int]:
    """Write the lines of one list page; sighting id by address as handed in. Repeating it changes only `last_seen_at`.

    A line that comes undecided keeps the decision made before; a decided one replaces it. The same address twice counts once, the
    first line holds.
    """
    unique = {url_of(line.url): line for line in reversed(lines)}
    before = {url: _sighting(row) for url, row in _rows(connection, entry_point_id, list(unique)).items()}
    fresh = [_new(entry_point_id, visit_id, url, line, now) for url, line in unique.items() if url not in before]
    if fresh:
        connection.execute(insert(sightings), fresh)
    _meet_again(connection, [(sighting, unique[url]) for url, sighting in before.items()], visit_id, now)
    changes.of_entry_points(connection, [entry_point_id])
    changes.of_bodies(connection, _no_longer(before, unique))
    made = _rows(connection, entry_point_id, [row["url"] for row in fresh])
    ids = {url: sighting.id for url, sighting in before.items()} | {url: int(row.id) for url, row in made.items()}
    return {line.url: ids[url_of(line.url)] for line in lines}


def _no_longer(before: Mapping[str, Sighting], lines: Mapping[str, ListLine]) -> set[BodyId | None]:
    """For whose reports lines were taken that now are another's; whose they are, the list itself tells."""
    return {one.line.body_id for url, one in before.items() if one.line.body_id != lines[url].body_id}


def _meet_again(connection: Connection, met: Sequence[tuple[Sighting, ListLine]], visit_id: VisitId, now: datetime) -> None:
    """Lines that were there before. Nearly all of them say what they said: those share one statement."""
    same, other = [], []
    for sighting, line in met:
        values = _printed(line) | _decided(_standing(sighting.line, line))
        if sighting.last_seen_at <= now and values == _printed(sighting.line) | _decided(sighting.line):
            same.append(sighting.id)
        else:
            other.append(values | {"of": sighting.id, "last_seen_at": max(now, sighting.last_seen_at), "last_visit_id": visit_id})
    for chunk in chunks(same, CHUNK):
        connection.execute(_SEEN, {"ids": chunk, "last_seen_at": now, "last_visit_id": visit_id})
    if other:
        connection.execute(_CHANGED, other)


def _rows(connection: Connection, entry_point_id: EntryPointId, urls: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for chunk in chunks(urls, CHUNK):
        query = select(sightings).where(sightings.c.entry_point_id == entry_point_id, sightings.c.url.in_(chunk))
        found.update((row.url, row) for row in connection.execute(query))
    return found


def _new(entry_point_id: EntryPointId, visit_id: VisitId, url: str, line: ListLine, now: datetime) -> dict[str, Any]:
    seen = {"first_seen_at": now, "last_seen_at": now, "first_visit_id": visit_id, "last_visit_id": visit_id}
    return {"entry_point_id": entry_point_id, "url": url, **_printed(line), **_decided(line), **seen}


def _standing(before: ListLine, line: ListLine) -> ListLine:
    """The one whose decision holds: a line that comes undecided keeps the decision made before."""
    return before if line.decision is Decision.UNRESOLVED and before.decision is not Decision.UNRESOLVED else line


def _printed(line: ListLine) -> dict[str, Any]:
    return {"title": clip(line.title, 500), "listed_on": line.listed_on, "raw_date": clip(line.raw_date, 60), "position": line.position}


def _decided(line: ListLine) -> dict[str, Any]:
    return {"decision": line.decision.value, "reason": clip(line.reason, 200), "body_id": line.body_id, "report_year": line.report_year}


def decide(
    connection: Connection,
    sighting_id: int,
    decision: Decision,
    *,
    reason: str,
    body_id: BodyId | None = None,
    report_year: int | None = None,
) -> None:
    """Say what a line is. Raises NotFoundError."""
    values = {"decision": decision.value, "reason": clip(reason, 200), "body_id": body_id, "report_year": report_year}
    before = get(connection, sighting_id)
    connection.execute(update(sightings).where(sightings.c.id == sighting_id).values(**values))
    changes.of_entry_points(connection, [before.entry_point_id])
    changes.of_bodies(connection, [before.line.body_id])


def get(connection: Connection, sighting_id: int) -> Sighting:
    """The sighting of that id. Raises NotFoundError."""
    row = connection.execute(select(sightings).where(sightings.c.id == sighting_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这条列表记录：{sighting_id}", advice="nianbao report pending 列出待认定的条目。")
    return _sighting(row)


def known(connection: Connection, entry_point_id: EntryPointId) -> dict[str, Sighting]:
    """All lines ever seen on one list, by address."""
    rows = connection.execute(select(sightings).where(sightings.c.entry_point_id == entry_point_id))
    return {row.url: _sighting(row) for row in rows}


def for_duty(connection: Connection, body_id: BodyId, report_year: int) -> tuple[Sighting, ...]:
    """The lines taken for that body's report of that year, on any list, by first sighting."""
    mine = (sightings.c.body_id == body_id, sightings.c.report_year == report_year, sightings.c.decision == Decision.REPORT.value)
    query = select(sightings).where(*mine).order_by(sightings.c.first_seen_at, sightings.c.id)
    return tuple(_sighting(row) for row in connection.execute(query))


def unresolved(connection: Connection, *, limit: int | None = 200) -> tuple[Sighting, ...]:
    """Lines that wait for a decision, newest first."""
    query = select(sightings).where(sightings.c.decision == Decision.UNRESOLVED.value)
    rows = connection.execute(query.order_by(sightings.c.last_seen_at.desc(), sightings.c.id.desc()).limit(limit))
    return tuple(_sighting(row) for row in rows)


def _sighting(row: Row[Any]) -> Sighting:
    line = ListLine(
        url=row.url,
        title=row.title,
        listed_on=row.listed_on,
        raw_date=row.raw_date,
        position=row.position,
        decision=Decision.of(row.decision),
        reason=row.reason,
        body_id=BodyId(row.body_id) if row.body_id else None,
        report_year=row.report_year,
    )
    return Sighting(
        id=row.id,
        entry_point_id=EntryPointId(row.entry_point_id),
        line=line,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        first_visit_id=VisitId(row.first_visit_id) if row.first_visit_id else None,
        last_visit_id=VisitId(row.last_visit_id) if row.last_visit_id else None,
    )


def for_bodies(connection: Connection, body_ids: Iterable[BodyId], report_years: Iterable[int]) -> tuple[Sighting, ...]:
    """The lines taken for reports of these bodies and years, by first sighting."""
    years = sorted(set(report_years))
    found: list[Row[Any]] = []
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        mine = (sightings.c.body_id.in_(chunk), sightings.c.report_year.in_(years), sightings.c.decision == Decision.REPORT.value)
        found += connection.execute(select(sightings).where(*mine)).all()
    return tuple(_sighting(row) for row in sorted(found, key=lambda row: (row.first_seen_at, row.id)))


def oldest_years(connection: Connection, entry_points: Iterable[EntryPointId]) -> dict[EntryPointId, int]:
    """The oldest year each list shows a report of, whoever's; lists that show none are left out."""
    found: dict[EntryPointId, int] = {}
    for chunk in chunks(sorted(set(entry_points)), CHUNK):
        year = func.min(sightings.c.report_year).label("year")
        wanted = (
            sightings.c.entry_point_id.in_(chunk),
            sightings.c.decision == Decision.REPORT.value,
            sightings.c.report_year.is_not(None),
        )
        for row in connection.execute(select(sightings.c.entry_point_id, year).where(*wanted).group_by(sightings.c.entry_point_id)):
            found[EntryPointId(row.entry_point_id)] = row.year
    return found


def first_met(connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, dict[EntryPointId, datetime]]:
    """Since when each list shows a report of a body, of whatever year; lists that never did are left out."""
    found: dict[BodyId, dict[EntryPointId, datetime]] = defaultdict(dict)
    for chunk in chunks(dict.fromkeys(body_ids), CHUNK):
        which = (sightings.c.body_id, sightings.c.entry_point_id)
        query = select(*which, func.min(sightings.c.first_seen_at).label("at")).group_by(*which)
        for row in connection.execute(query.where(sightings.c.body_id.in_(chunk), sightings.c.decision == Decision.REPORT.value)):
            found[BodyId(row.body_id)][EntryPointId(row.entry_point_id)] = row.at
    return dict(found)

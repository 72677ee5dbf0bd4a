"""Visits: every attempt to read a list, with what it proved; and the absences that may be believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from storage import changes
from storage.domain.duties import QualifiedNegative
from storage.domain.enums import RunState, VisitOutcome
from storage.domain.errors import NotFoundError, UsageError
from storage.domain.ids import BodyId, EntryPointId, VisitId
from storage.domain.visits import ABANDONED_REASON, Decision, Visit, VisitResult
from storage.schema import entry_point_bodies, entry_points, runs, sightings, visits
from storage.statements import CHUNK, chunks, clip, plain


def start(connection: Connection, entry_point_id: EntryPointId, *, now: datetime, run_id: int | None = None) -> VisitId:
    """Begin a visit. Until it is finished it stands as abandoned, so that a process that dies leaves the truth behind."""
    values = {"run_id": run_id, "entry_point_id": entry_point_id, "started_at": now, "outcome": VisitOutcome.ABANDONED.value}
    made = connection.execute(insert(visits).values(**values)).inserted_primary_key
    assert made is not None
    changes.of_entry_points(connection, [entry_point_id])
    return VisitId(made[0])


def finish(connection: Connection, visit_id: VisitId, result: VisitResult, now: datetime) -> Visit:
    """End a visit. It qualifies as a negative only by its own proofs, and never when its run lost its lease meanwhile.

    Raises UsageError when the visit was finished before.
    """
    visit = get(connection, visit_id)
    if visit.finished_at is not None:
        raise UsageError(f"访问 {visit_id} 已经结束，不能再写入结果")
    lost = visit.run_id is not None and not _run_is_alive(connection, visit)
    reason = ABANDONED_REASON if lost else result.inconclusive_reason
    qualified = result.qualified and not lost
    values = _result_values(result) | {"inconclusive_reason": clip(reason, 200), "qualified": qualified, "finished_at": now}
    connection.execute(update(visits).where(visits.c.id == visit_id).values(**values))
    changes.of_entry_points(connection, [visit.entry_point_id])
    if qualified:
        connection.execute(update(entry_points).where(entry_points.c.id == visit.entry_point_id).values(last_qualified_at=now))
    return get(connection, visit_id)


def _run_is_alive(connection: Connection, visit: Visit) -> bool:
    """The run is under way and is the same attempt that began the visit: a takeover starts the run anew, after this visit."""
    alive = and_(runs.c.id == visit.run_id, runs.c.state == RunState.CLAIMED.value, runs.c.started_at <= visit.started_at)
    return connection.execute(select(runs.c.id).where(alive)).one_or_none() is not None


def get(connection: Connection, visit_id: VisitId) -> Visit:
    """The visit of that id. Raises NotFoundError."""
    row = connection.execute(select(visits).where(visits.c.id == visit_id)).one_or_none()
    if row is None:
        raise NotFoundError(f"没有这次访问：{visit_id}")
    return _visit(row)


def recent(connection: Connection, entry_point_id: EntryPointId, *, limit: int = 30) -> tuple[Visit, ...]:
    """The newest visits of one entry point first, the running one included."""
    query = select(visits).where(visits.c.entry_point_id == entry_point_id).order_by(visits.c.started_at.desc(), visits.c.id.desc())
    return tuple(_visit(row) for row in connection.execute(query.limit(limit)))


def item_counts(connection: Connection, entry_point_id: EntryPointId, *, limit: int = 5) -> tuple[int, ...]:
    """How many lines the newest complete, whole-list visits saw, newest first; the yardstick for a drop."""
    complete = and_(visits.c.entry_point_id == entry_point_id, visits.c.outcome == VisitOutcome.COMPLETE.value, visits.c.whole_list)
    query = select(visits.c.items_seen).where(complete).order_by(visits.c.started_at.desc(), visits.c.id.desc()).limit(limit)
    return tuple(connection.execute(query).scalars())


def newest_by_entry_point(connection: Connection, entry_point_ids: Sequence[EntryPointId]) -> dict[EntryPointId, Visit]:
    """The newest finished visit of each of the entry points that has one."""
    found: dict[EntryPointId, Visit] = {}
    for chunk in chunks(entry_point_ids, CHUNK):
        theirs = and_(visits.c.entry_point_id.in_(chunk), visits.c.finished_at.is_not(None))
        newest = select(func.max(visits.c.id)).where(theirs).group_by(visits.c.entry_point_id)
        rows = connection.execute(select(visits).where(visits.c.id.in_(newest)))
        found.update((visit.entry_point_id, visit) for visit in map(_visit, rows))
    return found


def for_run(connection: Connection, run_id: int) -> tuple[Visit, ...]:
    """The visits of one run in order."""
    return tuple(_visit(row) for row in connection.execute(select(visits).where(visits.c.run_id == run_id).order_by(visits.c.id)))


def negatives(
    connection: Connection, body_id: BodyId, report_year: int, *, since: datetime | None = None, limit: int = 200
) -> tuple[QualifiedNegative, ...]:
    """Qualified visits to the body's lists that did not see that year's report, newest first; `since` bounds their end.

    A visit saw it when a line taken for this report was there between the line's first and last sighting. A line not yet decided that
    may be this report counts as seen: nobody is said to be missing while a candidate waits. A list that shows nothing of that year or an
    earlier one is silent about it: older years often have a list of their own.
    """
    routes = select(entry_point_bodies.c.entry_point_id).where(entry_point_bodies.c.body_id == body_id)
    query = (
        select(visits.c.id, visits.c.entry_point_id, visits.c.finished_at)
        .where(visits.c.qualified, visits.c.entry_point_id.in_(routes), ~_saw(body_id, report_year), _reaches(report_year))
        .order_by(visits.c.finished_at.desc(), visits.c.id.desc())
        .limit(limit)
    )
    rows = connection.execute(query.where(visits.c.finished_at > since) if since else query)
    return tuple(QualifiedNegative(row.finished_at, EntryPointId(row.entry_point_id), VisitId(row.id)) for row in rows)


def _reaches(report_year: int) -> Any:
    """Whether the list shows a report of that year or an earlier one, whoever's; true where it shows none of a known year."""
    dated = select(sightings.c.id).where(
        sightings.c.entry_point_id == visits.c.entry_point_id,
        sightings.c.decision == Decision.REPORT.value,
        sightings.c.report_year.is_not(None),
    )
    early = dated.where(sightings.c.report_year <= report_year)
    return or_(early.exists(), ~dated.exists())


def _saw(body_id: BodyId, report_year: int) -> Any:
    it = and_(sightings.c.decision == Decision.REPORT.value, sightings.c.body_id == body_id, sightings.c.report_year == report_year)
    perhaps = and_(
        sightings.c.decision == Decision.UNRESOLVED.value,
        or_(sightings.c.body_id == body_id, sightings.c.body_id.is_(None)),
        or_(sightings.c.report_year == report_year, sightings.c.report_year.is_(None)),
    )
    then = and_(sightings.c.first_seen_at <= visits.c.finished_at, sightings.c.last_seen_at >= visits.c.started_at)
    return select(sightings.c.id).where(sightings.c.entry_point_id == visits.c.entry_point_id, then, or_(it, perhaps)).exists()


def _result_values(result: VisitResult) -> dict[str, Any]:
    return {
        "outcome": result.outcome.value,
        "reason": clip(result.reason, 80),
        "items_seen": result.items_seen,
        "declared_total": result.declared_total,
        "pages_read": result.pages_read,
        "whole_list": result.whole_list,
        "canary": result.canary,
        "negative_control": result.negative_control,
        "own_network": result.own_network,
        "facts": plain(result.facts),
    }


def _visit(row: Row[Any]) -> Visit:
    result = VisitResult(
        outcome=VisitOutcome.of(row.outcome),
        reason=row.reason,
        items_seen=row.items_seen,
        declared_total=row.declared_total,
        pages_read=row.pages_read,
        whole_list=row.whole_list,
        canary=row.canary,
        negative_control=row.negative_control,
        own_network=row.own_network,
        inconclusive_reason=row.inconclusive_reason,
        facts=row.facts,
    )
    return Visit(VisitId(row.id), row.run_id, EntryPointId(row.entry_point_id), row.started_at, row.finished_at, result, row.qualified)


Proof = tuple[VisitId, datetime, datetime]
"""Id, beginning and end of a qualified visit."""


def qualified(
    connection: Connection, entry_point_ids: Iterable[EntryPointId], until: datetime | None = None, *, limit: int = 200
) -> dict[EntryPointId, tuple[Proof, ...]]:
    """The newest qualified visits of each list, newest first; those that ended by `until` where it is given."""
    wanted = [visits.c.qualified] if until is None else [visits.c.qualified, visits.c.finished_at <= until]
    columns = (visits.c.id, visits.c.entry_point_id, visits.c.started_at, visits.c.finished_at)
    found: dict[EntryPointId, list[Proof]] = defaultdict(list)
    for chunk in chunks(sorted(set(entry_point_ids)), CHUNK):
        for row in _newest_of(connection, chunk, columns, wanted, visits.c.finished_at, limit):
            found[EntryPointId(row.entry_point_id)].append((VisitId(row.id), row.started_at, row.finished_at))
    return {route: tuple(proofs) for route, proofs in found.items()}


def newest(
    connection: Connection, entry_point_ids: Iterable[EntryPointId], until: datetime | None = None, *, limit: int
) -> dict[EntryPointId, tuple[Visit, ...]]:
    """The newest visits of each list, as `recent` gives them; those begun by `until` where it is given."""
    wanted = [] if until is None else [visits.c.started_at <= until]
    found: dict[EntryPointId, list[Visit]] = defaultdict(list)
    for chunk in chunks(sorted(set(entry_point_ids)), CHUNK):
        for row in _newest_of(connection, chunk, tuple(visits.c), wanted, visits.c.started_at, limit):
            found[EntryPointId(row.entry_point_id)].append(_visit(row))
    return {route: tuple(theirs) for route, theirs in found.items()}


def _newest_of(
    connection: Connection, routes: Sequence[EntryPointId], columns: Sequence[Any], wanted: Sequence[Any], by: Any, limit: int
) -> Iterable[Row[Any]]:
    """The first `limit` rows of each list, ranked by the database: one statement for hundreds of lists."""
    rank = func.row_number().over(partition_by=visits.c.entry_point_id, order_by=(by.desc(), visits.c.id.desc()))
    ranked = select(*columns, rank.label("rank")).where(visits.c.entry_point_id.in_(routes), *wanted).subquery()
    return connection.execute(select(ranked).where(ranked.c.rank <= limit).order_by(ranked.c.entry_point_id, ranked.c.rank))

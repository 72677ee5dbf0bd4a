"""Everything that is known about one report, or about its not being found: what the evidence pack is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from storage import bodies, captures, duties, findings, originals, portals, readings, reports, sightings, visits
from storage.domain.duties import DutyKey, DutyTransition
from storage.domain.errors import NotFoundError
from storage.domain.ids import BodyId, EntryPointId, Sha256, VisitId
from storage.domain.originals import Capture, ReportVersion, StoredOriginal
from storage.domain.registry import Body, EntryPoint
from storage.domain.visits import Sighting, Visit
from storage.duties import StoredDuty
from storage.findings import LogLine, StoredFinding
from storage.readings import StoredReading

NEGATIVES = 12
"""How many of the newest visits that did not see the report are handed over; three prove an absence, more show that it lasted."""

LOOKED_AT = frozenset({"list", "control", "robots"})
"""What of a visit is handed over besides the report's own files: the list as read, and the proofs that our eyes were good."""


@dataclass(frozen=True, slots=True)
class Case:
    """One body's report of one year with its evidence."""

    body: Body
    report_year: int
    made_at: datetime
    duty: StoredDuty | None = None
    transitions: tuple[DutyTransition, ...] = ()
    versions: tuple[ReportVersion, ...] = ()
    readings: tuple[StoredReading, ...] = ()
    findings: tuple[tuple[StoredFinding, tuple[LogLine, ...]], ...] = ()
    sightings: tuple[Sighting, ...] = ()
    visits: tuple[Visit, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    captures: tuple[Capture, ...] = ()
    originals: Mapping[Sha256, StoredOriginal] = field(default_factory=dict)


def collect(connection: Connection, body_id: BodyId, report_year: int, now: datetime) -> Case:
    """The case of that body and year. Raises NotFoundError where neither a duty nor a report is known."""
    body, key = bodies.get(connection, body_id), DutyKey(body_id, report_year)
    duty, versions = duties.get(connection, key), reports.versions(connection, body_id, report_year)
    if duty is None and not versions:
        raise NotFoundError(f"{body.name} 没有 {report_year}年度的记录。", advice="用 nianbao report list 查看有记录的年度。")
    lines = sightings.for_duty(connection, body_id, report_year)
    own = {sha256 for version in versions for sha256 in (version.found.main_sha256, *(part.sha256 for part in version.found.parts))}
    found = [capture for sha256 in sorted(own) for capture in captures.for_original(connection, sha256)]
    made = [visits.get(connection, visit_id) for visit_id in sorted(_visits(connection, key, lines, found))]
    found += [capture for visit in made for capture in captures.for_visit(connection, visit.id) if capture.role in LOOKED_AT]
    unique = {capture.id: capture for capture in found}
    routes = {*(visit.entry_point_id for visit in made), *(line.entry_point_id for line in lines)}
    return Case(
        body=body,
        report_year=report_year,
        made_at=now,
        duty=duty,
        transitions=duties.transitions(connection, key),
        versions=versions,
        readings=tuple(one for version in versions if (one := readings.newest(connection, version.id)) is not None),
        findings=tuple((one, findings.log(connection, one.id)) for one in findings.for_report(connection, body_id, report_year)),
        sightings=lines,
        visits=tuple(made),
        entry_points=tuple(_entry_points(connection, routes)),
        captures=tuple(sorted(unique.values(), key=lambda capture: (capture.received_at, capture.id or 0))),
        originals={sha256: originals.get(connection, sha256) for sha256 in sorted(own | {capture.sha256 for capture in found})},
    )


def _visits(connection: Connection, key: DutyKey, lines: Iterable[Sighting], found: Iterable[Capture]) -> set[VisitId]:
    """The visits that met the report's line first and last, those that fetched its files, and the newest that did not see it."""
    met = {visit_id for line in lines for visit_id in (line.first_visit_id, line.last_visit_id)}
    fetched = {capture.visit_id for capture in found}
    unseen = {one.visit_id for one in visits.negatives(connection, key.body_id, key.report_year, limit=NEGATIVES)}
    return {visit_id for visit_id in met | fetched | unseen if visit_id is not None}


def _entry_points(connection: Connection, routes: Iterable[EntryPointId]) -> Iterable[EntryPoint]:
    for route in sorted(routes):
        yield portals.get_entry_point(connection, route)

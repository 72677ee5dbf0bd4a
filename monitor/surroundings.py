"""What stands around a stored report when it is judged: other years, other bodies, the levels below, its own other versions.

Every look is bounded. A reading never changes once stored, so a `Shelf` keeps those taken last: neighbours are neighbours of each other.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from monitor.levels import Breadth, breadth, is_vertical
from monitor.subject import Subject
from storage import bodies, readings, reports
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId
from storage.domain.originals import ReportVersion
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.readings import StoredReading

EARLIER_YEARS = 5
MOST_PEERS = 25
MOST_NEIGHBOURS = 40
MOST_CHILDREN = 300
MOST_VERSIONS = 4
MOST_REMEMBERED = 5000


class Shelf:
    """Readings taken from the database and groups of bodies, the newest kept; one per round of work, thrown away with it."""

    def __init__(self, most: int = 800) -> None:
        self._most = most
        self._readings: OrderedDict[int, StoredReading] = OrderedDict()
        self._groups: dict[tuple[str, ...], tuple[Body, ...]] = {}
        self._ids: dict[BodyId, dict[int, int]] = {}
        self._versions: dict[tuple[BodyId, int], tuple[ReportVersion, ...]] = {}

    def changed(self, body_id: BodyId) -> None:
        """A report of that body was stored or read: what is remembered of it no longer holds."""
        self._ids.pop(body_id, None)
        self._versions = {key: found for key, found in self._versions.items() if key[0] != body_id}

    def years(self, connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, dict[int, int]]:
        """The reading that stands of every year of these bodies, by its id."""
        wanted = tuple(dict.fromkeys(body_ids))
        if unknown := [body_id for body_id in wanted if body_id not in self._ids]:
            self._ids |= {body_id: {} for body_id in unknown}
            for (body_id, year), reading_id in readings.newest_ids(connection, unknown).items():
                self._ids[body_id][year] = reading_id
        return {body_id: self._ids[body_id] for body_id in wanted}

    def versions(self, connection: Connection, body_id: BodyId, report_year: int) -> tuple[ReportVersion, ...]:
        """All versions of one report, the oldest first."""
        key = (body_id, report_year)
        if key not in self._versions:
            if len(self._versions) > MOST_REMEMBERED:
                self._versions.clear()
            self._versions[key] = reports.versions(connection, body_id, report_year)
        return self._versions[key]

    def below(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """The bodies directly under one."""
        return self._group(("below", body.id), lambda: bodies.children_of(connection, body.id, limit=MOST_CHILDREN))

    def before(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """The bodies merged into one."""
        return self._group(("before", body.id), lambda: bodies.predecessors_of(connection, body.id))

    def _group(self, key: tuple[str, ...], find: Callable[[], tuple[Body, ...]]) -> tuple[Body, ...]:
        if key not in self._groups:
            self._groups[key] = find()
        return self._groups[key]

    def reading(self, connection: Connection, reading_id: int) -> StoredReading:
        """The reading of that id."""
        found = self._readings.pop(reading_id, None) or readings.get(connection, reading_id)
        self._readings[reading_id] = found
        if len(self._readings) > self._most:
            self._readings.popitem(last=False)
        return found

    def newest(self, connection: Connection, keys: Iterable[tuple[BodyId, int]]) -> dict[tuple[BodyId, int], StoredReading]:
        """The reading that stands of each report (body and year) that was read, in the order asked for."""
        wanted = tuple(dict.fromkeys(keys))
        known = self.years(connection, [body_id for body_id, _ in wanted])
        return {key: self.reading(connection, known[key[0]][key[1]]) for key in wanted if key[1] in known[key[0]]}

    def like(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """Other bodies of the same kind, level and trade."""
        key = ("like", body.kind, body.level, body.division_code[:2], bodies.trade(body))
        if key not in self._groups:
            self._groups[key] = bodies.like(connection, body, limit=MOST_PEERS)
        return tuple(other for other in self._groups[key] if other.id != body.id)

    def near(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """Other bodies of the same division."""
        key = ("near", body.division_code)
        if key not in self._groups:
            self._groups[key] = bodies.of_division(connection, body.division_code, limit=MOST_NEIGHBOURS) if body.division_code else ()
        return tuple(other for other in self._groups[key] if other.id != body.id)


@dataclass(frozen=True, slots=True)
class _Levels:
    """The bodies a report may sum up, and their reports of both years."""

    registered: int | None
    now: tuple[ParsedReport, ...]
    before: tuple[ParsedReport, ...]


def surrounded(connection: Connection, shelf: Shelf, body: Body, report_year: int, stored: StoredReading) -> Subject:
    """The report with everything stored around it; duty and today are for the caller to add."""
    read = sorted((year for year in shelf.years(connection, [body.id])[body.id] if year < report_year), reverse=True)
    years = read[: EARLIER_YEARS + 1]
    past = {year: found.parsed for (_, year), found in shelf.newest(connection, [(body.id, year) for year in years]).items()}
    previous = past.pop(report_year - 1, None)
    levels = _levels(connection, shelf, body, report_year, stored.parsed)
    return Subject(
        report=stored.parsed,
        previous=previous,
        earlier=tuple(past[year] for year in sorted(past, reverse=True)[:EARLIER_YEARS]),
        body_kind=body.kind,
        body_names=(body.name, *body.aliases),
        peers=_reports(connection, shelf, shelf.like(connection, body), report_year),
        neighbours=_reports(connection, shelf, shelf.near(connection, body), report_year),
        children=levels.now,
        previous_children=levels.before,
        registered_children=levels.registered,
        other_versions=_versions(connection, shelf, body.id, report_year, stored),
        previous_before=_before(connection, shelf, body.id, report_year),
        predecessors=_reports(connection, shelf, shelf.before(connection, body), report_year - 1),
    )


def _reports(connection: Connection, shelf: Shelf, of: Sequence[Body], report_year: int) -> tuple[ParsedReport, ...]:
    return tuple(found.parsed for found in shelf.newest(connection, [(body.id, report_year) for body in of]).values())


def _levels(connection: Connection, shelf: Shelf, body: Body, report_year: int, report: ParsedReport) -> _Levels:
    """Only a government that says it sums up others; lower governments only where it speaks of the whole region."""
    extent = breadth(report) if body.kind is BodyKind.GOVERNMENT else Breadth.UNSAID
    if extent is Breadth.UNSAID:
        return _Levels(None, (), ())
    wide = extent is Breadth.REGION
    below = shelf.below(connection, body)
    summed = [child for child in below if _is_summed(body, child, wide=wide) and _owes(child, report_year)]
    last_year = [child for child in summed if _owes(child, report_year - 1)]
    return _Levels(
        registered=len(summed) if summed else None,
        now=_reports(connection, shelf, summed, report_year),
        before=_reports(connection, shelf, last_year, report_year - 1),
    )


def _is_summed(body: Body, child: Body, *, wide: bool) -> bool:
    if is_vertical(child.name, child.system):
        return False
    if child.kind in {BodyKind.TOWNSHIP, BodyKind.SUBDISTRICT}:
        return wide or body.level is BodyLevel.COUNTY
    return wide if child.kind is BodyKind.GOVERNMENT else child.level is body.level


def _owes(body: Body, report_year: int) -> bool:
    begun = body.active_from_year is None or body.active_from_year <= report_year
    return begun and (body.active_to_year is None or body.active_to_year >= report_year)


def _versions(connection: Connection, shelf: Shelf, body_id: BodyId, report_year: int, stored: StoredReading) -> tuple[ParsedReport, ...]:
    """Other places where this report stands, and the first version that stood at this one's address (last of all)."""
    all_of_it = {version.id: version for version in shelf.versions(connection, body_id, report_year)}
    here = all_of_it.get(stored.version_id)
    if here is None or len(all_of_it) == 1:
        return ()
    elsewhere = [v for v in all_of_it.values() if v.gone_since is None and v.found.url != here.found.url]
    first = [v for v in all_of_it.values() if v.found.url == here.found.url and v.number < here.number]
    found = (readings.newest(connection, version.id) for version in (*elsewhere[:MOST_VERSIONS], *first[:1]))
    return tuple(reading.parsed for reading in found if reading is not None)


def _before(connection: Connection, shelf: Shelf, body_id: BodyId, report_year: int) -> ParsedReport | None:
    """Last year's report as it stood when this year's was first seen, where another version of it stands now."""
    older = shelf.versions(connection, body_id, report_year - 1)
    if len(older) < 2:
        return None
    appeared = min((version.first_seen_at for version in shelf.versions(connection, body_id, report_year)), default=None)
    now = reports.current(connection, body_id, report_year - 1)
    if appeared is None or now is None:
        return None
    then = _stood_at(older, now.found.url, appeared)
    reading = readings.newest(connection, then.id) if then is not None and then.id != now.id else None
    return reading.parsed if reading is not None else None


def _stood_at(versions: Sequence[ReportVersion], url: str, instant: Any) -> ReportVersion | None:
    seen = [version for version in versions if version.found.url == url and version.first_seen_at <= instant]
    return seen[-1] if seen else None


def report_keys(connection: Connection, report_year: int | None = None) -> Mapping[tuple[BodyId, int], ReportVersion]:
    """Every report there is with its current version: place by place, so that neighbours meet on the shelf, the oldest years first."""
    found = reports.list_current(connection, report_year)
    place = {body.id: body.division_code for body in bodies.list_all(connection)}
    ordered = sorted(found, key=lambda version: (place[version.body_id], version.report_year, version.body_id))
    return {(version.body_id, version.report_year): version for version in ordered}

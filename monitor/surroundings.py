"""What stands around a stored report when it is judged: other years, other bodies, the levels below, its own other versions.

Every look is bounded, and the looks of one body's years are taken together. Neighbours: `monitor.shelf` keeps what was taken,
`monitor.alike` says which of all reports of the year are worth comparing with this one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from monitor.alike import FIGURES, LEAST_SHARED
from monitor.alike import marks as marks_of
from monitor.levels import Breadth, branches, breadth, is_vertical
from monitor.neighbours import LEAST_TEXT_OF_OTHERS, prose, same_figures, shared_text
from monitor.shelf import Shelf
from monitor.subject import Subject
from storage import marks, readings, reports
from storage.domain.enums import BodyKind, BodyLevel
from storage.domain.ids import BodyId
from storage.domain.originals import ReportVersion
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.readings import StoredReading

EARLIER_YEARS = 5
MOST_VERSIONS = 4
MOST_ALIKE = 12
PAGES = frozenset({"text/html", "application/xhtml+xml"})
WORTH_COMPARING = 0.5
"""Below the lowest share that any rule speaks of."""


@dataclass(frozen=True, slots=True)
class _Levels:
    """The bodies a report may sum up, and their reports of both years."""

    registered: int | None
    now: tuple[ParsedReport, ...]
    before: tuple[ParsedReport, ...]
    complete: bool = False


def surrounded(connection: Connection, shelf: Shelf, body: Body, report_year: int, stored: StoredReading) -> Subject:
    """The report with everything stored around it; duty and today are for the caller to add."""
    known = shelf.years(connection, body.id)
    past = {year: known[year].parsed for year in sorted(known, reverse=True) if year < report_year}
    previous = past.pop(report_year - 1, None)
    levels = _levels(connection, shelf, body, report_year, stored.parsed)
    alike = _alike(connection, shelf, body, report_year, stored.parsed)
    merged = [before for before in shelf.before(connection, body) if before.active_to_year == report_year - 1]
    return Subject(
        report=stored.parsed,
        previous=previous,
        earlier=tuple(past.values())[:EARLIER_YEARS],
        body_kind=body.kind,
        body_names=(body.name, *body.aliases),
        peers=tuple(shelf.peers(connection, body, report_year).values()),
        neighbours=alike.found,
        searched=True,
        texts_around=alike.texts_around,
        children=levels.now,
        previous_children=levels.before,
        registered_children=levels.registered,
        children_complete=levels.complete,
        other_versions=_versions(connection, shelf, body.id, report_year, stored),
        previous_before=_before(connection, shelf, body.id, report_year),
        predecessors=_tables(connection, shelf, merged, report_year - 1),
        registered_predecessors=len(merged),
        previous_state=shelf.states(connection, body.id).get(report_year - 1),
        attachments=_attachments(connection, shelf, body.id, report_year, stored),
    )


@dataclass(frozen=True, slots=True)
class _Alike:
    """Reports of the year that may have text or figures in common with one, and texts to tell a common template by."""

    found: tuple[ParsedReport, ...] = ()
    texts_around: tuple[str, ...] = ()


def may_be_alike(connection: Connection, body_id: BodyId, report_year: int, known: Collection[int]) -> list[BodyId]:
    """Other bodies whose reports of that year may have text or figures in common with one of these marks, the likeliest first."""
    shared = marks.holders(connection, body_id, report_year, known, least=LEAST_SHARED, decisive=FIGURES)
    return sorted(shared, key=lambda other: (-shared[other], other))[:MOST_ALIKE]


def _alike(connection: Connection, shelf: Shelf, body: Body, report_year: int, report: ParsedReport) -> _Alike:
    likely = may_be_alike(connection, body.id, report_year, marks_of(report))
    if not likely:
        return _Alike()
    found = tuple(other for other in shelf.whole(connection, likely, report_year).values() if _compares(report, other))
    if not any(_share(report, other) for other in found):
        return _Alike(found)
    around = [other for other in (*shelf.like(connection, body), *shelf.near(connection, body)) if other.id not in likely]
    return _Alike(found, tuple(shelf.texts(connection, around, report_year, 1, 5, 6).values()))


def _compares(report: ParsedReport, other: ParsedReport) -> bool:
    """Whether the marks did not name the other one by chance."""
    return _share(report, other) or bool(same_figures(report, other))


def _share(report: ParsedReport, other: ParsedReport) -> bool:
    share = shared_text(prose(report, 1, 5, 6), prose(other, 1, 5, 6), least=LEAST_TEXT_OF_OTHERS)
    return share is not None and share >= WORTH_COMPARING


def _tables(connection: Connection, shelf: Shelf, of: Sequence[Body], report_year: int) -> tuple[ParsedReport, ...]:
    return tuple(shelf.tables(connection, of, report_year).values()) if of else ()


def _levels(connection: Connection, shelf: Shelf, body: Body, report_year: int, report: ParsedReport) -> _Levels:
    """Only a government that says it sums up others; lower governments only where it speaks of the whole region."""
    extent = breadth(report) if body.kind is BodyKind.GOVERNMENT else Breadth.UNSAID
    if extent is Breadth.UNSAID:
        return _Levels(None, (), ())
    wide = extent is Breadth.REGION
    below = shelf.below(connection, body)
    summed = [child for child in below if _is_summed(body, child, wide=wide) and _owes(child, report_year)]
    now = _tables(connection, shelf, summed, report_year)
    since = shelf.complete_since(connection, body)
    last_year = [child for child in summed if _owes(child, report_year - 1)]
    return _Levels(
        registered=len(summed) if summed else None,
        now=now,
        before=_tables(connection, shelf, last_year, report_year - 1),
        complete=since is not None and since <= report_year and len(now) == len(summed) and not branches(now),
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


def _attachments(connection: Connection, shelf: Shelf, body_id: BodyId, report_year: int, stored: StoredReading) -> int | None:
    """How many files came with the page that was read; None where the report is itself a file."""
    here = next((one for one in shelf.versions(connection, body_id, report_year) if one.id == stored.version_id), None)
    return len(here.found.parts) if here is not None and stored.parsed.media_type in PAGES else None


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

"""Judging a stored report again: what its findings would become, and making them so, with or without telling anyone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerts import events as told
from monitor.alike import marks as marks_of
from monitor.duties.decided import owed
from monitor.duties.state import evaluate
from monitor.evaluate import evaluate_body, with_read_dates
from monitor.judge import judge, rule_versions, rules_version
from monitor.shelf import Shelf
from monitor.surroundings import may_be_alike, surrounded
from storage import bodies, events, findings, marks
from storage.domain.clock import local_date
from storage.domain.ids import BodyId
from storage.domain.judgement import Judgement
from storage.domain.registry import Body
from storage.findings import MACHINE, FindingChanges, Judged, Preview
from storage.readings import StoredReading


@dataclass(frozen=True, slots=True)
class Telling:
    """Who judges, and whether people hear of what comes of it.

    Filling in history and judging again by other rules or another parser never alarm by themselves: a person looks first.
    """

    notify: bool = True
    actor: str = MACHINE


TOLD = Telling()
SILENT = Telling(notify=False)


def judge_stored(
    connection: Connection, shelf: Shelf, body: Body, report_year: int, now: datetime, telling: Telling = TOLD
) -> FindingChanges:
    """Judge the report that stands now in its surroundings and store what comes of it; nothing where none was read."""
    done = judge_body(connection, shelf, body, [report_year], now, telling)
    return done[report_year].changes if report_year in done else FindingChanges()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of judging one report: what was to change in the light of what was stored, and what did."""

    preview: Preview
    changes: FindingChanges


def judge_body(
    connection: Connection, shelf: Shelf, body: Body, report_years: Iterable[int], now: datetime, telling: Telling = TOLD
) -> dict[int, Done]:
    """The same for several reports of one body, in the caller's one transaction; years of which nothing was read are left out."""
    standing = shelf.years(connection, body.id)
    wanted = {year: standing[year] for year in report_years if year in standing}
    if not wanted:
        return {}
    _mark(connection, shelf, body, wanted)
    duties = evaluate_body(connection, body, wanted, now)
    shelf.written(body.id)
    done: dict[int, Done] = {}
    for year, found in wanted.items():
        duty, state, evidence = duties[year]
        around = surrounded(connection, shelf, body, year, found)
        judgement = judge(replace(around, today=local_date(now), duty=duty, state=state, evidence=evidence))
        done[year] = _store(connection, shelf, (body, year, found), judgement, now, telling)
    shelf.written(body.id)
    return done


def judge_around(
    connection: Connection, shelf: Shelf, body: Body, report_year: int, now: datetime, telling: Telling = TOLD
) -> FindingChanges:
    """Judge the report that stands now, and then what it is an operand of; what changed about the report itself.

    That is the body's report of the year after, that of the government above, and those of others that have text or figures in common with
    it, or had with what stood before: of two copies the first is told when the second arrives, and both when one is replaced.
    """
    alike = _alike(connection, shelf, body, report_year)
    changes = judge_stored(connection, shelf, body, report_year, now, telling)
    judge_stored(connection, shelf, body, report_year + 1, now, telling)
    alike |= _alike(connection, shelf, body, report_year) | {body.parent_id}
    others = bodies.get_many(connection, sorted(other for other in alike if other is not None))
    for other in others.values():
        judge_stored(connection, shelf, other, report_year, now, telling)
    return changes


def _alike(connection: Connection, shelf: Shelf, body: Body, report_year: int) -> set[BodyId | None]:
    return set(may_be_alike(connection, body.id, report_year, shelf.marks(connection, body.id, report_year) or ()))


def _store(
    connection: Connection, shelf: Shelf, of: tuple[Body, int, StoredReading], judgement: Judgement, now: datetime, telling: Telling
) -> Done:
    body, report_year, found = of
    known = shelf.findings(connection, body.id).get(report_year, ())
    would = findings.preview(connection, known, judgement, found.parsed)
    judged = Judged(now, found.id, f"{found.parser_version}; {rules_version()}", telling.actor, rule_versions())
    changes = findings.apply(connection, body.id, report_year, judgement, found.parsed, judged, known=known)
    for is_new, entries in ((True, changes.opened), (False, changes.reopened), (False, changes.resolved)):
        _tell(connection, body, entries, is_new, now, telling)
    return Done(would, changes)


def _mark(connection: Connection, shelf: Shelf, body: Body, standing: Mapping[int, StoredReading]) -> None:
    """Keep the marks by which reports of other bodies find these."""
    for report_year, found in standing.items():
        wanted = marks_of(found.parsed)
        if wanted != shelf.marks(connection, body.id, report_year):
            marks.replace(connection, body.id, report_year, wanted)
            shelf.changed(body.id)


def preview(connection: Connection, shelf: Shelf, body: Body, report_year: int, now: datetime) -> Preview | None:
    """What `judge_stored` would change, without changing anything; None where nothing was read."""
    found = shelf.years(connection, body.id).get(report_year)
    return None if found is None else preview_reading(connection, shelf, body, report_year, found, now)


def preview_reading(connection: Connection, shelf: Shelf, body: Body, report_year: int, reading: StoredReading, now: datetime) -> Preview:
    """The same for a reading that need not be stored yet."""
    judgement = judged_apart(connection, shelf, body, report_year, reading, now)
    return findings.preview(connection, shelf.findings(connection, body.id).get(report_year, ()), judgement, reading.parsed)


def judged_apart(connection: Connection, shelf: Shelf, body: Body, report_year: int, reading: StoredReading, now: datetime) -> Judgement:
    """The judgement of a reading in its surroundings; nothing is written."""
    (duty,) = owed([body], report_year, shelf.decisions(connection, body.id))
    known = with_read_dates(connection, shelf.evidence(connection, body.id, report_year), reading)
    around = surrounded(connection, shelf, body, report_year, reading)
    return judge(replace(around, today=local_date(now), duty=duty, state=evaluate(duty, known, now), evidence=known))


def _tell(
    connection: Connection, body: Body, entries: Sequence[findings.StoredFinding], is_new: bool, now: datetime, telling: Telling
) -> None:
    for entry in entries:
        change = (is_new, entry.state)
        for event in told.of_finding(
            entry.finding, change, now, body_id=body.id, report_year=entry.report_year, division_code=body.division_code
        ):
            events.append(connection, event if telling.notify else told.silenced(event))

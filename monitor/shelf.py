"""What is taken from the database while reports are judged one after another, the newest kept: bodies, readings, versions.

A stored reading never changes, so it is read once for all the reports it stands around. Of other bodies only what rules compare is kept
(tables and name), so that the peers of a whole province fit into memory. One shelf per round of work, thrown away with it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Connection

from storage import bodies, duties, duty_decisions, evidence, figures, findings, marks, readings, reports
from storage.domain.duties import DutyDecision, DutyKey, DutyState, Evidence
from storage.domain.ids import BodyId
from storage.domain.originals import ReportVersion
from storage.domain.registry import Body
from storage.domain.reports import ParsedReport
from storage.findings import StoredFinding
from storage.readings import StoredReading

MOST_WHOLE = 300
"""Whole readings kept (about 150 KB each): those of the body at hand and of some forty before it or, read ahead, like it."""

MOST_TABLES = 16_000
"""Reports of others kept, tables only (about 12 KB each): the bodies of a province over seven years, and so a government's children."""

MOST_BODIES = 2_000
MOST_PEERS = 25
MOST_NEIGHBOURS = 40
MOST_CHILDREN = 300

MOST_TEXTS = 2_000
"""Texts of others kept (about 10 KB each), to tell the templates of a place by."""

K = TypeVar("K")
V = TypeVar("V")


class Shelf:
    """Readings, versions, marks and groups of bodies taken from the database."""

    def __init__(self, most_whole: int = MOST_WHOLE, *, reads_ahead: bool = False) -> None:
        """With `reads_ahead` peers' reports are kept whole: for judging all reports in the order of `bodies.side_by_side`."""
        self._most_whole = most_whole
        self._reads_ahead = reads_ahead
        self._whole: OrderedDict[int, StoredReading] = OrderedDict()
        self._tables: OrderedDict[int, ParsedReport] = OrderedDict()
        self._states: OrderedDict[BodyId, dict[int, DutyState]] = OrderedDict()
        self._complete: dict[BodyId, int | None] = {}
        self._decisions: dict[BodyId, tuple[DutyDecision, ...]] | None = None
        self._findings: dict[BodyId, dict[int, tuple[StoredFinding, ...]]] = {}
        self._evidence: dict[DutyKey, Evidence] = {}
        self._texts: OrderedDict[int, dict[int, str]] = OrderedDict()
        self._groups: OrderedDict[tuple[str, ...], tuple[Body, ...]] = OrderedDict()
        self._ids: OrderedDict[BodyId, dict[int, int]] = OrderedDict()
        self._versions: OrderedDict[BodyId, dict[int, tuple[ReportVersion, ...]]] = OrderedDict()
        self._marks: OrderedDict[BodyId, dict[int, frozenset[int]]] = OrderedDict()

    def changed(self, body_id: BodyId) -> None:
        """A report of that body was stored, read or marked: what is remembered of it no longer holds."""
        for kept in (self._ids, self._versions, self._marks, self._states):
            kept.pop(body_id, None)
        self._evidence.clear()

    # --- of one body

    def ids(self, connection: Connection, body_ids: Iterable[BodyId]) -> dict[BodyId, dict[int, int]]:
        """The reading that stands of every year of these bodies, by its id."""
        wanted = tuple(dict.fromkeys(body_ids))
        known = {body_id: self._ids[body_id] for body_id in wanted if body_id in self._ids}
        if unknown := [body_id for body_id in wanted if body_id not in known]:
            found: dict[BodyId, dict[int, int]] = {body_id: {} for body_id in unknown}
            for (body_id, year), reading_id in readings.newest_ids(connection, unknown).items():
                found[body_id][year] = reading_id
            known |= found
            self._ids.update(found)
            _bound(self._ids, max(MOST_BODIES, len(wanted)))
        return known

    def years(self, connection: Connection, body_id: BodyId) -> dict[int, StoredReading]:
        """The readings that stand of all years of one body, whole."""
        known = self.ids(connection, [body_id])[body_id]
        if unknown := [reading_id for reading_id in known.values() if reading_id not in self._whole]:
            self._keep_whole(readings.get_many(connection, unknown))
        found = {year: self._whole[reading_id] for year, reading_id in known.items()}
        for one in found.values():
            self._whole.move_to_end(one.id)
        _bound(self._whole, self._most_whole)
        return found

    def _keep_whole(self, found: Iterable[StoredReading]) -> None:
        """Keep readings, and at once what others will compare of them: taken from the database once more it costs six times as much."""
        for one in found:
            self._whole[one.id] = one
            if one.id not in self._tables:
                self._tables[one.id] = figures.tables_only(one.parsed)
        _bound(self._tables, MOST_TABLES)

    def versions(self, connection: Connection, body_id: BodyId, report_year: int) -> tuple[ReportVersion, ...]:
        """All versions of one report, the oldest first."""
        if body_id not in self._versions:
            found: dict[int, tuple[ReportVersion, ...]] = {}
            for version in reports.versions_of(connection, [body_id]):
                found[version.report_year] = (*found.get(version.report_year, ()), version)
            self._versions[body_id] = found
            _bound(self._versions, MOST_BODIES)
        return self._versions[body_id].get(report_year, ())

    def states(self, connection: Connection, body_id: BodyId) -> dict[int, DutyState]:
        """What was last said of the publication of each report of one body, by report year."""
        if body_id not in self._states:
            known = duties.list_for(connection, body_id=body_id)
            self._states[body_id] = {one.duty.key.report_year: one.state for one in known}
            _bound(self._states, MOST_BODIES)
        return self._states[body_id]

    def marks(self, connection: Connection, body_id: BodyId, report_year: int) -> frozenset[int] | None:
        """The marks stored of one report; None where it was never looked at."""
        if body_id not in self._marks:
            self._marks[body_id] = marks.of_body(connection, body_id)
            _bound(self._marks, MOST_BODIES)
        return self._marks[body_id].get(report_year)

    def evidence(self, connection: Connection, body_id: BodyId, report_year: int) -> Evidence:
        """What is known about one duty; that of the body's other years read is taken with it, and each is given out once only.

        Visits go on while reports are judged: what was taken with the first year of a body is as old as that, never older.
        """
        key = DutyKey(body_id, report_year)
        if key not in self._evidence:
            years = self.ids(connection, [body_id])[body_id]
            self._evidence = evidence.gather(connection, [key, *(DutyKey(body_id, year) for year in years if year != report_year)])
        return self._evidence.pop(key)

    def decisions(self, connection: Connection, body_id: BodyId) -> tuple[DutyDecision, ...]:
        """What was decided about the reports of one body; read once for all bodies, as there are few."""
        if self._decisions is None:
            self._decisions = {}
            for one in duty_decisions.list_all(connection):
                if one.ended_at is None:
                    self._decisions[one.body_id] = (*self._decisions.get(one.body_id, ()), one)
        return self._decisions.get(body_id, ())

    def findings(self, connection: Connection, body_id: BodyId) -> dict[int, tuple[StoredFinding, ...]]:
        """The findings stored of one body's reports, by report year; those of the body asked for last are kept until `written`."""
        if body_id not in self._findings:
            self._findings = {body_id: findings.for_body(connection, body_id)}
        return self._findings[body_id]

    def written(self, body_id: BodyId) -> None:
        """The duties and findings of that body are being written: what is remembered of them no longer holds."""
        self._findings.pop(body_id, None)
        self._states.pop(body_id, None)

    # --- of others

    def peers(self, connection: Connection, body: Body, report_year: int) -> dict[BodyId, ParsedReport]:
        """What bodies like this one reported for one year, tables and name only. Whose turn it is next is read whole at once."""
        others = self.like(connection, body)
        if self._reads_ahead:
            wanted = self._readings_of(connection, others, report_year).values()
            self._keep_whole(readings.get_many(connection, [one for one in wanted if one not in self._tables]))
            _bound(self._whole, self._most_whole)
        return self.tables(connection, others, report_year)

    def tables(self, connection: Connection, of: Iterable[Body | BodyId], report_year: int) -> dict[BodyId, ParsedReport]:
        """What other bodies reported for one year, tables and name only, in the order asked for."""
        wanted = self._readings_of(connection, of, report_year)
        if unknown := [reading_id for reading_id in wanted.values() if reading_id not in self._tables]:
            self._tables.update(readings.tables_of(connection, unknown))
        found = {body_id: self._tables[reading_id] for body_id, reading_id in wanted.items()}
        for reading_id in wanted.values():
            self._tables.move_to_end(reading_id)
        _bound(self._tables, MOST_TABLES)
        return found

    def texts(self, connection: Connection, of: Iterable[Body | BodyId], report_year: int, *numbers: int) -> dict[BodyId, str]:
        """The text of some sections of what other bodies reported for one year."""
        wanted = self._readings_of(connection, of, report_year)
        if unknown := [reading_id for reading_id in wanted.values() if reading_id not in self._texts]:
            self._texts.update(readings.texts_of(connection, unknown))
        found = {body_id: "".join(self._texts[one].get(number, "") for number in numbers) for body_id, one in wanted.items()}
        _bound(self._texts, MOST_TEXTS)
        return found

    def whole(self, connection: Connection, of: Iterable[Body | BodyId], report_year: int) -> dict[BodyId, ParsedReport]:
        """What other bodies reported for one year, whole."""
        wanted = self._readings_of(connection, of, report_year)
        if unknown := [reading_id for reading_id in wanted.values() if reading_id not in self._whole]:
            self._keep_whole(readings.get_many(connection, unknown))
        found = {body_id: self._whole[reading_id].parsed for body_id, reading_id in wanted.items()}
        _bound(self._whole, self._most_whole)
        return found

    def _readings_of(self, connection: Connection, of: Iterable[Body | BodyId], report_year: int) -> dict[BodyId, int]:
        known = self.ids(connection, [body if isinstance(body, str) else body.id for body in of])
        return {body_id: years[report_year] for body_id, years in known.items() if report_year in years}

    # --- groups of bodies

    def below(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """The bodies directly under one."""
        return self._group(("below", body.id), lambda: bodies.children_of(connection, body.id, limit=MOST_CHILDREN))

    def before(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """The bodies merged into one."""
        return self._group(("before", body.id), lambda: bodies.predecessors_of(connection, body.id))

    def complete_since(self, connection: Connection, body: Body) -> int | None:
        """From which report year on a person has confirmed that the bodies under this one are all registered; None if not confirmed."""
        if body.id not in self._complete:
            self._complete[body.id] = bodies.children_complete_from(connection, body.id)
        return self._complete[body.id]

    def like(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """Other bodies of the same kind, level and trade."""
        key = ("like", body.kind, body.level, body.division_code[:2], bodies.trade(body))
        found = self._group(key, lambda: bodies.like(connection, body, limit=MOST_PEERS))
        return tuple(other for other in found if other.id != body.id)

    def near(self, connection: Connection, body: Body) -> tuple[Body, ...]:
        """Other bodies of the same division."""
        if not body.division_code:
            return ()
        found = self._group(("near", body.division_code), lambda: bodies.of_division(connection, body.division_code, limit=MOST_NEIGHBOURS))
        return tuple(other for other in found if other.id != body.id)

    def _group(self, key: tuple[str, ...], find: Callable[[], tuple[Body, ...]]) -> tuple[Body, ...]:
        if key not in self._groups:
            self._groups[key] = find()
            _bound(self._groups, MOST_BODIES)
        return self._groups[key]


def _bound(kept: OrderedDict[K, V], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)

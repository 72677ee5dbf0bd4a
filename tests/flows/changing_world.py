"""A small country in which anything that duties are judged by may happen, through the repositories that let it happen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import Connection, insert

from storage import bodies, duties, duty_decisions, portals, readings, reports, runs, searches, sightings, visits
from storage.database import Database
from storage.domain.clock import FixedClock, local_date
from storage.domain.duties import DutyDecision, DutyKey
from storage.domain.enums import BodyKind, BodyLevel, DateKind, ReadingQuality, VisitOutcome
from storage.domain.ids import BodyId, EntryPointId, PortalId, Sha256
from storage.domain.originals import NewVersion
from storage.domain.registry import Body, Portal
from storage.domain.reports import DateMention, ParsedReport, Reading
from storage.domain.visits import Decision, ListLine, VisitResult
from storage.duties import StoredDuty
from storage.schema import originals

START = datetime(2025, 1, 24, 3, tzinfo=UTC)
IDS = tuple(BodyId(f"b{number}") for number in range(4))
SHA = Sha256("a" * 64)
PORTAL = Portal(PortalId("p1"), "示例市门户", "http://a.gov.test/", "platform")
HOUR = timedelta(hours=1)


class ChangingWorld:
    """Two lists, a search and four bodies; `happen` does one thing chosen by two numbers."""

    def __init__(self, db: Database) -> None:
        self.db, self.clock, self._number = db, FixedClock(START), count(1)
        with db.write() as connection:
            for number, body_id in enumerate(IDS):
                kind = BodyKind.GOVERNMENT if number == 3 else BodyKind.DEPARTMENT
                bodies.upsert(connection, Body(body_id, f"示例{number}局", kind, BodyLevel.COUNTY, "990100"), START)
            portals.upsert(connection, PORTAL, START)
            self.lists = [self._list(connection, "1", IDS[:2]), self._list(connection, "2", IDS[1:])]
            self.lists.append(searches.remember(connection, PORTAL, "http://a.gov.test/so", "get", {}, START).id)
            portals.link_bodies(connection, self.lists[2], IDS)
            connection.execute(insert(originals).values(sha256=SHA, size=1, key="x", media_type="text/html", stored_at=START))

    def _list(self, connection: Connection, name: str, body_ids: Sequence[BodyId]) -> EntryPointId:
        return portals.add_entry_point(connection, PORTAL.id, f"http://a.gov.test/{name}/", now=START, body_ids=body_ids)

    def happen(self, what: int, which: int) -> str:
        """One change of the evidence or of what is owed; its name."""
        one = self.KINDS[what % len(self.KINDS)]
        with self.db.write() as connection:
            one(self, connection, which)
        return one.__name__

    @property
    def now(self) -> datetime:
        """The moment it is in that world."""
        return self.clock.now()

    def pass_time(self, hours: int) -> None:
        """Let so many hours go by."""
        self.clock.advance(hours * HOUR)

    def look(self, connection: Connection, which: int) -> None:
        """A visit to some list that proves much or little and meets up to two lines."""
        entry = self.lists[which % 3]
        met = [self._line(which // 3 + number) for number in range(which % 4 if which % 4 < 3 else 0)]
        visit = visits.start(connection, entry, now=self.now)
        if met:
            sightings.record(connection, visit, entry, met, self.now)
        outcome = VisitOutcome.COMPLETE if which % 5 else VisitOutcome.UNREACHABLE
        good = which % 5 > 1
        result = VisitResult(outcome, items_seen=1, whole_list=good, canary=good, negative_control=good, own_network=good)
        visits.finish(connection, visit, result, self.now + HOUR / 2 * (which % 2))

    def _line(self, which: int) -> ListLine:
        body_id = IDS[which % 4]
        year = (2024, 2023, None)[which % 3]
        decision = Decision.REPORT if year is not None and which % 7 else Decision.UNRESOLVED
        listed = local_date(self.now) - timedelta(days=which % 5) if which % 2 else None
        named = body_id if which % 11 else None
        return ListLine(f"http://a.gov.test/{which % 8}", "年报", listed, decision=decision, body_id=named, report_year=year)

    def left_alone(self, connection: Connection, which: int) -> None:
        """A visit that nobody ends, of a run that loses its lease."""
        slot = f"s{next(self._number)}"
        run = runs.claim(connection, "crawl", slot, owner="o", now=self.now, lease=timedelta(0))
        assert run is not None
        visits.start(connection, self.lists[which % 2], now=self.now, run_id=run.id)
        runs.abandon_expired(connection, self.now + HOUR)

    def decide(self, connection: Connection, which: int) -> None:
        """A person says what a line is."""
        waiting = sightings.unresolved(connection) or tuple(sightings.known(connection, self.lists[which % 3]).values())
        if waiting:
            decision = (Decision.REPORT, Decision.NOT_REPORT)[which % 2]
            year = 2024 if decision is Decision.REPORT else None
            body_id = IDS[which % 4] if year else None
            sightings.decide(connection, waiting[which % len(waiting)].id, decision, reason="人工", body_id=body_id, report_year=year)

    def archive(self, connection: Connection, which: int) -> None:
        """A report's page is archived, perhaps as a new version."""
        source = DateKind.PRINTED if which % 3 == 0 else None
        on = local_date(self.now) if source else None
        text = f"{which % 4}"
        found = NewVersion(f"http://a.gov.test/{which % 8}", SHA, "年报", text_sha256=text, published_on=on, published_source=source)
        reports.record_version(connection, IDS[which % 4], 2024 - which % 3, found, self.now)

    def gone(self, connection: Connection, which: int) -> None:
        """An address no longer shows a report."""
        for version in reports.versions_of(connection, [IDS[which % 4]])[-1:]:
            reports.mark_gone(connection, version.id, self.now)

    def still_there(self, connection: Connection, which: int) -> None:
        """An address still shows its report."""
        reports.mark_seen(connection, [one.id for one in reports.versions_of(connection, [IDS[which % 4]])], self.now)

    def read(self, connection: Connection, which: int) -> None:
        """A report is read, with a date inside."""
        kind = (DateKind.PRINTED, DateKind.SIGNATURE)[which % 2]
        dates = (DateMention(kind, date(2025, 1, 10) + timedelta(days=which % 50), "日期"),)
        for version in reports.versions_of(connection, [IDS[which % 4]])[-1:]:
            parsed = ParsedReport("x", SHA, "text/html", f"{next(self._number)}", reading=Reading(ReadingQuality.HIGH), dates=dates)
            readings.record(connection, version.id, parsed, self.now)

    def exempt(self, connection: Connection, which: int) -> None:
        """A decision about one body's year: no report owed, or by another day; or its end."""
        standing = duty_decisions.standing(connection, (2024, 2023), IDS[which % 4])
        if standing:
            duty_decisions.end(connection, standing[0].id, "张", self.now)
            return
        due_on = local_date(self.now) + timedelta(days=which % 9 - 4) if which % 2 else None
        duty_decisions.add(connection, DutyDecision(IDS[which % 4], 2024, "延期", "张", self.now, due_on))

    def register(self, connection: Connection, which: int) -> None:
        """The registry is edited: another kind of body, one that is no longer, a new one."""
        new = Body(BodyId(f"n{which % 3}"), f"新设{which % 3}局", BodyKind.DEPARTMENT, BodyLevel.COUNTY, "990100")
        old = bodies.get(connection, IDS[which % 4])
        kind = BodyKind.DEPARTMENT if old.kind is BodyKind.GOVERNMENT else BodyKind.GOVERNMENT
        edited = (
            new,
            replace(old, kind=kind),
            replace(old, active_to_year=2022 + which % 4),
            replace(old, exempt_reason="已并入他局"[: 9 * (which % 2)]),
        )
        bodies.upsert(connection, edited[which % 4], self.now)

    def rewire(self, connection: Connection, which: int) -> None:
        """Lists and portals are watched or not, and carry more bodies."""
        if which % 3 == 0:
            portals.set_enabled(connection, self.lists[which % 2], bool(which % 4))
        elif which % 3 == 1:
            portals.upsert(connection, replace(PORTAL, enabled=bool(which % 2)), self.now)
        else:
            portals.link_bodies(connection, self.lists[which % 2], [IDS[which % 4]])

    KINDS: tuple[Callable[[ChangingWorld, Connection, int], None], ...] = (
        *(look, look, look, look, left_alone, decide, archive, gone, still_there, read, exempt, register, rewire),
    )

    def stored(self) -> dict[DutyKey, StoredDuty]:
        """What is stored about all duties, but for the moment of judging."""
        with self.db.read() as connection:
            found = duties.list_for(connection)
        return {one.duty.key: replace(one, state=replace(one.state, as_of=START)) for one in found}

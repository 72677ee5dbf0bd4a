"""Duties in the database: evidence gathered, judged by `monitor.duties.state`, every change written with its event in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.alerts import events as told
from monitor.collector import seldom_collected
from monitor.duties.decided import owed as owed_by
from monitor.duties.due import LocalDate
from monitor.duties.reasons import in_words
from monitor.verdicts import Verdict, record, verdict
from storage import bodies, duties, duty_decisions, events, evidence, portals, readings
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import CHINA, Clock, local_date
from storage.domain.duties import DateEvidence, Duty, DutyKey, DutyState, Evidence, Seen
from storage.domain.enums import DateKind, DutyStatus, SourceHealth, VisitOutcome
from storage.domain.registry import Body
from storage.duties import StoredDuty

BATCH = 500

READ_KINDS = frozenset({DateKind.SIGNATURE, DateKind.PRINTED, DateKind.META, DateKind.FILE})
"""Dates inside the document, and in its file's properties, that speak of its publication."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one evaluation of a report year found."""

    report_year: int
    evaluated: int = 0
    changed: int = 0
    by_status: Mapping[DutyStatus, int] = field(default_factory=dict)


def report_years(now: datetime) -> tuple[int, int]:
    """The report year being published now and the one before: 2024 and 2023 in the course of 2025."""
    current = local_date(now).year - 1
    return current, current - 1


def evaluate_duties(
    db: Database, clock: Clock, report_year: int, *, local: Iterable[LocalDate] = (), known_only: bool = False
) -> Evaluation:
    """Bring all duties of one report year up to now; with `known_only` those that have a state already.

    Doing it again at the same moment changes nothing.
    """
    return evaluate_years(db, clock, () if known_only else (report_year,), (report_year,) if known_only else (), local=local)[0]


def evaluate_years(
    db: Database, clock: Clock, years: Sequence[int], known_years: Sequence[int] = (), *, local: Iterable[LocalDate] = ()
) -> tuple[Evaluation, ...]:
    """The same for several report years at once, of `known_years` the duties that have a state; a body's evidence is read once for all."""
    with db.read() as connection:
        registry = bodies.list_all(connection)
    return evaluate_bodies(db, clock.now(), registry, Scope(tuple(years), tuple(known_years)), local=local)


@dataclass(frozen=True, slots=True)
class Scope:
    """Duties to judge: all of some report years, and of others, `known`, those that have a state; `wanted` narrows both down."""

    whole: tuple[int, ...]
    known: tuple[int, ...] = ()
    wanted: Callable[[DutyKey], bool] = lambda _: True

    @property
    def years(self) -> tuple[int, ...]:
        """Both kinds."""
        return (*self.whole, *self.known)


def current_scope(connection: Connection, now: datetime) -> Scope:
    """The year being published and the one before; of earlier years the duties whose report was found.

    Lists are pruned and moved over the years: that an old report is not on one today says nothing about its year.
    """
    wanted = report_years(now)
    return Scope(wanted, tuple(year for year in duties.report_years(connection) if year < min(wanted)))


Left = Callable[[Connection, Sequence[tuple[Verdict, StoredDuty | None]]], None]
"""Is handed what each batch found to differ from what is stored, with the very view of the database in which it does."""


def evaluate_bodies(
    db: Database, now: datetime, registry: Sequence[Body], scope: Scope, *, local: Iterable[LocalDate] = (), left: Left | None = None
) -> tuple[Evaluation, ...]:
    """Judge the duties of some bodies, some hundreds at a time."""
    with db.read() as connection:
        decided = duty_decisions.standing(connection, scope.years)
    dates = tuple(local)
    tallies = {year: _Tally() for year in scope.years}
    size = max(1, BATCH // max(1, len(tallies)))
    with seldom_collected():
        for start in range(0, len(registry), size):
            batch = registry[start : start + size]
            _bring_up(db, now, [duty for year in scope.years for duty in owed_by(batch, year, decided, dates)], scope, tallies, left)
    return tuple(Evaluation(year, tally.statuses.total(), tally.changed, dict(tally.statuses)) for year, tally in tallies.items())


@dataclass(slots=True)
class _Tally:
    """What one year's evaluation has found so far."""

    changed: int = 0
    statuses: Counter[DutyStatus] = field(default_factory=Counter)


def _bring_up(db: Database, now: datetime, owed: Sequence[Duty], scope: Scope, tallies: Mapping[int, _Tally], left: Left | None) -> None:
    """Judge one batch and write what differs, apart from reading, so that the writers' lock is held for changes only."""
    with db.read() as connection:
        before = duties.of_bodies(connection, {duty.key.body_id for duty in owed}, scope.years)
        there = [duty for duty in owed if duty.key.report_year not in scope.known or duty.key in before]
        wanted = [duty for duty in there if scope.wanted(duty.key)]
        known = gather(connection, wanted)
        judged = [verdict(duty, known[duty.key], now) for duty in wanted]
        news = [one for one in judged if not one.stands_in(before.get(one.duty.key))]
        if left is not None:
            left(connection, [(one, before.get(one.duty.key)) for one in news])
    new_keys, same = {one.duty.key for one in news}, defaultdict(list)
    for one in judged:
        key = one.duty.key
        tallies[key.report_year].statuses[one.state.status] += 1
        if key not in new_keys:
            same[key.report_year].append(key.body_id)
    with db.write() as connection:
        for transition in record(connection, news):
            tallies[transition.key.report_year].changed += 1
        for year, body_ids in same.items():
            duties.touch(connection, year, sorted(body_ids), now)


def evaluate_body(
    connection: Connection, body: Body, at_hand: Mapping[int, readings.StoredReading], now: datetime
) -> dict[int, tuple[Duty, DutyState, Evidence]]:
    """Bring the duties of one body up to now, inside the caller's transaction; for judging its reports in the light of them.

    `at_hand` are the readings that stand, by report year; of those years the duties are judged.
    """
    decided = duty_decisions.standing(connection, tuple(at_hand), body.id)
    owed = {report_year: owed_by([body], report_year, decided)[0] for report_year in at_hand}
    found = evidence.gather(connection, [duty.key for duty in owed.values()])
    judged = {year: verdict(duty, with_read_dates(connection, found[duty.key], at_hand[year]), now) for year, duty in owed.items()}
    before = {one.duty.key: one for one in duties.list_for(connection, body_id=body.id)}
    same = {year for year, one in judged.items() if one.stands_in(before.get(one.duty.key))}
    record(connection, [one for year, one in judged.items() if year not in same])
    duties.touch_years(connection, body.id, same, now)
    return {year: (one.duty, one.state, one.known) for year, one in judged.items()}


def gather(connection: Connection, owed: Sequence[Duty], *, until: datetime | None = None) -> dict[DutyKey, Evidence]:
    """The evidence of each duty, with the dates that the newest reading of each version found inside the document."""
    found = evidence.gather(connection, [duty.key for duty in owed], until=until)
    read = readings.dates_of(connection, [one.version_id for known in found.values() for one in known.seen if one.version_id is not None])
    return {key: _with_dates(known, read) for key, known in found.items()}


def with_read_dates(connection: Connection, found: Evidence, known: readings.StoredReading | None) -> Evidence:
    """The evidence with the dates found inside the document; `known` is a reading the caller has at hand already."""
    at_hand = {known.version_id: [(mention.kind, mention.value) for mention in known.parsed.dates]} if known is not None else {}
    others = [one.version_id for one in found.seen if one.version_id is not None and one.version_id not in at_hand]
    return _with_dates(found, {**readings.dates_of(connection, others), **at_hand})


def _with_dates(found: Evidence, read: Mapping[int, Sequence[tuple[DateKind, date]]]) -> Evidence:
    return replace(found, seen=tuple(_dated(one, read.get(one.version_id or 0, ())) for one in found.seen))


def _dated(one: Seen, read: Sequence[tuple[DateKind, date]]) -> Seen:
    inside = tuple(DateEvidence(kind, on, one.url) for kind, on in read if kind in READ_KINDS)
    return replace(one, dates=tuple(dict.fromkeys((*one.dates, *inside)))) if inside else one


def tell_sources(db: Database, clock: Clock) -> int:
    """Events for operators about columns that went blind or came back; how many are new. One per episode, whoever asks how often."""
    now, added = clock.now(), 0
    with db.write() as connection:
        names = {portal.id: portal.name for portal in portals.list_all(connection)}
        for status in portals.statuses(connection):
            kind = SOURCE_KINDS.get(status.health)
            if kind is None or status.since is None:
                continue
            point = status.entry_point
            subject = f"{names.get(point.portal_id, point.portal_id)} {point.url}"
            since = status.since.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
            reason = f"自{since}起{status.health.label}" + (f"（{_cause(status.reason)}）" if status.reason else "")
            reason += f"，涉及{len(point.body_ids)}个单位"
            event = told.operator(kind, subject, reason, now, episode=f"{point.id}@{status.since.isoformat()}")
            added += events.append(connection, event)[1]
    return added


OUTCOMES = {outcome.value: outcome.label for outcome in VisitOutcome}


def _cause(code: str) -> str:
    """The reason of a column's health (`challenged:status-412`) in words."""
    outcome = OUTCOMES.get(code.partition(":")[0], "")
    return " ".join(filter(None, (outcome, in_words(code) if code not in OUTCOMES else "")))


SOURCE_KINDS = {SourceHealth.BLIND: EventKind.SOURCE_BLIND, SourceHealth.HEALTHY: EventKind.SOURCE_RECOVERED}

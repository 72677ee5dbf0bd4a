"""Duties in the database: evidence gathered, judged by `monitor.duties.state`, every change written with its event in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.alerts import events as told
from monitor.duties.decided import owed as owed_by
from monitor.duties.due import LocalDate
from monitor.duties.freeze import ids_of
from monitor.duties.reasons import in_words
from monitor.duties.state import as_of, evaluate
from storage import bodies, duties, duty_decisions, events, evidence, portals, readings
from storage.database import Database
from storage.domain.alerts import EventKind
from storage.domain.clock import CHINA, Clock, local_date
from storage.domain.duties import DateEvidence, Duty, DutyState, Evidence, Seen
from storage.domain.enums import DateKind, DutyStatus, SourceHealth, VisitOutcome
from storage.domain.registry import Body

ACTOR = "nianbao"
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
        decided = duty_decisions.standing(connection, (*years, *known_years))
    dates = tuple(local)
    owed = {year: {duty.key.body_id: duty for duty in owed_by(registry, year, decided, dates)} for year in (*years, *known_years)}
    tallies = {year: _Tally() for year in owed}
    size = max(1, BATCH // max(1, len(owed)))
    for start in range(0, len(registry), size):
        batch = [body.id for body in registry[start : start + size]]
        _bring_up(db, clock.now(), {year: [theirs[body_id] for body_id in batch] for year, theirs in owed.items()}, known_years, tallies)
    return tuple(Evaluation(year, tally.statuses.total(), tally.changed, dict(tally.statuses)) for year, tally in tallies.items())


@dataclass(slots=True)
class _Tally:
    """What one year's evaluation has found so far."""

    changed: int = 0
    statuses: Counter[DutyStatus] = field(default_factory=Counter)


def _bring_up(
    db: Database, now: datetime, owed: Mapping[int, Sequence[Duty]], known_years: Sequence[int], tallies: Mapping[int, _Tally]
) -> None:
    """Judge one batch and write what differs, apart from reading, so that the writers' lock is held for changes only."""
    with db.read() as connection:
        before = duties.of_bodies(connection, {duty.key.body_id for theirs in owed.values() for duty in theirs}, owed)
        wanted = [duty for year, theirs in owed.items() for duty in theirs if year not in known_years or duty.key in before]
        known = gather(connection, wanted)
    judged = [(duty, evaluate(duty, known[duty], now)) for duty in wanted]
    news = [(duty, state, known[duty]) for duty, state in judged if not _same(before.get(duty.key), duty, state)]
    new_keys, same = {duty.key for duty, _, _ in news}, defaultdict(list)
    for duty, state in judged:
        tallies[duty.key.report_year].statuses[state.status] += 1
        if duty.key not in new_keys:
            same[duty.key.report_year].append(duty.key.body_id)
    with db.write() as connection:
        for year, body_ids in same.items():
            duties.touch(connection, year, sorted(body_ids), now)
        for one in news:
            tallies[one[0].key.report_year].changed += _record(connection, *one)


def _same(stored: duties.StoredDuty | None, duty: Duty, state: DutyState) -> bool:
    """Whether only the moment of judging differs from what is stored."""
    return stored is not None and stored.duty == duty and replace(stored.state, as_of=state.as_of) == state


def evaluate_body(
    connection: Connection, body: Body, at_hand: Mapping[int, readings.StoredReading], now: datetime
) -> dict[int, tuple[Duty, DutyState, Evidence]]:
    """Bring the duties of one body up to now, inside the caller's transaction; for judging its reports in the light of them.

    `at_hand` are the readings that stand, by report year; of those years the duties are judged.
    """
    decided = duty_decisions.standing(connection, tuple(at_hand), body.id)
    owed = {report_year: owed_by([body], report_year, decided)[0] for report_year in at_hand}
    found = evidence.gather(connection, [duty.key for duty in owed.values()])
    known = {year: with_read_dates(connection, found[duty.key], at_hand[year]) for year, duty in owed.items()}
    states = {year: evaluate(duty, known[year], now) for year, duty in owed.items()}
    before = {one.duty.key: one for one in duties.list_for(connection, body_id=body.id)}
    same = [year for year, duty in owed.items() if _same(before.get(duty.key), duty, states[year])]
    duties.touch_years(connection, body.id, same, now)
    for year, duty in owed.items():
        if year not in same:
            _record(connection, duty, states[year], known[year])
    return {year: (duty, states[year], known[year]) for year, duty in owed.items()}


def gather(connection: Connection, owed: Sequence[Duty], *, until: datetime | None = None) -> dict[Duty, Evidence]:
    """The evidence of each duty, with the dates that the newest reading of each version found inside the document."""
    found = evidence.gather(connection, [duty.key for duty in owed], until=until)
    read = readings.dates_of(connection, [one.version_id for known in found.values() for one in known.seen if one.version_id is not None])
    return {duty: _with_dates(found[duty.key], read) for duty in owed}


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


def _record(connection: Connection, duty: Duty, state: DutyState, known: Evidence) -> bool:
    """Store the state, append the transition with what it rests on, and the event; whether the status changed."""
    before = duties.get(connection, duty.key)
    if before is not None and state.as_of < before.state.as_of:
        return False  # another process has judged a later moment: the past does not overwrite it
    previous = before.state if before is not None else None
    rests_on = told.evidence_of(state) | ids_of(as_of(known, state.as_of)) | {"due_on": f"{duty.due_on}", "due_version": duty.due_version}
    transition = duties.save_state(connection, duty, state, cause=state.reason, actor=ACTOR, evidence=rests_on)
    for event in told.of_duty(state, previous, duty.division_code):
        events.append(connection, event)
    return transition is not None


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

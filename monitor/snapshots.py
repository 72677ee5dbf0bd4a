"""Deadline snapshots in the database: each deadline that has passed is frozen once, at 24:00 or as soon as somebody is there to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.duties.decided import owed as owed_by
from monitor.duties.freeze import frozen
from monitor.evaluate import BATCH, gather, report_years
from storage import bodies, changes, duty_decisions, installation, snapshots
from storage.database import Database
from storage.domain.clock import CHINA, Clock, deadline_instant, local_date
from storage.domain.duties import Duty, Evidence
from storage.domain.ids import BodyId
from storage.snapshots import FrozenDuty, Snapshot


def freeze_passed(db: Database, clock: Clock) -> tuple[Snapshot, ...]:
    """Freeze every deadline of the two current report years that has passed and is not sealed; those sealed now.

    Safe to call at any time, by several at once, and after a crash: a row once written stays. A snapshot holds the bodies that were in
    the registry when the deadline passed; of a body registered later nothing could have been seen, and nothing is claimed.
    """
    now, done = clock.now(), []
    with db.read() as connection:
        if _is_done(connection, now):
            return ()
        version = installation.get(connection, OWED_VERSION)
        registry = bodies.list_all(connection)
        decided = duty_decisions.standing(connection, report_years(now))
        sealed = {(one.report_year, one.due_on) for one in snapshots.list_all(connection) if one.sealed_at is not None}
    names, to_come = {body.id: body.name for body in registry}, [_new_year(now)]
    for year in sorted(report_years(now)):
        for due_on, owed in _by_deadline(owed_by(registry, year, decided)).items():
            if now < deadline_instant(due_on):
                to_come.append(deadline_instant(due_on))
            if (year, due_on) in sealed or now < deadline_instant(due_on):
                continue
            snapshot = _freeze(db, clock, (year, due_on), owed, names)
            if snapshot is not None:
                done.append(snapshot)
    with db.write() as connection:
        installation.put(connection, FROZEN, f"{version}|{now.isoformat()}|{min(to_come).isoformat()}")
    return tuple(done)


FROZEN = "deadlines_frozen"
"""Up to when nothing is to be frozen: `what is owed|from|until`. Going through the registry takes seconds where it is a country's."""

OWED_VERSION = "owed_version"


def owed_changed(connection: Connection) -> None:
    """What is owed may have changed: the deadlines are to be looked at again."""
    installation.put(connection, OWED_VERSION, str(int(installation.get(connection, OWED_VERSION) or 0) + 1))


def _is_done(connection: Connection, now: datetime) -> bool:
    """Whether since the last look no deadline has passed and nothing that is owed has changed."""
    version, _, span = installation.get(connection, FROZEN).partition("|")
    since, _, until = span.partition("|")
    if not until or version != installation.get(connection, OWED_VERSION) or changes.are_waiting(connection, owed=True):
        return False
    return datetime.fromisoformat(since) <= now < datetime.fromisoformat(until)


def _new_year(now: datetime) -> datetime:
    """When the report years in question become others."""
    return datetime(local_date(now).year + 1, 1, 1, tzinfo=CHINA)


def _by_deadline(owed: Iterable[Duty]) -> dict[date, list[Duty]]:
    found: dict[date, list[Duty]] = {}
    for duty in owed:
        found.setdefault(duty.due_on, []).append(duty)
    return dict(sorted(found.items()))


def _freeze(db: Database, clock: Clock, deadline: tuple[int, date], owed: Iterable[Duty], names: Mapping[BodyId, str]) -> Snapshot | None:
    """One deadline, in batches; None where nobody was registered then, or where somebody else sealed it first."""
    with db.read() as connection:
        then = bodies.registered_by(connection, deadline_instant(deadline[1]))
    bound = [duty for duty in owed if duty.key.body_id in then]
    if not bound:
        return None
    with db.write() as connection:
        snapshot = snapshots.begin(connection, *deadline, clock.now())
        there = snapshots.body_ids(connection, snapshot)
    left = [duty for duty in bound if duty.key.body_id not in there]
    for start in range(0, len(left), BATCH):
        batch = left[start : start + BATCH]
        with db.read() as connection:
            known = gather(connection, batch, until=snapshot.deadline_at)
        made = [_frozen(duty, known[duty.key], names) for duty in batch]
        with db.write() as connection:
            snapshots.add(connection, snapshot, made, clock.now())
    with db.write() as connection:
        if not snapshots.seal(connection, snapshot, clock.now()):
            return None
        return snapshots.find(connection, *deadline)


def _frozen(duty: Duty, known: Evidence, names: Mapping[BodyId, str]) -> FrozenDuty:
    state, ids = frozen(duty, known)
    return FrozenDuty(duty, state, names[duty.key.body_id], ids)

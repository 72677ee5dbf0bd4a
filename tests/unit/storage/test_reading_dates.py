"""Dates kept beside readings, for those stored before they were kept, too; and snapshots, on both databases."""

from __future__ import annotations

import importlib
from dataclasses import replace
from datetime import date, datetime

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import text, update

from storage import bodies, readings, reports, snapshots
from storage.database import Database
from storage.domain.duties import Duty, DutyKey, DutyState
from storage.domain.enums import DateKind, DutyStatus
from storage.domain.errors import StoreError
from storage.domain.reports import DateMention
from storage.schema import readings as reading_table
from storage.snapshots import FrozenDuty
from tests.unit.storage.test_reports import parsed
from tests.unit.storage.values import HOUR, MINISTRY, body, place, version

SIGNED = DateMention(DateKind.SIGNATURE, date(2025, 1, 20), "2025年1月20日")
KEPT = ((DateKind.SIGNATURE, date(2025, 1, 20)),)


def read(db: Database, now: datetime) -> int:
    """A version with two readings, the newer one signed."""
    with db.write() as connection:
        place(connection, now)
        stored, _ = reports.record_version(connection, MINISTRY, 2024, version(connection, now), now)
        readings.record(connection, stored.id, replace(parsed(), parser_version="old", dates=()), now)
        readings.record(connection, stored.id, replace(parsed(), parser_version="new", dates=(SIGNED,)), now)
    return stored.id


def test_the_newest_reading_gives_the_dates(db: Database, now: datetime) -> None:
    version_id = read(db, now)
    with db.read() as connection:
        assert readings.dates_of(connection, [version_id, 99]) == {version_id: KEPT}


def test_the_migration_fills_in_what_was_stored_before(db: Database, now: datetime) -> None:
    version_id = read(db, now)
    migration = importlib.import_module("storage.migrations.versions.0008_reading_dates")
    with db.write() as connection:
        connection.execute(text("ALTER TABLE readings DROP COLUMN dates"))
        with Operations.context(MigrationContext.configure(connection)):
            migration.upgrade()
        filled = connection.execute(text("SELECT count(*) FROM readings WHERE dates IS NOT NULL")).scalar_one()
        assert filled == 2
        assert readings.dates_of(connection, [version_id]) == {version_id: KEPT}


def test_a_reading_without_kept_dates_is_unpacked_and_a_damaged_one_complained_of(db: Database, now: datetime) -> None:
    version_id = read(db, now)
    with db.write() as connection:
        connection.execute(text("UPDATE readings SET dates = NULL"))
        assert readings.dates_of(connection, [version_id]) == {version_id: KEPT}
        connection.execute(update(reading_table).values(payload=b"damaged"))
        with pytest.raises(StoreError):
            readings.dates_of(connection, [version_id])


def test_a_frozen_row_stays_as_it_was_written(db: Database, now: datetime) -> None:
    due_on = date(2025, 1, 31)
    duty = Duty(DutyKey(MINISTRY, 2024), due_on, "依据", "law-711/1", "330100")
    first = FrozenDuty(duty, DutyState(duty.key, DutyStatus.UNKNOWN, now, reason="截至期限未见到"), "甲市民政局", {"visits": "1,2"})
    other = replace(first, state=replace(first.state, status=DutyStatus.ON_TIME))
    with db.write() as connection:
        bodies.upsert(connection, body(), now)
        begun = snapshots.begin(connection, 2024, due_on, now)
        assert snapshots.begin(connection, 2024, due_on, now + HOUR) == begun
        snapshots.add(connection, begun, [first], now)
        snapshots.add(connection, begun, [other], now)  # a second process, or this one after a crash
        assert snapshots.of_body(connection, duty.key) == ()  # speaks only once sealed
        assert snapshots.seal(connection, begun, now)
        assert not snapshots.seal(connection, begun, now + HOUR)
        ((sealed, row),) = snapshots.of_body(connection, duty.key)
        assert sealed.digest == snapshots.digest(connection, sealed) != ""
        assert (row.state.status, row.evidence, row.body_name) == (DutyStatus.UNKNOWN, {"visits": "1,2"}, "甲市民政局")
        assert snapshots.counts(connection, sealed).due == 1

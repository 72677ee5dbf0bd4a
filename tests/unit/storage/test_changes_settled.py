"""A change that nobody judged by stays, however many evaluators settle what they read, and however late they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from storage import changes
from storage.database import Database, normalised, open_database
from storage.domain.ids import BodyId
from storage.migrations import apply
from storage.schema import metadata

FIRST, SECOND = BodyId("b1"), BodyId("b2")


def _left_by_two_evaluators(db: Database) -> changes.Pending:
    """Both read the same change; between their settling another one comes, which neither has judged by."""
    with db.write() as connection:
        changes.of_bodies(connection, [FIRST])
    with db.read() as connection:
        one, other = changes.pending(connection), changes.pending(connection)
    with db.write() as connection:
        changes.settle(connection, one)
    with db.write() as connection:
        changes.of_bodies(connection, [SECOND])
    with db.write() as connection:
        changes.settle(connection, other)
    with db.read() as connection:
        return changes.pending(connection)


def test_who_settles_late_takes_away_only_what_was_read(db: Database) -> None:
    assert _left_by_two_evaluators(db).body_ids == {SECOND}
    assert _left_by_two_evaluators(db).body_ids == {SECOND}, "with a change left from before, too"


@contextmanager
def _database_of(url: str, revision: str) -> Iterator[Connection]:
    """A database as an earlier release left it, open for the program of then."""
    engine = create_engine(normalised(url), poolclass=NullPool)
    if engine.dialect.name == "sqlite":  # the driver would leave the tables it makes outside the transaction
        event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        command.upgrade(apply.configuration(connection), revision)
        yield connection
    engine.dispose()


def test_the_number_of_a_settled_change_was_given_again_on_sqlite(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with _database_of(empty_url, "0013") as connection:
        changes.settle(connection, changes.pending(connection))
        lost = connection.dialect.name == "sqlite"
    monkeypatch.setattr(apply, "require_current", lambda _: None)
    with open_database(empty_url, migrate=False) as old:
        assert _left_by_two_evaluators(old).body_ids == (set() if lost else {SECOND})
    monkeypatch.undo()
    with open_database(empty_url) as db:
        assert _left_by_two_evaluators(db).body_ids == {SECOND}


def test_the_migration_keeps_every_change_that_waits(empty_url: str) -> None:
    with _database_of(empty_url, "0013") as connection:
        changes.settle(connection, changes.pending(connection))
        changes.of_bodies(connection, [FIRST], owed=True)
        changes.of_bodies(connection, [SECOND])
        before = changes.pending(connection)
    with open_database(empty_url) as db:
        with db.read() as connection:
            assert changes.pending(connection) == before
        with db.write() as connection:
            changes.settle(connection, before)
            changes.of_everything(connection)
            assert min(changes.pending(connection).ids) > max(before.ids)


def test_migrated_tables_count_as_the_schema_says(empty_url: str) -> None:
    """What Alembic's own comparison does not look at."""
    with open_database(empty_url) as db, db.read() as connection:
        if connection.dialect.name != "sqlite":
            assert inspect(connection).get_columns("evidence_changes")[0]["autoincrement"]
            return
        made = connection.execute(text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")).scalars().all()
    assert set(made) == {name for name, table in metadata.tables.items() if table.dialect_options["sqlite"]["autoincrement"]}

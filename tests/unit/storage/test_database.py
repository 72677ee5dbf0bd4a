from __future__ import annotations

import signal
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import StatementError

from storage.database import Database, open_database
from storage.domain.errors import Busy, ConfigError, StoreDown, StoreError
from storage.migrations import apply
from storage.schema import heartbeats, metadata
from tests import servers

NEVER = {"name": "n", "facts": {}}


def test_migrations_and_schema_agree(empty_url: str) -> None:
    with open_database(empty_url) as db, db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_revision_is_the_one_alembic_knows(empty_url: str) -> None:
    assert apply.head() == ScriptDirectory.from_config(apply.configuration()).get_current_head()
    with open_database(empty_url) as db, db.read() as connection:
        assert apply.revision(connection) == MigrationContext.configure(connection).get_current_revision() == apply.head()


def test_opening_twice_changes_nothing(empty_url: str, now: datetime) -> None:
    with open_database(empty_url) as db, db.write() as connection:
        connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
    with open_database(empty_url) as db, db.read() as connection:
        assert connection.execute(select(heartbeats.c.name)).scalars().all() == ["n"]


def test_many_open_an_empty_database_at_once(empty_url: str) -> None:
    errors: list[Exception] = []

    def run() -> None:
        try:
            open_database(empty_url).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def test_without_migrating_an_old_database_is_refused(empty_url: str) -> None:
    with pytest.raises(StoreError):
        open_database(empty_url, migrate=False)
    open_database(empty_url).close()
    open_database(empty_url, migrate=False).close()


def test_a_newer_database_is_refused_and_left_alone(empty_url: str) -> None:
    with open_database(empty_url) as db, db.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for migrate in (True, False):
        with pytest.raises(StoreError, match="更新的版本"):
            open_database(empty_url, migrate=migrate)


def test_a_migration_that_fails_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def upgrade_then_fail(config: object, revision: str) -> None:
        apply_upgrade(config, revision)
        raise RuntimeError("power cut")

    apply_upgrade = command.upgrade
    monkeypatch.setattr(command, "upgrade", upgrade_then_fail)
    with pytest.raises(RuntimeError):
        open_database(empty_url)
    monkeypatch.undo()
    with pytest.raises(StoreError):
        open_database(empty_url, migrate=False)
    open_database(empty_url).close()


def test_the_reader_cannot_write(db: Database, now: datetime) -> None:
    with pytest.raises(StoreError), db.read() as connection:
        connection.execute(insert(heartbeats), [{**NEVER, "at": now}])


def test_a_reader_sees_one_moment(db: Database, now: datetime) -> None:
    with db.read() as view:
        assert view.execute(select(heartbeats)).all() == []
        with db.write() as connection:
            connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
        assert view.execute(select(heartbeats)).all() == []
    with db.read() as view:
        assert len(view.execute(select(heartbeats)).all()) == 1


def test_an_exception_rolls_back(db: Database, now: datetime) -> None:
    def write_then_fail() -> None:
        with db.write() as connection:
            connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
            raise KeyError

    with pytest.raises(KeyError):
        write_then_fail()
    with db.read() as connection:
        assert connection.execute(select(heartbeats)).all() == []


def test_two_writers_lose_no_update(db: Database, now: datetime) -> None:
    with db.write() as connection:
        connection.execute(insert(heartbeats), [{"name": "n", "at": now, "facts": {"count": 0}}])

    def add() -> None:
        for _ in range(25):
            with db.write() as connection:
                facts = connection.execute(select(heartbeats.c.facts).with_for_update()).scalar_one()
                connection.execute(update(heartbeats).values(facts={"count": facts["count"] + 1}))

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with db.read() as connection:
        assert connection.execute(select(heartbeats.c.facts)).scalar_one() == {"count": 75}


def test_waiting_too_long_is_busy(database_url: str, monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 1)
    with open_database(database_url) as db:
        with db.write() as connection:
            connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
        with db.write() as first:
            first.execute(update(heartbeats).values(facts={"a": 1}))
            with pytest.raises(Busy), db.write() as second:
                second.execute(update(heartbeats).values(facts={"b": 1}))


def test_instants_come_back_in_utc_and_naive_ones_are_refused(db: Database, now: datetime) -> None:
    china = now.astimezone(timezone(timedelta(hours=8)))
    with db.write() as connection:
        connection.execute(insert(heartbeats), [{**NEVER, "at": china}])
    with db.read() as connection:
        found = connection.execute(select(heartbeats.c.at)).scalar_one()
    assert (found, found.utcoffset()) == (now, timedelta(0))
    with pytest.raises(StatementError, match="naive"), db.write() as connection:
        connection.execute(insert(heartbeats), [{"name": "m", "facts": {}, "at": datetime(2025, 1, 1)}])


def test_foreign_keys_are_enforced(db: Database) -> None:
    with pytest.raises(StoreError), db.write() as connection:
        connection.execute(text("INSERT INTO body_aliases (body_id, alias) VALUES ('nobody', 'x')"))


@pytest.mark.parametrize("url", ["", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_addresses_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ConfigError):
        open_database(url)


def test_a_server_that_is_away_is_said_so(tmp_path: object) -> None:
    with pytest.raises(StoreDown):
        open_database(f"postgresql://nianbao@/x?host={tmp_path}")


def test_passwords_stay_out_of_the_address_shown() -> None:
    assert "secret" not in str(make_url("postgresql://u:secret@h/d"))


def test_a_server_that_goes_and_comes_back(postgres_server: servers.Postgres, shared_postgres: str, now: datetime) -> None:
    with open_database(shared_postgres) as db:
        with db.write() as connection:
            connection.execute(text("DELETE FROM heartbeats"))
            connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
        postgres_server.stop()
        try:
            for open_connection in (db.read, db.write):
                with pytest.raises(StoreDown), open_connection() as connection:
                    connection.execute(select(heartbeats))
        finally:
            postgres_server.start()
        with db.read() as connection:
            assert connection.execute(select(heartbeats.c.name)).scalars().all() == ["n"]
        with db.write() as connection:
            connection.execute(update(heartbeats).values(facts={"back": True}))


def test_a_server_that_goes_within_a_transaction(postgres_server: servers.Postgres, shared_postgres: str, now: datetime) -> None:
    def write_while_it_goes(db: Database) -> None:
        with db.write() as connection:
            connection.execute(text("DELETE FROM heartbeats"))
            connection.execute(insert(heartbeats), [{**NEVER, "at": now}])
            postgres_server.stop(signal.SIGQUIT)
            connection.execute(select(heartbeats))

    with open_database(shared_postgres) as db:
        with db.write() as connection:
            connection.execute(text("DELETE FROM heartbeats"))
            connection.execute(insert(heartbeats), [{**NEVER, "name": "before", "at": now}])
        try:
            with pytest.raises(StoreDown):
                write_while_it_goes(db)
        finally:
            postgres_server.stop()
            postgres_server.start()
        with db.read() as connection:
            assert connection.execute(select(heartbeats.c.name)).scalars().all() == ["before"]


def test_a_current_database_opens_while_another_writes(tmp_path: Path) -> None:
    """Found by use: `body list` ended as busy because opening took the write lock although nothing was to be migrated."""
    url = f"sqlite:///{tmp_path / 'nianbao.sqlite3'}"
    with open_database(url) as first, first.write() as connection:
        connection.execute(text("SELECT 1"))
        started = time.monotonic()
        with open_database(url) as second, second.read() as reading:
            assert reading.execute(text("SELECT count(*) FROM bodies")).scalar_one() == 0
        assert time.monotonic() - started < 20, "waited for the writer"

"""Bringing a database up to date: Alembic inside the package, in one transaction, one process at a time.

A kill in the middle leaves the database as it was: DDL is transactional on both engines. A database that is newer than the program
is refused, never touched. Every process opens a database and nearly none finds an old one: Alembic, a tenth of the start of a crawl, is
imported only where there is something to do.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from storage.domain.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_SECONDS = 60
ADVISORY_LOCK = 0x6E69616E62616F  # "nianbao"


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, without an ini file; `connection` is handed to `env.py`."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision this program knows: the number of the last file of the line they form."""
    return max(path.name for path in Path(__file__).with_name("versions").glob("[0-9]*_*.py")).partition("_")[0]


def revisions() -> frozenset[str]:
    """Every revision this program knows."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def revision(connection: Connection) -> str:
    """The revision of the database behind a connection, empty for one without tables."""
    return _current(connection) or ""


def upgrade(address: URL) -> None:
    """Bring the database at `address` to the newest revision; returns at once, and without a lock, when it is there already."""
    if _is_current(address):
        return
    engine = _engine(address)
    try:
        with _one_process(address):
            if address.drivername == "sqlite":
                _prepare_sqlite(engine)
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
                _upgrade_within(connection)
    finally:
        engine.dispose()


def require_current(address: URL) -> None:
    """Raise StoreError unless the database at `address` has exactly this program's revision."""
    if address.drivername == "sqlite" and not Path(str(address.database)).exists():
        raise StoreError("数据库尚未建立", advice="请先运行 nianbao init。")
    current = _look(address)
    _refuse_newer(current)
    if current != head():
        raise StoreError("数据库版本较旧，需要升级", kept="数据没有改动。", advice="请运行 nianbao migrate，或用能够升级的方式打开。")


def _is_current(address: URL) -> bool:
    """Whether nothing is to be done. A writer at work must not keep others from opening a database that needs no change."""
    if address.drivername == "sqlite" and not Path(str(address.database)).exists():
        return False
    return _look(address) == head()


def _look(address: URL) -> str | None:
    """The revision the database has, read without taking a write lock."""
    engine = _engine(address, begin="BEGIN")
    try:
        with engine.begin() as connection:
            return _current(connection)
    finally:
        engine.dispose()


def _upgrade_within(connection: Connection) -> None:
    current = _current(connection)
    _refuse_newer(current)
    if current == head():
        return
    from alembic import command

    command.upgrade(configuration(connection), "head")
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise StoreError(f"升级会破坏 {len(broken)} 处引用，已撤销", kept="数据没有改动。", advice="请把这条信息交给运维人员。")


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _refuse_newer(current: str | None) -> None:
    if current is None:
        return
    if current not in revisions():
        raise StoreError("数据库由更新的版本建立，本程序不能打开", kept="数据没有改动。", advice="请升级程序，或用备份恢复旧数据库。")


def _engine(address: URL, *, begin: str = "BEGIN IMMEDIATE") -> Engine:
    if address.drivername != "sqlite":
        return create_engine(
            address, poolclass=NullPool, connect_args={"connect_timeout": 10, "options": f"-c lock_timeout={BUSY_SECONDS}s"}
        )
    engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def plain(connection: Any, _: Any) -> None:
        # Foreign keys stay off here: rebuilding a table drops it, and with them on that would empty its children.
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead logging is a property of the file; switching needs it alone, and outside a transaction."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
    finally:
        raw.close()


@contextmanager
def _one_process(address: URL) -> Iterator[None]:
    if address.drivername != "sqlite":
        yield
        return
    with Path(f"{address.database}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

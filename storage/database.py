"""Opening the database: SQLite (WAL) or PostgreSQL, brought up to date on opening, one writer transaction at a time by `with`.

`Database.write()` begins a writing transaction (BEGIN IMMEDIATE on SQLite, so that read-then-write never meets a lock half-way) and
commits at the end; `Database.read()` gives one unchanging view and refuses writes. Repositories take the connection and never begin or
commit anything themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError

from storage import failpoint
from storage.domain.errors import Busy, ConfigError, NianbaoError, StoreDown, StoreError

BUSY_SECONDS = 30
"""How long a writer waits for another before it says Busy; three writers in a loop wait at most 0.85 s (measured)."""

BUSY_SQLITE = ("SQLITE_BUSY", "SQLITE_LOCKED")
BUSY_POSTGRES = frozenset({"55P03", "40P01", "40001", "57014"})
"""lock_not_available, deadlock_detected, serialization_failure, query_canceled (by the statement limit)."""

DOWN_POSTGRES = ("08", "57P", "53")
"""Classes of SQLSTATE that mean the server is away, shutting down or out of resources."""


class Database:
    """One database, opened. Make it with `open_database`; close it, or use it as a context manager."""

    def __init__(self, url: URL, writer: Engine, reader: Engine) -> None:
        self.url = url
        self._writer = writer
        self._reader = reader

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back on any exception.

        Raises Busy when others held the database for too long, StoreDown when it is away, StoreError when it refused.
        """
        with _translated(), self._writer.begin() as connection:
            yield connection
            failpoint.step("commit")
        failpoint.step("committed")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One unchanging view of the database; writing through it is refused."""
        with _translated(), self._reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Give back all connections."""
        self._reader.dispose()
        self._writer.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(url: str, *, migrate: bool = True) -> Database:
    """The database at `url` (`sqlite:////path`, `postgresql://…`), with today's tables.

    With `migrate` it is brought up to date first, one process at a time; without, an outdated one is refused. Raises ConfigError for an
    address that cannot be used, StoreError for a database newer than this program.
    """
    from storage.migrations import apply

    address = normalised(url)
    with _translated():
        if migrate:
            apply.upgrade(address)
        else:
            apply.require_current(address)
    return Database(address, _engine(address, readonly=False), _engine(address, readonly=True))


def normalised(url: str) -> URL:
    """The address with our driver and, for SQLite, an absolute path. Raises ConfigError for one that cannot be used."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigError("数据库地址无法识别", advice="例：sqlite:////路径/nianbao.sqlite3 或 postgresql://用户@主机/库名") from error
    if address.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return address.set(drivername="postgresql+psycopg")
    if address.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ConfigError(f"不支持的数据库：{address.drivername}", advice="请使用 SQLite 或 PostgreSQL。")
    if not address.database or address.database == ":memory:":
        raise ConfigError("SQLite 数据库必须是一个文件", advice="例：sqlite:////路径/nianbao.sqlite3")
    path = Path(address.database).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"数据目录无法创建：{path.parent}：{error.strerror}", advice="请检查路径和权限。") from error
    return address.set(drivername="sqlite", database=str(path))


def _engine(address: URL, *, readonly: bool) -> Engine:
    return _sqlite_engine(address, readonly=readonly) if address.drivername == "sqlite" else _postgres_engine(address, readonly=readonly)


def _from_json(text: str) -> Any:
    """Most lists kept are empty: a fifth of the time."""
    return [] if text == "[]" else json.loads(text)


def _to_json(value: Any) -> str:
    """As SQLAlchemy does it."""
    return "[]" if value == [] else json.dumps(value)


def _sqlite_engine(address: URL, *, readonly: bool) -> Engine:
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, json_deserializer=_from_json, json_serializer=_to_json)
    begin = "BEGIN" if readonly else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late: it leaves a SELECT outside the transaction
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        if readonly:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(address: URL, *, readonly: bool) -> Engine:
    options = f"-c timezone=UTC -c lock_timeout={BUSY_SECONDS * 1000:.0f}ms -c idle_in_transaction_session_timeout=600s"
    engine = create_engine(address, pool_pre_ping=True, connect_args={"connect_timeout": 10, "options": options})
    if readonly:
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return engine


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the driver's errors into ours; ours pass through."""
    try:
        yield
    except NianbaoError:
        raise
    except DBAPIError as error:
        raise _as_ours(error) from error


def _as_ours(error: DBAPIError) -> StoreError:
    cause = error.orig
    name = str(getattr(cause, "sqlite_errorname", "") or "")
    state = str(getattr(cause, "sqlstate", "") or "")
    if name.startswith(BUSY_SQLITE) or state in BUSY_POSTGRES:
        return Busy("数据库正忙，等待超时", kept="本次操作没有写入任何内容。", advice="请稍后重试。")
    away = error.connection_invalidated or state.startswith(DOWN_POSTGRES)
    if away or (not state and not name and isinstance(error, (OperationalError, InterfaceError))):
        return StoreDown("数据库暂时无法连接", kept="本次操作没有写入任何内容。", advice="请检查数据库服务，恢复后会自动继续。")
    return StoreError(f"数据库拒绝了操作：{_first_line(cause)}", kept="本次操作没有写入任何内容。", advice="请把这条信息交给运维人员。")


def _first_line(cause: BaseException | None) -> str:
    lines = str(cause).splitlines()
    return lines[0] if lines else "未说明原因"

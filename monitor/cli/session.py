"""What every command shares: the global options, and the settings, database and archive opened only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.archive.store import Archive
    from storage.database import Database
    from storage.domain.clock import Clock
    from storage.settings import Settings


@dataclass(frozen=True, slots=True)
class Session:
    """The global options of one call."""

    config: Path | None = None
    data_dir: Path | None = None
    quiet: bool = False
    color: bool = True
    debug: bool = False

    @staticmethod
    def of(context: typer.Context) -> Session:
        """The session of a command's context."""
        found = context.find_root().obj
        return found if isinstance(found, Session) else Session()

    def settings(self) -> Settings:
        """The effective settings. Raises ConfigError."""
        from storage.settings import load

        overrides = {} if self.data_dir is None else {"data_dir": self.data_dir}
        return load(self.config, **overrides)

    def clock(self) -> Clock:
        """The machine's clock, or the instant of `NIANBAO_NOW` (demo, tests, replays)."""
        from crawler.run import clock_from_environment

        return clock_from_environment()

    def database(self, settings: Settings) -> Database:
        """The database of an initialised data directory. Raises NotFoundError with the way out where there is none yet.

        Whoever opens it may meet what has to be logged: the log is set up with it.
        """
        from monitor import logs
        from storage.database import open_database

        require_initialised(settings)
        logs.configure(settings, troubles_only=True)
        return open_database(settings.database_url)

    @contextmanager
    def writing(self) -> Iterator[tuple[Connection, datetime]]:
        """One writing transaction on the database, and the instant it is made at."""
        database = self.database(self.settings())
        try:
            with database.write() as connection:
                yield connection, self.clock().now()
        finally:
            database.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging view of the database."""
        database = self.database(self.settings())
        try:
            with database.read() as connection:
                yield connection
        finally:
            database.close()

    def archive(self, settings: Settings) -> Archive:
        """The archive of originals."""
        from storage.archive.store import open_archive

        return open_archive(settings.archive_url)


def require_initialised(settings: Settings) -> None:
    """Refuse to create an empty database by accident: reading commands need one that `nianbao init` made."""
    from storage.domain.errors import NotFoundError

    url = str(settings.database_url)
    if not url.startswith("sqlite") or ":memory:" in url:
        return
    file = Path(url.split("///", 1)[-1].split("?", 1)[0])
    if not file.exists():
        raise NotFoundError(
            f"数据目录里还没有数据库：{file}",
            advice="先运行 nianbao init；或用 --data-dir 指明已有的数据目录。",
        )

"""A consistent copy of the database while others write to it, and a new database from such a copy."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import URL

from storage.domain.errors import ConfigError, StoreError

SQLITE_FILE, POSTGRES_FILE = "nianbao.sqlite3", "nianbao.dump"
TIMEOUT = 6 * 3600


def dump(address: URL, folder: Path) -> str:
    """Write a copy of the database at `address` into `folder`; the name of its file. Raises StoreError, ConfigError."""
    if address.drivername == "sqlite":
        _copy_sqlite(Path(str(address.database)), folder / SQLITE_FILE)
        return SQLITE_FILE
    _run("pg_dump", address, "--format=custom", "--no-owner", "--no-privileges", f"--file={folder / POSTGRES_FILE}")
    return POSTGRES_FILE


def load_postgres(address: URL, file: Path) -> None:
    """Fill an empty PostgreSQL database, all or nothing. Raises StoreError, ConfigError."""
    _run("pg_restore", address, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file), to_dbname=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own way: page by page, begun anew whenever a writer came between, so that the copy is of one instant."""
    try:
        reading, writing = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30), sqlite3.connect(target)
        try:
            reading.backup(writing, pages=-1)
            writing.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = writing.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            reading.close()
            writing.close()
    except sqlite3.Error as error:
        raise StoreError(f"数据库无法复制：{error}", kept="数据没有改动。", advice="请检查磁盘空间，稍后重试。") from error
    if verdict != "ok":
        raise StoreError(f"数据库已损坏：{verdict}", kept="数据没有改动。", advice="请从较早的备份恢复。")


def _run(program: str, address: URL, *arguments: str, to_dbname: bool = False) -> None:
    found = shutil.which(program)
    if found is None:
        raise ConfigError(f"没有找到 {program}", kept="数据没有改动。", advice="请安装 PostgreSQL 的客户端程序（postgresql-client）。")
    # The password goes by the environment: other users of the machine can read a command line.
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    name = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command = [found, *arguments[:-1], f"--dbname={name}", arguments[-1]] if to_dbname else [found, *arguments, f"--dbname={name}"]
    try:
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program; file and address are ours
            command, env=environment, capture_output=True, text=True, errors="replace", timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise StoreError(f"{program} 超时", kept="数据没有改动。") from error
    if done.returncode:
        first = next((line for line in done.stderr.splitlines() if line.strip()), "未说明原因")
        raise StoreError(f"{program} 没有成功：{first[:300]}", kept="数据没有改动。", advice="请核对数据库地址和客户端版本。")
